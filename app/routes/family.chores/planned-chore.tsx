import { Trash2 } from "lucide-react";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { recurrenceWords } from "#app/components/family/chore-words.ts";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import type { ChoreData } from "#app/domain/chores/chore.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { ChoreForm, type ChoreFormProps } from "./chore-form.tsx";

interface PlannedChoreProps extends Omit<ChoreFormProps, "onDone" | "chore"> {
  chore: ChoreData;
}

/** One chore; opened it can be changed, or taken off the list. */
export function PlannedChore({ chore, members, posted, ...form }: PlannedChoreProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent, values }) => intent === "chore-archive" && values["choreId"] === chore.id);
  const element = useRef<HTMLDetailsElement>(null);
  const close = useCallback(() => {
    if (!element.current?.open) return;
    element.current.open = false;
    element.current.querySelector("summary")?.focus();
  }, []);
  const names = chore.assignees.flatMap((id) => members.find((member) => member.id === id)?.name ?? []);
  return (
    <li data-planned={chore.id}>
      <details ref={element} className="family-row" open={posted?.values["choreId"] === chore.id}>
        <summary className="flex min-h-14 items-center gap-3 px-4 py-2.5 transition-colors hover:bg-sunken">
          <span data-hue={1} className="grid size-10 flex-none place-items-center rounded-full bg-hue-soft text-hue">
            <FamilyIcon name={chore.icon ?? "house"} />
          </span>
          <span className="min-w-0 flex-1">
            <NameLine className="font-medium">{chore.name}</NameLine>
            <span className="block text-sm text-ink-soft">
              {recurrenceWords(t, format, chore.recurrence)}
              {" · "}
              {names.length > 0 ? isolatedNames(names, format.list) : t("chores.anybody")}
            </span>
          </span>
          <span className="text-sm font-medium text-accent-ink">{t("chores.change")}</span>
        </summary>
        <div className="flex flex-col gap-4 border-t border-line bg-paper p-4">
          <ChoreForm key={chore.version} chore={chore} members={members} posted={posted} onDone={close} {...form} />
          <fetcher.Form method="post" action="/family/chores" preventScrollReset className="border-t border-line pt-4">
            {failure && <FormError failure={failure} />}
            <input type="hidden" name="choreId" value={chore.id} />
            <Button type="submit" variant="secondary" size="sm" name="intent" value="chore-archive" busy={busy !== null} icon={<Trash2 aria-hidden size={18} />}>
              {t("chores.remove")}
            </Button>
            <p className="mt-2 text-sm text-ink-soft">{t("chores.removeHint")}</p>
          </fetcher.Form>
        </div>
      </details>
    </li>
  );
}
