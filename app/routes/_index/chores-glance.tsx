import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { dateIn } from "#app/domain/calendar-days.ts";
import { isTheirs } from "#app/domain/chores/chore.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";
import { Picture, type GlanceProps } from "./glance.tsx";

/** As many as are seen at a glance; the rest is one press away. */
const SHOWN = 5;
/** Where a chore is nobody's in particular. */
const ANYBODYS_HUE = 1;

/** What waits for whoever looks: a parent sees everybody's, and what is to be looked at; a child its own. */
export function ChoresGlance({ state, role, now }: GlanceProps) {
  const { t } = useTranslation();
  const today = dateIn(state.family.timeZone, now);
  const approves = mayInFamily(role, "chore-approve", false);
  const due = state.chores
    .flatMap((chore) => chore.occurrences.map((occurrence) => ({ chore, occurrence })))
    .filter(({ chore, occurrence }) =>
      occurrence.state === "open" ? occurrence.dueOn <= today && mayInFamily(role, "chore-claim", isTheirs(chore, occurrence, state.viewerId)) : occurrence.state === "claimed" && approves,
    )
    .toSorted((a, b) => (a.occurrence.dueOn < b.occurrence.dueOn ? -1 : Number(a.occurrence.dueOn > b.occurrence.dueOn)));
  return (
    <SectionCard title={t("home.choresDue")}>
      {due.length === 0 ? (
        <p className="p-4 text-ink-soft">{t("chores.nothingDue")}</p>
      ) : (
        <List>
          {due.slice(0, SHOWN).map(({ chore, occurrence: { dueOn, state: standing, claim, assignedTo } }) => {
            const member = state.members.find(({ id }) => id === (claim?.memberId ?? assignedTo));
            return (
              <ListRow
                key={`${chore.id} ${dueOn}`}
                leading={<Picture name={chore.icon ?? "house"} hue={member?.hue ?? ANYBODYS_HUE} />}
                title={<NameLine>{chore.name}</NameLine>}
                text={member ? <NameLine>{member.name}</NameLine> : t("chores.anybody")}
                trailing={standing === "claimed" ? <Badge>{t("home.toLookAt")}</Badge> : dueOn < today && <Badge tone="waiting">{t("chores.overdue")}</Badge>}
              />
            );
          })}
        </List>
      )}
    </SectionCard>
  );
}
