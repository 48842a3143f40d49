import { Check, Clock, Undo2, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Badge, type Tone } from "#app/components/badge.tsx";
import { Button } from "#app/components/button.tsx";
import { useFamilyForm, type RefusedForm } from "#app/components/family/family-form.ts";
import { FormError } from "#app/components/form-error.tsx";
import { IconButton } from "#app/components/icon-button.tsx";
import type { FamilyMember } from "#app/domain/families/family.ts";
import { mayInFamily, type MemberRole } from "#app/domain/families/policy.ts";
import type { RedemptionData, RedemptionState } from "#app/domain/rewards/reward.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { StarCount } from "./star-count.tsx";

interface RedemptionRowProps {
  redemption: RedemptionData;
  members: readonly FamilyMember[];
  viewer: { id: string; role: MemberRole };
  now: number;
  failure: RefusedForm | undefined;
}

const TONES: Record<RedemptionState, Tone> = { waiting: "waiting", approved: "good", refused: "neutral", cancelled: "neutral", undone: "neutral" };
const ICONS: Partial<Record<RedemptionState, typeof Check>> = { waiting: Clock, approved: Check, refused: X };

/** One request: whose, for what, how it stands, and what the viewer may say of it. */
export function RedemptionRow({ redemption, members, viewer: { id, role }, now, failure: posted }: RedemptionRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { id: redemptionId, memberId, productName: name, price, state, askedAt, decidedAt } = redemption;
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent?.startsWith("redemption-") === true && values["redemptionId"] === redemptionId);
  const member = members.find((other) => other.id === memberId);
  const waits = state === "waiting";
  const Icon = ICONS[state];
  const may = {
    approve: waits && mayInFamily(role, "redemption-approve", false),
    refuse: waits && mayInFamily(role, "redemption-refuse", false),
    cancel: waits && mayInFamily(role, "redemption-cancel", memberId === id),
    undo: state === "approved" && mayInFamily(role, "redemption-undo", false),
  };
  return (
    <li data-redemption={redemptionId} data-state={state} className="flex flex-col gap-2 px-4 py-3">
      {failure && <FormError failure={failure} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {member && <Avatar name={member.name} hue={member.hue} avatar={member.avatar} size="sm" />}
        <span className="min-w-32 flex-1">
          <span className="flex flex-wrap items-center gap-x-2">
            <bdi className="font-medium">{name}</bdi>
            <StarCount count={price} size={14} className="text-sm" />
          </span>
          <span className="flex flex-wrap items-center gap-x-2 text-sm text-ink-soft">
            {member && <bdi>{member.name}</bdi>}
            <span>{format.moment(decidedAt ?? askedAt, now)}</span>
          </span>
        </span>
        {!may.approve && (
          <Badge tone={TONES[state]} icon={Icon && <Icon aria-hidden size={14} />}>
            {t(`rewards.states.${state}`)}
          </Badge>
        )}
        {Object.values(may).includes(true) && (
          <fetcher.Form method="post" action={page} preventScrollReset className="flex flex-none items-center gap-2">
            <input type="hidden" name="redemptionId" value={redemptionId} />
            {may.approve && (
              <Button type="submit" size="sm" name="intent" value="redemption-approve" busy={busy === "redemption-approve"} aria-label={t("rewards.approveName", { name })} icon={<Check aria-hidden size={18} />}>
                {t("rewards.approve")}
              </Button>
            )}
            {may.refuse && (
              <Button type="submit" variant="secondary" size="sm" name="intent" value="redemption-refuse" busy={busy === "redemption-refuse"} aria-label={t("rewards.refuseName", { name })}>
                {t("rewards.refuse")}
              </Button>
            )}
            {may.cancel && (
              <Button type="submit" variant="secondary" size="sm" name="intent" value="redemption-cancel" busy={busy === "redemption-cancel"} aria-label={t("rewards.cancelName", { name })}>
                {t("rewards.cancel")}
              </Button>
            )}
            {may.undo && <IconButton type="submit" name="intent" value="redemption-undo" label={t("rewards.undo", { name })} busy={busy === "redemption-undo"} icon={<Undo2 aria-hidden size={18} className="along-text" />} />}
          </fetcher.Form>
        )}
      </div>
    </li>
  );
}
