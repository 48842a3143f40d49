import { useTranslation } from "react-i18next";
import { EmptyState } from "#app/components/empty-state.tsx";

/** Beside the list, on wide screens, before a chat is chosen. */
export default function NoChatChosen() {
  const { t } = useTranslation();
  return (
    <div className="grid h-full place-items-center">
      <EmptyState drawing="chats" title={t("chats.choose.title")} text={t("chats.choose.text")} />
    </div>
  );
}
