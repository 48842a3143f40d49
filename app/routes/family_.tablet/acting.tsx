import { useTranslation } from "react-i18next";
import { Card, CardBody, SectionCard } from "#app/components/card.tsx";
import { ChoreRow } from "#app/components/family/chore-row.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";
import { soonestFirst } from "#app/components/family/soonest-first.ts";
import { StarsForm } from "#app/components/family/stars-form.tsx";
import { TimerStart } from "#app/components/family/timer-start.tsx";
import { List } from "#app/components/list.tsx";
import { mayInFamily } from "#app/domain/families/policy.ts";
import { dueNow } from "./due-now.ts";
import type { WallSeen } from "./glance.tsx";
import type { WallLoad, WallPerson } from "./wall-load.ts";
import { WallRewards } from "./wall-rewards.tsx";
import { WallTimer } from "./wall-timer.tsx";

interface ActingProps extends WallSeen, Pick<WallLoad, "templates" | "rewards" | "formKey"> {
  person: WallPerson;
  failure: RefusedForm | undefined;
}

/** What whoever stands here may do, at arm's length: as themselves, by the same table as everywhere. */
export function Acting({ state, now, today, person, templates, rewards, formKey, failure }: ActingProps) {
  const { t } = useTranslation();
  const { members } = state;
  const timers = state.timers.toSorted(soonestFirst);
  const chores = dueNow(state.chores, today);
  return (
    <div className="wall-acting">
      <div className="flex min-w-0 flex-col gap-6">
        {timers.length > 0 && (
          <ul className="wall-timers-near">
            {timers.map((timer) => (
              <WallTimer key={timer.id} timer={timer} members={members} now={now} acting={{ viewer: person, failure }} />
            ))}
          </ul>
        )}
        <Card>
          {/* The card's own edge stands above it. */}
          <CardBody className="[&>div]:border-t-0 [&>div]:pt-0">
            <TimerStart templates={templates} members={members} viewer={person} formKey={formKey} failure={failure} />
          </CardBody>
        </Card>
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <SectionCard title={t("tablet.toDo")}>
          {chores.length > 0 ? (
            <List>
              {chores.map(({ chore, occurrence }) => (
                <ChoreRow key={`${chore.id} ${occurrence.dueOn}`} chore={chore} occurrence={occurrence} members={members} viewer={person} today={today} failure={failure} />
              ))}
            </List>
          ) : (
            <p className="p-4 text-ink-soft">{t("chores.nothingDue")}</p>
          )}
        </SectionCard>
        {rewards && <WallRewards state={state} person={person} rewards={rewards} now={now} formKey={formKey} failure={failure} />}
        {mayInFamily(person.role, "stars-add", false) && (
          <SectionCard title={t("family.stars")}>
            <StarsForm members={members} formKey={formKey} failure={failure} />
          </SectionCard>
        )}
      </div>
    </div>
  );
}
