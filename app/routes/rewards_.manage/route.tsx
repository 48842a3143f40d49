import { useActionData, useLoaderData } from "@remix-run/react";
import { ChevronLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { FamilyPageContext } from "#app/components/family/family-form.ts";
import { failureOf } from "#app/components/form-error.tsx";
import { Page } from "#app/components/page.tsx";
import { useShop } from "#app/components/rewards/use-shop.ts";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { membershipFor } from "#app/domain/families/membership.server.ts";
import { openShop } from "#app/domain/rewards/queries.server.ts";
import { wallTimeIn } from "#app/domain/wall-clock.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { page } from "#app/http/page.server.ts";
import { rewardsAction } from "#app/http/rewards-action.server.ts";
import { CategoriesCard } from "./categories-card.tsx";
import { CompanyCard } from "./company-card.tsx";
import { ProductsCard } from "./products-card.tsx";
import { PromotionsCard } from "./promotions-card.tsx";

const DAY_MS = 86_400_000;
/** A new promotion lasts so long unless one says otherwise. */
const USUAL_DAYS = 7;

/** The catalogue: for parents. */
export const loader = page({ access: "member" }, async ({ ctx, viewer }) => {
  const { family } = await membershipFor(ctx.db, viewer, "product-change");
  const shop = await openShop(ctx, viewer);
  const dates = { startsAt: wallTimeIn(family.timeZone, shop.now), endsAt: wallTimeIn(family.timeZone, shop.now + USUAL_DAYS * DAY_MS) };
  return { shop, dates, formKey: ctx.newId() };
});

export const action = rewardsAction;

export const handle: RouteHandle = { title: (t) => t("rewards.manageTitle"), revalidated: true };

export default function Manage() {
  const { t } = useTranslation();
  const { shop, dates, formKey } = useLoaderData<typeof loader>();
  const posted = failureOf<FormFailure>(useActionData<typeof action>());
  const state = useShop(shop);
  const { catalogue, now } = shop;
  return (
    <FamilyPageContext.Provider value="/rewards/manage">
      <Page
        title={t("rewards.manageTitle")}
        text={t("rewards.manageText")}
        action={
          <LinkButton to="/rewards" variant="ghost" size="sm" icon={<ChevronLeft aria-hidden size={18} className="along-text" />}>
            {t("rewards.title")}
          </LinkButton>
        }
      >
        <ProductsCard catalogue={catalogue} stocks={state.stocks} formKey={formKey} posted={posted} />
        <CategoriesCard categories={catalogue.categories} formKey={formKey} posted={posted} />
        <PromotionsCard catalogue={catalogue} dates={dates} now={now} formKey={formKey} posted={posted} />
        <CompanyCard company={catalogue.company} family={state.family} posted={posted} />
      </Page>
    </FamilyPageContext.Provider>
  );
}
