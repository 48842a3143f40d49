import { useTranslation } from "react-i18next";
import { SectionCard } from "#app/components/card.tsx";
import { List } from "#app/components/list.tsx";
import { RedemptionRow } from "#app/components/rewards/redemption-row.tsx";
import { mayInFamily } from "#app/domain/families/policy.ts";
import type { ShopProps } from "./shop-props.ts";

/** What waits for a parent: to them all of it, the oldest first; to a child its own. */
export function RequestsCard({ state, role, now, failure }: ShopProps) {
  const { t } = useTranslation();
  const decides = mayInFamily(role, "redemption-approve", false);
  const waiting = state.redemptions.filter(({ state: standing, memberId }) => standing === "waiting" && (decides || memberId === state.viewerId)).toReversed();
  if (waiting.length === 0 && !decides) return null;
  return (
    <SectionCard title={decides ? t("rewards.requests") : t("rewards.asked")}>
      {waiting.length === 0 ? (
        <p className="p-4 text-ink-soft">{t("rewards.noRequests")}</p>
      ) : (
        <List>
          {waiting.map((redemption) => (
            <RedemptionRow key={redemption.id} redemption={redemption} members={state.members} viewer={{ id: state.viewerId, role }} now={now} failure={failure} />
          ))}
        </List>
      )}
    </SectionCard>
  );
}
