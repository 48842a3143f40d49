/** All forms of the rewards shop. Each page posts to itself and comes back to itself. */
import * as rewards from "#app/domain/rewards/commands.server.ts";
import * as schemas from "#app/domain/rewards/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Access, Args } from "./args.server.ts";
import { verbsFor } from "./family-verbs.server.ts";
import { form } from "./mutation.server.ts";

/** What children ask for and parents decide. @param actorOf who acts */
export function redemptionIntents<A extends Access>(actorOf: (args: Args<A>) => Promise<Viewer>) {
  const verb = verbsFor(actorOf);
  return {
    redeem: verb(schemas.redeemSchema, rewards.askForReward),
    "redemption-cancel": verb(schemas.redemptionSchema, rewards.cancelRedemption),
    "redemption-approve": verb(schemas.redemptionSchema, rewards.approveRedemption),
    "redemption-refuse": verb(schemas.redemptionSchema, rewards.refuseRedemption),
    "redemption-undo": verb(schemas.redemptionSchema, rewards.undoRedemption),
    "wish-set": verb(schemas.wishSchema, rewards.setWish),
  };
}

/** Whoever is signed in acts. */
const self = ({ viewer }: Args): Promise<Viewer> => Promise.resolve(viewer);
const verb = verbsFor(self);

export const rewardsAction = form({
  access: "member",
  intents: {
    ...redemptionIntents(self),
    "company-change": verb(schemas.companySchema, rewards.changeCompany),
    "category-create": verb(schemas.categoryCreateSchema, rewards.createCategory),
    "category-change": verb(schemas.categoryChangeSchema, rewards.changeCategory),
    "category-move": verb(schemas.categoryMoveSchema, rewards.moveCategory),
    "category-archive": verb(schemas.categoryIdSchema, rewards.archiveCategory),
    "product-create": verb(schemas.productCreateSchema, rewards.createProduct),
    "product-change": verb(schemas.productChangeSchema, rewards.changeProduct),
    "product-archive": verb(schemas.productIdSchema, rewards.archiveProduct),
    "promotion-create": verb(schemas.promotionCreateSchema, rewards.createPromotion),
    "promotion-change": verb(schemas.promotionChangeSchema, rewards.changePromotion),
    "promotion-archive": verb(schemas.promotionIdSchema, rewards.archivePromotion),
  },
});
