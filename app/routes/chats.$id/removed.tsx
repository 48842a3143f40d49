import { useSyncExternalStore, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import type { QueuedChange } from "#app/realtime/queue-storage.ts";

interface RemovedProps {
  name: string;
  /** What was written here and never went out: it is not thrown away with the room. */
  pending: readonly { body: string; change?: QueuedChange | null }[];
  /** What stood in the composer when it went. */
  draftRef: RefObject<string>;
}

const never = () => () => {};

/** In the place of a room that one is no longer in: what happened, what is safe, what to do. */
export function Removed({ name, pending, draftRef }: RemovedProps) {
  const { t } = useTranslation();
  const draft = useSyncExternalStore(never, () => draftRef.current, () => "");
  const unsent = [...pending.map(({ body, change }) => (change?.kind === "edit" ? change.body : body)), draft ?? ""].filter((text) => text.trim() !== "");
  return (
    <section className="flex h-full flex-col items-center justify-center overflow-y-auto" aria-labelledby="removed-title" data-removed>
      <h1 id="removed-title" className="sr-only">
        {name}
      </h1>
      <div role="alert">
        <EmptyState
          drawing="door"
          title={isolatedNames([name], ([place]) => t("rooms.removedTitle", { name: place }))}
          text={t("rooms.removedText")}
          action={
            <LinkButton to="/chats" variant="secondary">
              {t("chats.back")}
            </LinkButton>
          }
        />
      </div>
      {unsent.length > 0 && (
        <section className="w-full max-w-form px-4 pb-8" aria-labelledby="unsent-title">
          <h2 id="unsent-title" className="mb-2 text-sm font-semibold text-ink-soft">
            {t("rooms.removedUnsent")}
          </h2>
          <ul className="flex flex-col gap-2">
            {unsent.map((text, index) => (
              <li key={index} dir="auto" className="rounded-card border border-line bg-surface px-4 py-3 whitespace-pre-wrap wrap-anywhere">
                {text}
              </li>
            ))}
          </ul>
        </section>
      )}
    </section>
  );
}
