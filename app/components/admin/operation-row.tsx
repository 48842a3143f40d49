import { CircleAlert, CircleCheck, CircleDashed, CircleX, Loader, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "#app/components/badge.tsx";
import type { OperationData, OperationState } from "#app/domain/maintenance/operation.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { OperationProgress } from "./operation-progress.tsx";
import { useItemName } from "./use-item-name.ts";
import { useMillis } from "./use-millis.ts";

const LOOK: Record<OperationState, { tone: Tone; icon: LucideIcon }> = {
  running: { tone: "accent", icon: Loader },
  succeeded: { tone: "good", icon: CircleCheck },
  partial: { tone: "waiting", icon: CircleAlert },
  failed: { tone: "bad", icon: CircleX },
  interrupted: { tone: "bad", icon: CircleDashed },
};

/** One operation: what, to what, by whom, when, for how long, how it ended. */
export function OperationRow({ operation, now }: { operation: OperationData; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  const nameOf = useItemName();
  const { kind, actorName, items, itemCount, state, failures, failureCount, startedAt, finishedAt } = operation;
  const { tone, icon: Icon } = LOOK[state];
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1.5">
        <div className="min-w-0 flex-1 basis-40">
          <p className="font-medium">{t(`adminOperations.kinds.${kind}`)}</p>
          <p className="text-sm text-ink-soft">
            {actorName === null ? t("adminOperations.fromTerminal") : <bdi>{actorName}</bdi>}
            {" · "}
            <time dateTime={new Date(startedAt).toISOString()} title={format.dateTime(startedAt)}>
              {format.relative(startedAt, now)}
            </time>
            {/* What is over within one transaction has no length worth telling. */}
            {finishedAt !== null && finishedAt > startedAt && (
              <>
                {" · "}
                <span className="figures">{millis(finishedAt - startedAt)}</span>
              </>
            )}
          </p>
        </div>
        <Badge tone={tone} icon={<Icon aria-hidden size={14} />}>
          {t(`adminOperations.states.${state}`)}
        </Badge>
      </div>
      {itemCount > 0 && <Items kind={kind} items={items} itemCount={itemCount} />}
      {state === "running" && <OperationProgress operation={operation} />}
      {failureCount > 0 && (
        <details className="text-sm">
          <summary className="min-h-8 w-fit cursor-pointer rounded-sm text-bad">{t("adminOperations.failures", { count: failureCount })}</summary>
          <ul className="mt-1 flex flex-col gap-1">
            {failures.map(({ item, code }) => (
              <li key={item} className="flex flex-wrap gap-x-2">
                <bdi>{nameOf(item)}</bdi>
                <span className="text-ink-soft">{t(`errors.${code}`)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

/** More are counted, not named. */
const SHOWN = 8;

function Items({ kind, items, itemCount }: Pick<OperationData, "kind" | "items" | "itemCount">) {
  const { t } = useTranslation();
  // Names of people and of what is shown, or of things that only machines call so.
  const Item = kind.startsWith("outbox-") ? "code" : "bdi";
  const dir = Item === "bdi" ? "auto" : "ltr";
  const nameOf = useItemName();
  const more = itemCount - Math.min(items.length, SHOWN);
  return (
    <p className="flex flex-wrap items-center gap-1.5 text-sm text-ink-soft">
      {items.slice(0, SHOWN).map((item) => (
        <Item key={item} dir={dir} className="max-w-full truncate rounded-sm bg-sunken px-1.5 py-0.5 text-xs">
          {nameOf(item)}
        </Item>
      ))}
      {more > 0 && <span>{items.length > 0 ? t("adminOperations.moreItems", { count: more }) : t("adminOperations.items", { count: more })}</span>}
    </p>
  );
}
