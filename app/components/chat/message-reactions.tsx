import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Reaction } from "#app/domain/conversations/events.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { fewNames } from "./few-names.ts";

interface MessageReactionsProps {
  reactions: readonly Reaction[];
  viewerId: string;
  names: ReadonlyMap<string, string>;
  /** Absent where nothing can be pressed (without JavaScript). */
  onReact: ((emoji: string, on: boolean) => void) | undefined;
}

/** By emoji, each with its people, both in the order in which they came. */
export function grouped(reactions: readonly Reaction[]): [emoji: string, userIds: string[]][] {
  const groups = new Map<string, string[]>();
  for (const { emoji, userId } of reactions) groups.set(emoji, [...(groups.get(emoji) ?? []), userId]);
  return [...groups];
}

/** Under a message: what others felt about it. A press joins, or takes back. */
export const MessageReactions = memo(function MessageReactions({ reactions, viewerId, names, onReact }: MessageReactionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (reactions.length === 0) return null;
  const nameOf = (userId: string) => (userId === viewerId ? t("chats.you") : (names.get(userId) ?? t("chats.somebody")));
  return (
    <ul className="reactions" data-reactions>
      {grouped(reactions).map(([emoji, userIds]) => {
        const isOwn = userIds.includes(viewerId);
        const { named, rest } = fewNames(userIds.map(nameOf), t);
        const label = t("messageActions.reactedWith", { emoji, names: format.list([...named, ...rest]) });
        const content = (
          <>
            <span aria-hidden>{emoji}</span>
            <span aria-hidden className="tabular-nums">
              {format.number(userIds.length)}
            </span>
          </>
        );
        return (
          <li key={emoji}>
            {onReact ? (
              <button type="button" className="reaction" aria-pressed={isOwn} aria-label={label} title={label} onClick={() => onReact(emoji, !isOwn)}>
                {content}
              </button>
            ) : (
              <span className="reaction" title={label}>
                {content}
                <span className="sr-only">{label}</span>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
});
