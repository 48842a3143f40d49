import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ShownMessage } from "./message-bubble.tsx";

/** More than this at once (back from sleep, say) is told as a number: nobody listens to fifty messages. */
const SAID_ONE_BY_ONE = 3;
/** What was said stays readable for a while, but does not grow without end. */
const KEPT = 10;
/** In characters: a message may have 20,000, and stands in the log to be read at leisure. */
const SAID_OF_A_TEXT = 400;

interface Said {
  key: string;
  text: string;
}

/** Says each message that arrives from others once to screen readers: author and text, never times, history or one's own. */
export function Announcer({ messages, viewerId }: { messages: ShownMessage[]; viewerId: string }) {
  const { t } = useTranslation();
  const newest = useRef(messages.findLast(({ seq }) => seq !== null)?.seq ?? 0);
  const [said, setSaid] = useState<Said[]>([]);

  useEffect(() => {
    const arrived = messages.filter(({ seq }) => seq !== null && seq > newest.current);
    if (arrived.length === 0) return;
    newest.current = Math.max(...arrived.map(({ seq }) => seq!));
    const others = arrived.filter(({ senderId, deleted }) => senderId !== viewerId && !deleted);
    const added =
      others.length > SAID_ONE_BY_ONE
        ? [{ key: `up to ${others.at(-1)!.key}`, text: t("chats.newMessages", { count: others.length }) }]
        : others.map(({ key, senderName, body }) => ({ key, text: t("chats.announcement", { name: senderName, text: shortened(body) }) }));
    if (added.length > 0) setSaid((earlier) => [...earlier, ...added].slice(-KEPT));
  }, [messages, viewerId, t]);

  // What is deleted is not left standing here.
  const deleted = new Set(said.length === 0 ? [] : messages.flatMap((message) => (message.deleted ? [message.key] : [])));
  return (
    <div className="sr-only" aria-live="polite" aria-relevant="additions" data-announcer>
      {said.filter(({ key }) => !deleted.has(key)).map(({ key, text }) => (
        <p key={key}>{text}</p>
      ))}
    </div>
  );
}

const shortened = (body: string) => (body.length <= SAID_OF_A_TEXT ? body : `${body.slice(0, SAID_OF_A_TEXT).toWellFormed()}…`);
