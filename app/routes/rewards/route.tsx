import type { ShouldRevalidateFunctionArgs } from "@remix-run/react";
import { useActionData, useLoaderData } from "@remix-run/react";
import { Settings2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { Card } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { FamilyPageContext } from "#app/components/family/family-form.ts";
import { failureOf } from "#app/components/form-error.tsx";
import { Page } from "#app/components/page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { usePrices, useShop } from "#app/components/rewards/use-shop.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { page } from "#app/http/page.server.ts";
import { rewardsAction } from "#app/http/rewards-action.server.ts";
import { HistoryCard } from "./history-card.tsx";
import { HouseBanner } from "./house-banner.tsx";
import { loadShop, type ShopLoad } from "./load-shop.server.ts";
import { Offers } from "./offers.tsx";
import { Purse } from "./purse.tsx";
import { RequestsCard } from "./requests-card.tsx";
import { Savings } from "./savings.tsx";
import { Shelves } from "./shelves.tsx";

export const loader = page({ access: "member" }, async ({ ctx, viewer }) => ({ shop: await loadShop(ctx, viewer) }));

export const action = rewardsAction;

export const handle: RouteHandle = { title: (t) => t("rewards.title"), revalidated: true };

/** Refused because it has moved on: the page shows how it stands now. */
export function shouldRevalidate({ actionStatus, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return actionStatus === 409 || defaultShouldRevalidate;
}

export default function Rewards() {
  const { t } = useTranslation();
  const { shop } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  if (shop) return <LiveShop loaded={shop} failure={failure} />;
  return (
    <Page title={t("rewards.title")}>
      <Card>
        <EmptyState drawing="gift" title={t("rewards.noFamilyTitle")} text={t("rewards.noFamilyText")} action={<LinkButton to="/family">{t("family.new.title")}</LinkButton>} />
      </Card>
    </Page>
  );
}

function LiveShop({ loaded, failure }: { loaded: ShopLoad; failure: FormFailure | undefined }) {
  const { t } = useTranslation();
  const state = useShop(loaded);
  const { catalogue, role, now, formKey, viewerId } = loaded;
  const pricing = usePrices({ promotions: catalogue.promotions, now });
  const shown = { state, catalogue, role, now, failure, pricing };
  const asks = mayInFamily(role, "redemption-ask", true);
  return (
    <FamilyPageContext.Provider value="/rewards">
      <Page
        title={t("rewards.title")}
        width="wide"
        action={
          mayInFamily(role, "product-change", false) && (
            <LinkButton to="/rewards/manage" variant="secondary" size="sm" icon={<Settings2 aria-hidden size={18} />}>
              {t("rewards.manage")}
            </LinkButton>
          )
        }
      >
        <div className="grid grid-cols-[minmax(0,1fr)] items-stretch gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <HouseBanner company={catalogue.company} familyName={state.family.name} />
          {asks ? <Purse {...shown} viewerId={viewerId} /> : <Savings {...shown} />}
        </div>
        <RequestsCard {...shown} />
        <Offers {...shown} />
        <Shelves {...shown} formKey={formKey} />
        <HistoryCard {...shown} />
      </Page>
    </FamilyPageContext.Provider>
  );
}
