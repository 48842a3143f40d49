/** What can be done with a message on the screen, and what is being done now. */
import { useCallback, useMemo, useState } from "react";
import type { QueuedChange } from "#app/realtime/queue-storage.ts";
import type { ShownMessage } from "./message-bubble.tsx";

/** Offered at once; any other emoji that somebody used can be joined by its chip. */
export const QUICK_EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏", "🎉", "✅"] as const;

export type MessageMode = "menu" | "edit";

/** The same object for as long as the chat is open: no bubble renders anew because of it. */
export interface MessageActions {
  toggleMenu: (message: ShownMessage) => void;
  edit: (message: ShownMessage) => void;
  /** Back to the message as it stands. */
  close: (message: ShownMessage) => void;
  save: (message: ShownMessage, body: string) => void;
  askDelete: (message: ShownMessage) => void;
  react: (message: ShownMessage, emoji: string, on: boolean) => void;
}

interface Opened {
  key: string;
  mode: MessageMode;
}

export interface MessageActing {
  actions: MessageActions;
  modeOf: (key: string) => MessageMode | null;
  deleting: ShownMessage | null;
  /** Answers the question. */
  confirmDelete: (isMeant: boolean) => void;
}

/** The message's element in the list. */
export const messageElement = (key: string): HTMLElement | null => document.getElementById(`text-${key}`)?.closest("li") ?? null;

/** Also before the arrows' effect has made it focusable; nothing moves. */
export function focusMessage(key: string): void {
  const element = messageElement(key);
  if (element && !element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
  element?.focus({ preventScroll: true });
}

/**
 * @param change puts a change into the send queue, which shows it at once
 * @param toComposer where the focus goes after an edit that began there
 */
export function useMessageActions(change: (change: QueuedChange) => void, toComposer: () => void): MessageActing {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [deleting, setDeleting] = useState<ShownMessage | null>(null);

  const actions = useMemo((): MessageActions => {
    let fromComposer = false;
    const close = ({ key }: ShownMessage) => {
      setOpened(null);
      if (fromComposer) toComposer();
      else messageElement(key)?.focus();
      fromComposer = false;
    };
    return {
      toggleMenu: ({ key }) => setOpened((known) => (known?.key === key ? null : { key, mode: "menu" })),
      edit({ key }) {
        fromComposer = document.activeElement?.id === "body";
        setOpened({ key, mode: "edit" });
      },
      close,
      save(message, body) {
        if (message.id !== null && body.trim() !== "" && body.trim() !== message.body) change({ kind: "edit", messageId: message.id, body: body.trim() });
        close(message);
      },
      askDelete(message) {
        setOpened(null);
        setDeleting(message);
      },
      react(message, emoji, on) {
        if (message.id !== null) change({ kind: "react", messageId: message.id, emoji, on });
      },
    };
  }, [change, toComposer]);

  const confirmDelete = useCallback(
    (isMeant: boolean) => {
      if (deleting === null) return;
      if (isMeant && deleting.id !== null) change({ kind: "delete", messageId: deleting.id });
      setDeleting(null);
      // After the dialog has given the focus back: its opener is gone by then.
      requestAnimationFrame(() => messageElement(deleting.key)?.focus());
    },
    [deleting, change],
  );
  return { actions, modeOf: (key) => (opened?.key === key ? opened.mode : null), deleting, confirmDelete };
}
