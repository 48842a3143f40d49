import { Link } from "@remix-run/react";
import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NewRoomForm, type NewRoomFormProps } from "./new-room-form.tsx";

/** Where a room is made, beside the list of chats; on phones in its place. */
export function NewRoomPane(form: NewRoomFormProps) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="new-room-title" className="flex h-full min-h-0 flex-col">
      <header className="chat-header">
        <Link to="/chats" className="inline-flex size-target items-center justify-center rounded-md hover:bg-sunken lg:hidden" aria-label={t("chats.back")}>
          <ArrowLeft aria-hidden size={20} className="along-text" />
        </Link>
        <h1 id="new-room-title" className="truncate text-lg font-semibold">
          {t("rooms.new")}
        </h1>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-6 lg:px-8">
        <div className="mx-auto w-full max-w-form">
          <p className="mb-6 text-ink-soft">{t("rooms.newText")}</p>
          <NewRoomForm {...form} />
        </div>
      </div>
    </section>
  );
}
