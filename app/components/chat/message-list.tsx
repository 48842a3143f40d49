import { ArrowDown } from "lucide-react";
import { useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#app/i18n/use-format.ts";
import { Button } from "#app/components/button.tsx";
import { useArrowKeys } from "#app/components/use-arrow-keys.ts";
import { DeleteDialog } from "./delete-dialog.tsx";
import { focusMessage, messageElement, type MessageActing } from "./message-actions.ts";
import type { MessageContext, ShownMessage } from "./message-bubble.tsx";
import { MessageItem } from "./message-item.tsx";
import type { Readers } from "./readers.ts";
import { placeMessages } from "./timeline.ts";
import { useSeen } from "./use-seen.ts";

/** Closer to the end than this counts as being at the end, in CSS px. */
const END_TOLERANCE_PX = 64;

/** Of the screen, over the message that a chat opens at. */
const SHARE_ABOVE = 0.25;

const isAtEnd = (element: HTMLElement) => element.scrollHeight - element.scrollTop - element.clientHeight < END_TOLERANCE_PX;

interface MessageListProps {
  label: string;
  context: MessageContext;
  acting: MessageActing;
  viewerId: string;
  /** Several people write here. */
  named: boolean;
  /** The time the page was made, ms since 1970: server and browser name the days alike. */
  now: number;
  messages: ShownMessage[];
  /** Stands above the first message: earlier ones, or a word about the beginning. */
  before: ReactNode;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
  /** Called with the highest message number of others that was really visible. */
  onSeen: (seq: number) => void;
  /** Escape leaves the messages. */
  onLeave: () => void;
  /** Where it is scrolled to when it opens; null: to the end. */
  opensAt: { key: string; why: "asked" | "unread" } | null;
  /** Stands under the last message. */
  after: ReactNode;
  /** In a room: who has seen one's newest message. */
  readers: Readers | null;
}

/** The chat's messages: follows the end only while at the end, otherwise offers a button to what is new. */
export function MessageList({ label, context, acting, viewerId, named, now, messages, before, onRetry, onDiscard, onSeen, onLeave, opensAt, after, readers }: MessageListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(opensAt === null);
  const opened = useRef(false);
  /** The newest message shows a picture from the device: how large that is turns out when it has loaded. */
  const mayGrow = useRef(false);
  const [unseenFrom, setUnseenFrom] = useState<string | null>(null);
  const observe = useSeen(scroller, onSeen);
  useArrowKeys(scroller, { enter: "last", onEscape: onLeave, onEnter: openMenu });

  const placed = useMemo(() => placeMessages(messages, format.dayKey), [messages, format]);
  const last = messages.at(-1);
  const firstKey = messages[0]?.key;
  const previous = useRef({ firstKey, lastKey: last?.key, height: 0 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const known = previous.current;
    mayGrow.current = last !== undefined && last.queued.length > 0;
    if (!opened.current) {
      opened.current = true;
      const target = opensAt && messageElement(opensAt.key);
      if (target) {
        // The line above it, and a little of what was before.
        element.scrollTop = target.offsetTop - element.offsetTop - element.clientHeight * SHARE_ABOVE;
        if (opensAt.why === "asked") focusMessage(opensAt.key);
        atEnd.current = isAtEnd(element);
        previous.current = { firstKey, lastKey: last?.key, height: element.scrollHeight };
        return;
      }
    }
    const appended = last && last.key !== known.lastKey;
    if (known.firstKey !== firstKey && !appended && known.height > 0) {
      // Earlier messages came in above: keep what is being read where it is.
      element.scrollTop += element.scrollHeight - known.height;
    } else if (atEnd.current || (appended && last.senderId === viewerId)) {
      element.scrollTop = element.scrollHeight;
    } else if (appended) {
      setUnseenFrom((from) => from ?? last.key);
    }
    previous.current = { firstKey, lastKey: last?.key, height: element.scrollHeight };
  }, [messages, firstKey, last, viewerId, opensAt]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    // Fonts, a keyboard or a rotated phone change the heights; the end stays in view.
    const resized = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    // Not for whatever grows: a menu that opens in the middle must not push away what was pressed.
    const grown = new ResizeObserver(() => {
      if (atEnd.current && mayGrow.current) element.scrollTop = element.scrollHeight;
    });
    grown.observe(element.querySelector("ol")!);
    return () => {
      resized.disconnect();
      grown.disconnect();
    };
  }, []);

  function openMenu(item: HTMLElement) {
    const message = messages.find(({ key }) => item.contains(document.getElementById(`text-${key}`)));
    if (message && message.id !== null && !message.deleted) acting.actions.toggleMenu(message);
  }

  function onScroll() {
    const element = scroller.current!;
    atEnd.current = isAtEnd(element);
    if (atEnd.current && unseenFrom !== null) setUnseenFrom(null);
  }

  const unseen = unseenFrom === null ? 0 : messages.length - messages.findIndex((message) => message.key === unseenFrom);

  return (
    <div className="chat-log relative min-h-0 flex-1">
      {/* The log itself is silent: the announcer beside it says each new message once, never history or one's own. */}
      <div ref={scroller} onScroll={onScroll} role="log" aria-live="off" aria-label={label} tabIndex={0} className="chat-scroller">
        {before}
        <ol>
          {placed.map(({ message, newDay, startsGroup, endsGroup }) => (
            <MessageItem
              key={message.key}
              context={context}
              mode={acting.modeOf(message.key)}
              message={message}
              own={message.senderId === viewerId}
              named={named}
              newDay={newDay}
              startsGroup={startsGroup}
              endsGroup={endsGroup}
              now={now}
              observe={observe}
              onRetry={onRetry}
              onDiscard={onDiscard}
              readers={readers?.key === message.key ? readers : null}
              opening={opensAt?.key === message.key ? opensAt.why : null}
            />
          ))}
        </ol>
        {after}
      </div>
      <DeleteDialog message={acting.deleting} onAnswer={acting.confirmDelete} />
      {unseen > 0 && (
        <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
          <Button
            variant="secondary"
            size="sm"
            className="pointer-events-auto shadow-float"
            icon={<ArrowDown aria-hidden size={16} strokeWidth={1.5} />}
            onClick={() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "smooth" })}
          >
            {t("chats.newMessages", { count: unseen })}
          </Button>
        </div>
      )}
    </div>
  );
}
