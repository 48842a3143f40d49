import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { IconField } from "#app/components/family/icon-field.tsx";
import { TicksField } from "#app/components/family/ticks-field.tsx";
import { useDone } from "#app/components/family/use-done.ts";
import { SelectField, TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { CalendarDate } from "#app/domain/calendar-days.ts";
import { ASSIGNMENTS, type ChoreData } from "#app/domain/chores/chore.ts";
import { RECURRENCE_KINDS, type Recurrence } from "#app/domain/chores/recurrence.ts";
import type { FamilyMember } from "#app/domain/families/family.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

export interface ChoreFormProps {
  /** Null: a new one. */
  chore: ChoreData | null;
  members: readonly FamilyMember[];
  weekStart: number;
  today: CalendarDate;
  posted: FormFailure | undefined;
  /** It is saved. */
  onDone?: () => void;
}

const WEEK = 7;

/** The form's fields of a rule; those of other kinds as good beginnings. */
const fieldsOf = (rule: Recurrence | undefined, today: CalendarDate) => ({
  recurrence: rule?.kind ?? "once",
  from: rule && rule.kind !== "once" ? rule.from : "due",
  weekdays: rule?.kind === "weekdays" ? rule.days.join(",") : "",
  everyDays: String(rule?.kind === "every-n-days" ? rule.every : 2),
  monthDay: String(rule?.kind === "monthly" ? rule.day : Number(today.slice(8))),
});

/** What, when, for whom. Fields that a choice makes pointless are hidden by style alone, with and without JavaScript. */
export function ChoreForm({ chore, members, weekStart, today, posted, onDone }: ChoreFormProps) {
  const { t } = useTranslation();
  const intent = chore ? "chore-change" : "chore-create";
  const { fetcher, failure, busy } = useFamilyForm(posted, (refused) => refused.intent === intent && (chore === null || refused.values["choreId"] === chore.id));
  const form = useInvalidFocus(failure);
  const done = useCallback(() => {
    form.current?.reset();
    onDone?.();
  }, [form, onDone]);
  useDone({ busy, failure }, done);
  const stored: Record<string, string> = { name: chore?.name ?? "", stars: String(chore?.stars ?? 1), icon: chore?.icon ?? "", assignment: chore?.assignment ?? "first-come", assignees: chore?.assignees.join(",") ?? "", dueOn: today, ...fieldsOf(chore?.recurrence, today) };
  // Nothing ticked is not sent: a refused form without it had nothing ticked.
  const value = (name: string) => (failure ? (failure.values[name] ?? "") : stored[name]!);
  const error = (name: string) => failure?.errors[name];
  const days = Array.from({ length: WEEK }, (_, index) => (weekStart + index) % WEEK);
  return (
    <fetcher.Form ref={form} method="post" action="/family/chores" preventScrollReset className="chore-form flex flex-col gap-5">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value={intent} />
      {chore && <input type="hidden" name="choreId" value={chore.id} />}
      <div className="grid items-start gap-4 sm:grid-cols-[2fr_1fr]">
        <TextField label={t("chores.name")} name="name" required maxLength={60} autoComplete="off" defaultValue={value("name")} error={error("name")} />
        <TextField label={t("timers.starsField")} name="stars" type="number" inputMode="numeric" required min={0} max={1000} defaultValue={value("stars")} error={error("stars")} />
      </div>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField label={t("chores.recurrence")} name="recurrence" defaultValue={value("recurrence")} error={error("recurrence")} options={RECURRENCE_KINDS.map((kind) => ({ value: kind, label: t(`chores.kinds.${kind}`) }))} />
        {!chore && <TextField label={t("chores.dueOn")} name="dueOn" type="date" required defaultValue={value("dueOn")} error={error("dueOn")} />}
      </div>
      <div className="chore-part" data-for="weekdays">
        <TicksField legend={t("chores.weekdays")} name="weekdays" options={days.map((day) => ({ value: String(day), label: t(`format.weekdays.${day}`) }))} ticked={value("weekdays").split(",")} error={error("weekdays")} />
      </div>
      <div className="chore-part" data-for="every-n-days">
        <TextField label={t("chores.everyDays")} name="everyDays" type="number" inputMode="numeric" min={1} max={365} defaultValue={value("everyDays")} error={error("everyDays")} />
      </div>
      <div className="chore-part" data-for="monthly">
        <TextField label={t("chores.monthDay")} name="monthDay" type="number" inputMode="numeric" min={1} max={31} defaultValue={value("monthDay")} error={error("monthDay")} />
      </div>
      <div className="chore-part" data-for="every-n-days monthly">
        <SelectField
          label={t("chores.from")}
          name="from"
          defaultValue={value("from")}
          error={error("from")}
          options={[
            { value: "due", label: t("chores.fromDue") },
            { value: "completion", label: t("chores.fromCompletion") },
          ]}
        />
      </div>
      <SelectField label={t("chores.assignment")} name="assignment" defaultValue={value("assignment")} error={error("assignment")} options={ASSIGNMENTS.map((kind) => ({ value: kind, label: t(`chores.assignments.${kind}`) }))} />
      <TicksField legend={t("chores.assignees")} name="assignees" options={members.map(({ id, name }) => ({ value: id, label: name }))} ticked={value("assignees").split(",")} error={error("assignees")} />
      <IconField legend={t("timers.icon")} name="icon" defaultValue={value("icon")} error={error("icon")} />
      <Button type="submit" busy={busy !== null} className="self-start">
        {chore ? t("chores.save") : t("chores.add")}
      </Button>
    </fetcher.Form>
  );
}
