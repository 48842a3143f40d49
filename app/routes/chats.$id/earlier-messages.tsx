import { Link } from "@remix-run/react";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { Spinner } from "#app/components/spinner.tsx";
import type { Earlier } from "./use-earlier.ts";

/** Above the first message: the way further back, or a word that this is the beginning. A plain link without JavaScript. */
export function EarlierMessages({ conversationId, earlier }: { conversationId: string; earlier: Earlier }) {
  const { t } = useTranslation();
  if (!earlier.hasOlder) {
    return <p className="py-6 text-center text-sm text-ink-soft">{earlier.messages.length === 0 ? t("chats.sayHello") : t("chats.beginning")}</p>;
  }
  function load(event: MouseEvent) {
    event.preventDefault();
    earlier.load();
  }
  return (
    // No line of text: the spinner would make it higher, and what one reads would move.
    <p className="flex justify-center py-4">
      <Link to={`/chats/${conversationId}?before=${earlier.before}`} onClick={load} data-stop className="flex min-h-11 items-center gap-2 px-4 text-sm text-accent-ink underline-offset-4 hover:underline">
        {earlier.loading && <Spinner label={t("chats.loadingEarlier")} />}
        {t("chats.earlier")}
      </Link>
    </p>
  );
}
