import { Link } from "@remix-run/react";
import { useTranslation } from "react-i18next";

/** Under a page of the past: the way on, and the way to the end. */
export function LaterMessages({ conversationId, last }: { conversationId: string; last: string | null }) {
  const { t } = useTranslation();
  return (
    <p className="flex flex-wrap justify-center gap-2 py-4 text-center">
      {last !== null && (
        <Link to={`/chats/${conversationId}?at=${last}`} data-stop className="inline-flex min-h-11 items-center px-4 text-sm text-accent-ink underline-offset-4 hover:underline">
          {t("chats.later")}
        </Link>
      )}
      <Link to={`/chats/${conversationId}?at=end`} data-stop className="inline-flex min-h-11 items-center px-4 text-sm text-accent-ink underline-offset-4 hover:underline">
        {t("chats.toNewest")}
      </Link>
    </p>
  );
}
