import { memo } from "react";
import { useTranslation } from "react-i18next";
import { NameLine } from "#app/components/name-line.tsx";
import { useFormat } from "#app/i18n/use-format.ts";
import { Avatar } from "#app/components/avatar.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { fewNames } from "./few-names.ts";
import type { Readers } from "./readers.ts";

/** So many faces say who; more are a number. */
const FACES = 4;

/** Under one's newest message in a room: who has seen it, and when, at a press. */
export const SeenBy = memo(function SeenBy({ readers: { by, everybody } }: { readers: Readers }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { named, rest } = fewNames(by.map(({ name }) => name), t);
  return (
    <details className="seen-by" onToggle={(event) => event.currentTarget.scrollIntoView({ block: "nearest" })}>
      <summary className="seen-by-summary">
        <span aria-hidden className="flex -space-x-1.5 rtl:space-x-reverse">
          {by.slice(0, FACES).map(({ id, name, hue, avatar }) => (
            <Avatar key={id} name={name} hue={hue} avatar={avatar} size="xs" />
          ))}
        </span>
        <span className="min-w-0 truncate">{everybody ? t("chats.seenByAll") : isolatedNames(named, (places) => t("chats.seenBy", { names: format.list([...places, ...rest]) }))}</span>
      </summary>
      <ul className="mt-1 flex flex-col items-stretch gap-1 rounded-card border border-line bg-surface px-3 py-2">
        {by.map(({ id, name, hue, avatar, readAt }) => (
          <li key={id} className="flex items-center gap-2 text-sm text-ink">
            <Avatar name={name} hue={hue} avatar={avatar} size="xs" />
            <NameLine className="flex-1">{name}</NameLine>
            {readAt !== null && (
              <time dateTime={new Date(readAt).toISOString()} className="ps-4 text-xs text-ink-soft tabular-nums">
                {format.time(readAt)}
              </time>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
});
