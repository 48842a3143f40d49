import { useTranslation } from "react-i18next";
import { weekdayOf } from "#app/domain/calendar-days.ts";
import type { FamilyMember } from "#app/domain/families/family.ts";
import type { StarsData } from "#app/domain/stars/stars.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface WeekTableProps {
  stars: StarsData;
  members: readonly FamilyMember[];
}

/** The week's stars as numbers: a line a day, a column a person. */
export function WeekTable({ stars, members }: WeekTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const told = (gained: number, lost: number) => (gained === 0 && lost === 0 ? [format.number(0)] : [...(gained > 0 ? [`+${format.number(gained)}`] : []), ...(lost > 0 ? [`−${format.number(lost)}`] : [])]);
  return (
    <table className="w-full table-fixed text-sm">
      <caption className="sr-only">{t("stars.numbers")}</caption>
      <thead>
        <tr>
          <th scope="col" className="py-1.5 pe-3 text-start font-medium text-ink-soft">
            {t("stars.day")}
          </th>
          {members.map(({ id, name }) => (
            <th key={id} scope="col" className="truncate py-1.5 ps-3 text-end font-medium" title={name}>
              <bdi>{name}</bdi>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {stars.week.days.map((date, day) => (
          <tr key={date} className="border-t border-line">
            <th scope="row" className="py-1.5 pe-3 text-start font-normal">
              {t(`format.weekdays.${weekdayOf(date)}`)}
            </th>
            {members.map(({ id }) => (
              <td key={id} className="py-1.5 ps-3 text-end">
                <span className="inline-flex gap-2">
                  {told(stars.members[id]?.gained[day] ?? 0, stars.members[id]?.lost[day] ?? 0).map((figure) => (
                    // Each on its own: a sign beside Arabic digits would change sides with what stands next to it.
                    <span key={figure} dir="ltr" className="figures">
                      {figure}
                    </span>
                  ))}
                </span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
