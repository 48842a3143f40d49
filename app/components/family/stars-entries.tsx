import { Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { classes } from "#app/components/classes.ts";
import { FormError } from "#app/components/form-error.tsx";
import { IconButton } from "#app/components/icon-button.tsx";
import { List } from "#app/components/list.tsx";
import type { FamilyMember } from "#app/domain/families/family.ts";
import { mayInFamily, type MemberRole } from "#app/domain/families/policy.ts";
import type { ShownEntry } from "#app/domain/stars/stars.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { useFamilyForm, type RefusedForm } from "./family-form.ts";

interface StarsEntriesProps {
  /** The newest first. */
  entries: readonly ShownEntry[];
  members: readonly FamilyMember[];
  role: MemberRole;
  now: number;
  failure: RefusedForm | undefined;
}

/** What stars were given and taken for lately. What was undone says so by itself: its reversal need not stand beside it. */
export function StarsEntries({ entries, members, role, now, failure }: StarsEntriesProps) {
  const here = new Set(entries.map(({ id }) => id));
  const shown = entries.filter(({ reversalOf }) => reversalOf === null || !here.has(reversalOf));
  return (
    <List>
      {shown.map((entry) => (
        <EntryRow key={entry.id} entry={entry} name={members.find(({ id }) => id === entry.memberId)?.name} mayUndo={entry.kind !== "reversal" && !entry.undone && mayInFamily(role, "stars-undo", false)} now={now} failure={failure} />
      ))}
    </List>
  );
}

interface EntryRowProps {
  entry: ShownEntry;
  /** Of somebody who has left: none. */
  name: string | undefined;
  mayUndo: boolean;
  now: number;
  failure: RefusedForm | undefined;
}

function EntryRow({ entry: { id, amount, reason, undone, kind, createdAt }, name, mayUndo, now, failure: posted }: EntryRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent === "stars-undo" && values["entryId"] === id);
  return (
    <li data-entry={id} className="px-4 py-2">
      {failure && <FormError failure={failure} />}
      <div className="flex min-h-target items-center gap-3">
        <span dir="ltr" className={classes("figures w-12 flex-none text-end font-semibold", undone ? "text-ink-faint line-through" : amount > 0 ? "text-good" : "text-bad")}>
          {amount > 0 ? `+${format.number(amount)}` : `−${format.number(-amount)}`}
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-2">
            <bdi className="truncate">{reason}</bdi>
            {(undone || kind === "reversal") && <Badge>{undone ? t("stars.undone") : t("stars.undoing")}</Badge>}
          </span>
          <span className="block truncate text-sm text-ink-soft">
            {name !== undefined && (
              <>
                <bdi>{name}</bdi>
                {" · "}
              </>
            )}
            {format.moment(createdAt, now)}
          </span>
        </span>
        {mayUndo && (
          <fetcher.Form method="post" action={page} preventScrollReset>
            <input type="hidden" name="intent" value="stars-undo" />
            <IconButton type="submit" name="entryId" value={id} label={t("stars.undo", { reason })} busy={busy !== null} icon={<Undo2 aria-hidden size={18} className="along-text" />} />
          </fetcher.Form>
        )}
      </div>
    </li>
  );
}
