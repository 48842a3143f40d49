import { useTranslation } from "react-i18next";
import { ConnectionBadge, type ConnectionState } from "#app/components/connection-badge.tsx";
import { LinkButton } from "#app/components/button.tsx";
import { weekdayOf, type CalendarDate } from "#app/domain/calendar-days.ts";
import type { FamilyData } from "#app/domain/families/family.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface WallHeaderProps {
  family: FamilyData;
  minute: number;
  today: CalendarDate;
  /** Null in somebody's own browser: the way back stands there. */
  connection: ConnectionState | null;
}

/** The time, the day, whose house it is. */
export function WallHeader({ family, minute, today, connection }: WallHeaderProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <header className="wall-header">
      <p className="wall-clock figures">
        <time dir="ltr">{format.time(minute)}</time>
      </p>
      <div className="min-w-0 flex-1">
        <h1 className="wall-family">
          <bdi>{family.name}</bdi>
        </h1>
        <p className="wall-date">{t("tablet.date", { weekday: t(`format.weekdays.${weekdayOf(today)}`), date: format.date(minute) })}</p>
      </div>
      {connection ? (
        <ConnectionBadge state={connection} className="self-start" wordClassName={connection === "connected" ? "sr-only" : ""} />
      ) : (
        <LinkButton to="/family" variant="secondary" size="sm">
          {t("family.back")}
        </LinkButton>
      )}
    </header>
  );
}
