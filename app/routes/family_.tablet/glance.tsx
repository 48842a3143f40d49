import { useTranslation } from "react-i18next";
import { Drawing } from "#app/components/drawings.tsx";
import { soonestFirst } from "#app/components/family/soonest-first.ts";
import type { CalendarDate } from "#app/domain/calendar-days.ts";
import type { FamilyState } from "#app/realtime/reducers/family.ts";
import { dueNow } from "./due-now.ts";
import { WallChore } from "./wall-chore.tsx";
import { WallTimer } from "./wall-timer.tsx";

export interface WallSeen {
  state: FamilyState;
  /** The server's time when the page was loaded. */
  now: number;
  today: CalendarDate;
}

/** What can be read from the other end of the room. */
export function Glance({ state, now, today }: WallSeen) {
  const { t } = useTranslation();
  const timers = state.timers.toSorted(soonestFirst);
  const chores = dueNow(state.chores, today);
  if (timers.length + chores.length === 0)
    return (
      <div className="wall-rest">
        <Drawing name="nest" />
        <p className="wall-name">{t("tablet.allDone")}</p>
        <p className="wall-text text-ink-soft">{t("tablet.allDoneText")}</p>
      </div>
    );
  return (
    <div className="wall-body">
      {timers.length > 0 && (
        <section aria-label={t("timers.title")} className="wall-timers-place">
          <ul className="wall-timers" data-count={Math.min(timers.length, 6)}>
            {timers.map((timer) => (
              <WallTimer key={timer.id} timer={timer} members={state.members} now={now} />
            ))}
          </ul>
        </section>
      )}
      {chores.length > 0 && (
        <section aria-labelledby="wall-chores" className="wall-chores">
          <h2 id="wall-chores" className="wall-label">
            {t("tablet.toDo")}
          </h2>
          <ul className={timers.length === 0 ? "wall-chores-wide" : undefined}>
            {chores.map(({ chore, occurrence }) => (
              <WallChore key={`${chore.id} ${occurrence.dueOn}`} chore={chore} occurrence={occurrence} members={state.members} today={today} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
