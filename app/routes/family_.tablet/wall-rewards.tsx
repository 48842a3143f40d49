import { Gift } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { useFamilyForm, type RefusedForm } from "#app/components/family/family-form.ts";
import { FormError } from "#app/components/form-error.tsx";
import { List } from "#app/components/list.tsx";
import { PriceTag } from "#app/components/rewards/price-tag.tsx";
import { RedemptionRow } from "#app/components/rewards/redemption-row.tsx";
import { usePrices } from "#app/components/rewards/use-shop.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";
import type { Price } from "#app/domain/rewards/price.ts";
import type { Offers } from "#app/domain/rewards/queries.server.ts";
import { heldBy, type ProductData } from "#app/domain/rewards/reward.ts";
import type { FamilyState } from "#app/realtime/reducers/family.ts";
import type { WallPerson } from "./wall-load.ts";

interface WallRewardsProps {
  state: FamilyState;
  person: WallPerson;
  rewards: Offers;
  now: number;
  formKey: string;
  failure: RefusedForm | undefined;
}

/** As many as a wall has room for: those that cost the most of what the stars are enough for. */
const SHOWN = 5;
/** Of an id, enough to tell one reward of a family from another. */
const TAIL = -12;

/** At the wall a parent decides what was asked for, and a child asks for what its stars are enough for. */
export function WallRewards({ state, person, rewards, now, formKey, failure }: WallRewardsProps) {
  const { t } = useTranslation();
  const pricing = usePrices({ promotions: rewards.promotions, now });
  const decides = mayInFamily(person.role, "redemption-approve", false);
  const requests = state.requests.filter(({ memberId }) => decides || memberId === person.id);
  const free = (state.stars.members[person.id]?.balance ?? 0) - heldBy(state.requests, person.id);
  const offers = mayInFamily(person.role, "redemption-ask", true)
    ? rewards.products
        .map((product) => ({ product, price: pricing(product) }))
        .filter(({ price }) => price.price <= free)
        .toSorted((a, b) => b.price.price - a.price.price)
        .slice(0, SHOWN)
    : [];
  if (requests.length + offers.length === 0) return null;
  return (
    <SectionCard title={t("rewards.title")}>
      <List>
        {requests.map((redemption) => (
          <RedemptionRow key={redemption.id} redemption={redemption} members={state.members} viewer={person} now={now} failure={failure} />
        ))}
        {offers.map(({ product, price }) => (
          <Offer key={product.id} product={product} price={price} formKey={formKey} failure={failure} />
        ))}
      </List>
    </SectionCard>
  );
}

function Offer({ product: { id, name }, price: { price, fullPrice }, formKey, failure: posted }: { product: ProductData; price: Price } & Pick<WallRewardsProps, "formKey" | "failure">) {
  const { t } = useTranslation();
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent === "redeem" && values["productId"] === id);
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      {failure && <FormError failure={failure} />}
      <fetcher.Form method="post" action={page} preventScrollReset className="flex flex-wrap items-center gap-3">
        <input type="hidden" name="intent" value="redeem" />
        <input type="hidden" name="productId" value={id} />
        <input type="hidden" name="price" value={price} />
        <input type="hidden" name="key" value={`${formKey}-${id.slice(TAIL)}`} />
        <bdi className="min-w-32 flex-1 font-medium">{name}</bdi>
        <PriceTag price={price} fullPrice={fullPrice} />
        <Button type="submit" variant="secondary" size="sm" busy={busy === "redeem"} aria-label={t("rewards.askName", { name })} icon={<Gift aria-hidden size={18} />}>
          {t("rewards.ask")}
        </Button>
      </fetcher.Form>
    </li>
  );
}
