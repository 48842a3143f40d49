import { useTranslation } from "react-i18next";

interface NoScriptChatProps {
  conversationId: string;
  /** The newest message of the other that is not read yet. */
  unreadUpTo: string | null;
  /** A page of the past: shown as it is, it does not refresh. */
  past: boolean;
}

/**
 * Without JavaScript the messages stand in a frame that refreshes itself, so that the half-written text in the
 * form below stays; reading is a button, since nobody can see what was on the screen.
 */
export function NoScriptChat({ conversationId, unreadUpTo, past }: NoScriptChatProps) {
  const { t } = useTranslation();
  return (
    <noscript>
      <div className="no-script-chat">
        {past ? (
          <p className="px-4 py-2 text-center">
            <a href={`/chats/${conversationId}`} className="underline underline-offset-4">
              {t("chats.toNewest")}
            </a>
          </p>
        ) : (
          <iframe src={`/chats/${conversationId}/feed`} title={t("chats.feedTitle")} className="no-script-feed" />
        )}
        {unreadUpTo !== null && (
          <form method="post" className="px-4 py-2 text-center">
            <input type="hidden" name="intent" value="read" />
            <button name="upTo" value={unreadUpTo} className="min-h-11 px-4 text-sm underline underline-offset-4">
              {t("chats.markRead")}
            </button>
          </form>
        )}
      </div>
    </noscript>
  );
}
