import { useTranslation } from "react-i18next";
import { SectionCard } from "#app/components/card.tsx";
import { List } from "#app/components/list.tsx";
import { RedemptionRow } from "#app/components/rewards/redemption-row.tsx";
import { mayInFamily } from "#app/domain/families/policy.ts";
import type { ShopProps } from "./shop-props.ts";

/** What was decided lately: to parents all of it, to a child its own. */
export function HistoryCard({ state, role, now, failure }: ShopProps) {
  const { t } = useTranslation();
  const decides = mayInFamily(role, "redemption-approve", false);
  const decided = state.redemptions.filter(({ state: standing, memberId }) => standing !== "waiting" && (decides || memberId === state.viewerId));
  if (decided.length === 0) return null;
  return (
    <SectionCard title={t("rewards.history")}>
      <List>
        {decided.map((redemption) => (
          <RedemptionRow key={redemption.id} redemption={redemption} members={state.members} viewer={{ id: state.viewerId, role }} now={now} failure={failure} />
        ))}
      </List>
    </SectionCard>
  );
}
