/** The rewards shop as pages and events show it. Shared with the browser: no server import here. */
import type { ImageData } from "#app/domain/images/image.ts";
import type { WallTime } from "#app/domain/wall-clock.ts";

/** The household as its shop introduces it. */
export interface CompanyData {
  /** Null: the family's own name. */
  name: string | null;
  motto: string | null;
  hue: number;
  image: ImageData | null;
}

/** A shelf. */
export interface CategoryData {
  id: string;
  name: string;
  icon: string | null;
  hue: number;
  image: ImageData | null;
}

/** A reward, without what changes by the minute: its stock is told apart. */
export interface ProductData {
  id: string;
  categoryId: string | null;
  name: string;
  description: string | null;
  /** Stars, without a promotion. */
  price: number;
  /** Whether it can be asked for. */
  isActive: boolean;
  image: ImageData | null;
}

export const PROMOTION_KINDS = ["percent", "price"] as const;
export type PromotionKind = (typeof PROMOTION_KINDS)[number];

/** A discount for a time, by the family's clock. */
export interface PromotionData {
  id: string;
  name: string;
  kind: PromotionKind;
  /** Percent taken off, or the price instead, in stars. */
  value: number;
  startsAt: WallTime;
  /** No longer in it. */
  endsAt: WallTime;
  /** One product; else a category; else all. */
  productId: string | null;
  categoryId: string | null;
  image: ImageData | null;
}

/** What pages take from memory. */
export interface Catalogue {
  company: CompanyData;
  /** In their order on the shelves. */
  categories: readonly CategoryData[];
  /** In the order in which they were made. */
  products: readonly ProductData[];
  promotions: readonly PromotionData[];
}

/** How many are left to be asked for; null: without end. */
export interface StockData {
  stock: number | null;
  /** Goes up by one with every change. */
  version: number;
}

export const REDEMPTION_STATES = ["waiting", "approved", "refused", "cancelled", "undone"] as const;
export type RedemptionState = (typeof REDEMPTION_STATES)[number];

/** What somebody has asked for. While it waits, its price is held. */
export interface RedemptionData {
  id: string;
  productId: string;
  memberId: string;
  /** As it was called and priced when it was asked for. */
  productName: string;
  price: number;
  fullPrice: number;
  state: RedemptionState;
  /** Goes up by one with every change. */
  version: number;
  askedAt: number;
  decidedBy: string | null;
  decidedAt: number | null;
}

/** The states that one leads to. What has come to nothing stays so: asking again is another one. */
export const TRANSITIONS: Readonly<Record<RedemptionState, readonly RedemptionState[]>> = {
  waiting: ["approved", "refused", "cancelled"],
  approved: ["undone"],
  refused: [],
  cancelled: [],
  undone: [],
};

/** What somebody saves for. */
export interface WishData {
  productId: string | null;
  /** Goes up by one with every change. */
  version: number;
}

/** Decided ones that a page shows, beside all that wait. */
export const RECENT_REDEMPTIONS = 20;

/** Stars of a member that wait with what they have asked for. */
export const heldBy = (redemptions: readonly RedemptionData[], memberId: string): number =>
  redemptions.reduce((sum, { memberId: whose, state, price }) => (whose === memberId && state === "waiting" ? sum + price : sum), 0);
