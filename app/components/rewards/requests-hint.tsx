import { Gift } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { Card } from "#app/components/card.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { mayInFamily } from "#app/domain/families/policy.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { FamilyState } from "#app/realtime/reducers/family.ts";
import type { MemberRole } from "#app/domain/families/policy.ts";

/** That requests for rewards wait: for parents all of them, for a child its own. Nothing where none do. */
export function RequestsHint({ state: { requests, members, viewerId }, role }: { state: FamilyState; role: MemberRole }) {
  const { t } = useTranslation();
  const format = useFormat();
  const decides = mayInFamily(role, "redemption-approve", false);
  const mine = decides ? requests : requests.filter(({ memberId }) => memberId === viewerId);
  if (mine.length === 0) return null;
  const names = [...new Set(mine.map(({ memberId }) => members.find(({ id }) => id === memberId)?.name ?? ""))].filter((name) => name !== "");
  return (
    <Card>
      <List>
        <ListRow
          to="/rewards"
          leading={
            <span className="grid size-10 flex-none place-items-center rounded-full bg-waiting-soft text-waiting">
              <Gift aria-hidden size={20} />
            </span>
          }
          title={decides ? t("rewards.toDecide", { count: mine.length }) : t("rewards.waitsForParent", { count: mine.length })}
          text={decides ? isolatedNames(names, format.list) : isolatedNames(mine.map(({ productName }) => productName), (places) => places.join(" · "))}
          trailing={<Badge tone="waiting">{format.number(mine.length)}</Badge>}
        />
      </List>
    </Card>
  );
}
