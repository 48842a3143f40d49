import { Check, Star, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { Button } from "#app/components/button.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { IconButton } from "#app/components/icon-button.tsx";
import type { CalendarDate } from "#app/domain/calendar-days.ts";
import { isTheirs, type ChoreData, type ChoreOccurrence } from "#app/domain/chores/chore.ts";
import type { FamilyMember } from "#app/domain/families/family.ts";
import { mayInFamily, type MemberRole } from "#app/domain/families/policy.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { dueWords } from "./chore-words.ts";
import { useFamilyForm, type RefusedForm } from "./family-form.ts";
import { FamilyIcon } from "./family-icon.tsx";

export interface ChoreRowProps {
  chore: ChoreData;
  occurrence: ChoreOccurrence;
  members: readonly FamilyMember[];
  viewer: { id: string; role: MemberRole };
  /** In the family's time zone. */
  today: CalendarDate;
  failure: RefusedForm | undefined;
}

/** What the viewer may say of it now: by the policy's table, and by how it stands. */
export function choreActions({ chore, occurrence, viewer: { id, role }, today }: Pick<ChoreRowProps, "chore" | "occurrence" | "viewer" | "today">) {
  const { state, claim, dueOn } = occurrence;
  const claimed = state === "claimed";
  return {
    claim: state === "open" && mayInFamily(role, "chore-claim", isTheirs(chore, occurrence, id)) && (role === "parent" || dueOn <= today),
    approve: claimed && mayInFamily(role, "chore-approve", false),
    refuse: claimed && mayInFamily(role, "chore-refuse", false),
    undo: claim !== null && mayInFamily(role, "chore-undo", claim.memberId === id && claimed) && (state === "done" || !mayInFamily(role, "chore-refuse", false)),
  };
}

/** One time that a chore is due: whose, when, and what can be said of it. */
export function ChoreRow({ chore, occurrence, members, viewer, today, failure: posted }: ChoreRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { dueOn, state } = occurrence;
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent?.startsWith("chore-") === true && values["choreId"] === chore.id && values["dueOn"] === dueOn);
  const may = choreActions({ chore, occurrence, viewer, today });
  const memberId = occurrence.claim?.memberId ?? occurrence.assignedTo;
  const member = members.find(({ id }) => id === memberId);
  const words: ReactNode[] = [
    ...(member ? [<bdi key="who">{member.name}</bdi>] : memberId === null ? [t("chores.anybody")] : []),
    ...(state === "claimed" ? [t("chores.saysDone")] : [dueWords(t, format, dueOn, today)]),
  ];
  return (
    <li data-chore={chore.id} data-due={dueOn} data-state={state} data-hue={member?.hue ?? 1} className="flex flex-col gap-2 px-4 py-3">
      {failure && <FormError failure={failure} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="grid size-10 flex-none place-items-center rounded-full bg-hue-soft text-hue">
          <FamilyIcon name={chore.icon ?? "house"} />
        </span>
        <span className="min-w-32 flex-1">
          <span className="flex flex-wrap items-center gap-x-2">
            <bdi className="font-medium">{chore.name}</bdi>
            {chore.stars > 0 && (
              <span className="inline-flex items-center gap-0.5 text-sm text-ink-soft">
                <Star aria-hidden size={14} />
                <span aria-hidden className="figures">
                  {format.number(chore.stars)}
                </span>
                <span className="sr-only">{t("timers.stars", { count: chore.stars })}</span>
              </span>
            )}
            {state === "open" && dueOn < today && <Badge tone="waiting">{t("chores.overdue")}</Badge>}
          </span>
          <span className="block text-sm text-ink-soft">{words.flatMap((word, index) => (index === 0 ? [word] : [" · ", word]))}</span>
        </span>
        {Object.values(may).includes(true) && (
          <fetcher.Form method="post" action={page} preventScrollReset className="flex flex-none items-center gap-2">
            <input type="hidden" name="choreId" value={chore.id} />
            <input type="hidden" name="dueOn" value={dueOn} />
            {may.claim && (
              <Button type="submit" variant="secondary" size="sm" name="intent" value="chore-claim" busy={busy === "chore-claim"} aria-label={t("chores.claimName", { name: chore.name })} icon={<Check aria-hidden size={18} />}>
                {t("chores.claim")}
              </Button>
            )}
            {may.approve && (
              <Button type="submit" size="sm" name="intent" value="chore-approve" busy={busy === "chore-approve"} aria-label={t("chores.approveName", { name: chore.name })} icon={<Check aria-hidden size={18} />}>
                {t("chores.approve")}
              </Button>
            )}
            {may.refuse && (
              <Button type="submit" variant="secondary" size="sm" name="intent" value="chore-refuse" busy={busy === "chore-refuse"} aria-label={t("chores.refuseName", { name: chore.name })}>
                {t("chores.refuse")}
              </Button>
            )}
            {may.undo && <IconButton type="submit" name="intent" value="chore-undo" label={t("chores.undo", { name: chore.name })} busy={busy === "chore-undo"} icon={<Undo2 aria-hidden size={18} className="along-text" />} />}
          </fetcher.Form>
        )}
      </div>
    </li>
  );
}
