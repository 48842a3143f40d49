import { useTranslation } from "react-i18next";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { useFormat } from "#app/i18n/use-format.ts";
import { useWriters, type Typing } from "#app/realtime/use-typing.ts";
import { fewNames } from "./few-names.ts";

interface TypingLineProps {
  typing: Typing | null;
  /** Undefined: not known (any more). */
  nameOf: (userId: string) => string | undefined;
}

/**
 * Who is typing, between the messages and the composer; its place is always there, so that nothing moves. It can be
 * read by screen readers, but is no live region: what comes and goes every few seconds would drown the messages.
 */
export function TypingLine({ typing, nameOf }: TypingLineProps) {
  const { t } = useTranslation();
  const writers = useWriters(typing);
  const names = writers.map(({ id, name }) => nameOf(id) ?? name ?? t("chats.somebody"));
  return <TypingText names={names} />;
}

export function TypingText({ names }: { names: readonly string[] }) {
  const { t } = useTranslation();
  const { list } = useFormat();
  const { named, rest } = fewNames(names, t);
  return (
    <p className="typing-line">
      {names.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden>
            <span />
            <span />
            <span />
          </span>
          <span className="truncate">{isolatedNames(named, (places) => t("chats.typing", { count: names.length, names: list([...places, ...rest]) }))}</span>
        </>
      )}
    </p>
  );
}
