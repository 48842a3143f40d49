import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { useFormat } from "#app/i18n/use-format.ts";
import type { GlanceProps } from "./glance.tsx";

/** The children's stars, and those of whoever else has some. */
export function StarsGlance({ state }: GlanceProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const balances = state.members.map((member) => ({ ...member, balance: state.stars.members[member.id]?.balance ?? 0 })).filter(({ role, balance }) => role === "child" || balance > 0);
  if (balances.length === 0) return null;
  return (
    <SectionCard title={t("family.stars")}>
      <List>
        {balances.map(({ id, name, hue, avatar, balance }) => (
          <ListRow
            key={id}
            leading={<Avatar name={name} hue={hue} avatar={avatar} size="sm" />}
            title={<NameLine>{name}</NameLine>}
            trailing={
              <span className="flex items-center gap-1 text-lg font-semibold">
                <Star aria-hidden size={18} className="flex-none text-waiting" />
                <span aria-hidden className="figures">
                  {format.number(balance)}
                </span>
                <span className="sr-only">{t("timers.stars", { count: balance })}</span>
              </span>
            }
          />
        ))}
      </List>
    </SectionCard>
  );
}
