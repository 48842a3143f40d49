/** What the sections of the shop get. */
import type { RefusedForm } from "#app/components/family/family-form.ts";
import type { MemberRole } from "#app/domain/families/policy.ts";
import type { Price } from "#app/domain/rewards/price.ts";
import type { Shop } from "#app/domain/rewards/queries.server.ts";
import type { ProductData } from "#app/domain/rewards/reward.ts";
import type { ShopState } from "#app/realtime/reducers/shop.ts";

export interface ShopProps {
  /** Live: loaded data with everything folded over it that has happened since. */
  state: ShopState;
  catalogue: Shop["catalogue"];
  role: MemberRole;
  /** The server's time when the page was loaded, ms since 1970. */
  now: number;
  /** Of a form that was posted as a document (without JavaScript); with it, each form's fetcher has its own. */
  failure: RefusedForm | undefined;
  /** What a reward costs in this minute. */
  pricing: (product: ProductData) => Price;
}
