import { Link2, Pencil, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useToast } from "#app/components/toast.tsx";
import { QUICK_EMOJI, type MessageActions } from "./message-actions.ts";
import type { ShownMessage } from "./message-bubble.tsx";

interface MessageMenuProps {
  conversationId: string;
  message: ShownMessage;
  viewerId: string;
  own: boolean;
  actions: MessageActions;
}

/** Under the message that it is about, in the flow of the page: nothing is covered, whatever the size of the screen or the text. */
export function MessageMenu({ conversationId, message, viewerId, own, actions }: MessageMenuProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const menu = useRef<HTMLDivElement>(null);

  const closed = useRef(() => {});
  useEffect(() => {
    closed.current = () => actions.close(message);
  });

  useEffect(() => {
    const element = menu.current;
    if (!element) return;
    element.scrollIntoView({ block: "nearest" });
    element.querySelector("button")?.focus({ preventScroll: true });
    const keyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      closed.current();
    };
    element.addEventListener("keydown", keyDown);
    return () => element.removeEventListener("keydown", keyDown);
  }, []);

  function copyLink() {
    const link = `${window.location.origin}/chats/${conversationId}?at=${message.id}`;
    const copied = (navigator as { clipboard?: Clipboard }).clipboard?.writeText(link) ?? Promise.reject(new Error("no clipboard"));
    copied.then(
      () => toast(t("messageActions.linkCopied"), "good"),
      () => toast(link),
    );
    actions.close(message);
  }

  const isOn = (emoji: string) => message.reactions.some((reaction) => reaction.emoji === emoji && reaction.userId === viewerId);
  return (
    <div ref={menu} role="group" aria-label={t("messageActions.title")} className="message-menu" data-message-menu>
      <div className="message-menu-emoji">
        {QUICK_EMOJI.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-pressed={isOn(emoji)}
            aria-label={t("messageActions.reactWith", { emoji })}
            className="emoji-button"
            onClick={() => {
              actions.react(message, emoji, !isOn(emoji));
              actions.close(message);
            }}
          >
            {emoji}
          </button>
        ))}
      </div>
      <div className="message-menu-verbs">
        {own && (
          <button type="button" className="message-verb" onClick={() => actions.edit(message)}>
            <Pencil aria-hidden size={16} strokeWidth={1.5} />
            {t("messageActions.edit")}
          </button>
        )}
        <button type="button" className="message-verb" onClick={copyLink}>
          <Link2 aria-hidden size={16} strokeWidth={1.5} />
          {t("messageActions.copyLink")}
        </button>
        {own && (
          <button type="button" className="message-verb text-bad" onClick={() => actions.askDelete(message)}>
            <Trash2 aria-hidden size={16} strokeWidth={1.5} />
            {t("messageActions.delete")}
          </button>
        )}
      </div>
    </div>
  );
}
