/** Events of the rewards shop. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";
import type { RedemptionData, StockData, WishData } from "./reward.ts";

/** Asked for, approved, refused, taken back or undone; with what is left of the reward. */
export interface RedemptionUpdated {
  redemption: RedemptionData;
  stock: StockData;
}
export const redemptionUpdated = durable<RedemptionUpdated>()("redemption:updated");

/** Somebody saves for something else. */
export interface WishUpdated {
  memberId: string;
  wish: WishData;
}
export const wishUpdated = durable<WishUpdated>()("wish:updated");
