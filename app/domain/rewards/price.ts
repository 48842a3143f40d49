/** What a reward costs at an instant. Pure: the server charges by it, screens show by it. */
import { instantOf } from "#app/domain/wall-clock.ts";
import type { ProductData, PromotionData } from "./reward.ts";

/** A promotion with the instants that its times are in the family's zone. */
export interface TimedPromotion extends PromotionData {
  /** In ms since 1970; `until` is no longer in it. */
  from: number;
  until: number;
}

export interface Price {
  price: number;
  /** Without the promotion. */
  fullPrice: number;
  /** Whose price it is; null: none makes it cheaper. */
  promotion: TimedPromotion | null;
}

/** @param timeZone the family's */
export const timed = (promotion: PromotionData, timeZone: string): TimedPromotion => ({ ...promotion, from: instantOf(timeZone, promotion.startsAt), until: instantOf(timeZone, promotion.endsAt) });

export const isInForce = ({ from, until }: TimedPromotion, now: number): boolean => from <= now && now < until;

const isFor = ({ productId, categoryId }: PromotionData, product: Pick<ProductData, "id" | "categoryId">): boolean =>
  productId === null ? categoryId === null || categoryId === product.categoryId : productId === product.id;

/** Stars are whole: what a percentage leaves is rounded down, for the child, but nothing is for nothing. */
const priceUnder = ({ kind, value }: PromotionData, fullPrice: number): number => (kind === "price" ? value : Math.max(1, Math.floor((fullPrice * (100 - value)) / 100)));

/**
 * The best price of all promotions that are in force; of several with the same price the one that lasts longest. A
 * promotion never makes anything dearer.
 * @param now ms since 1970
 */
export function priceOf(product: Pick<ProductData, "id" | "categoryId" | "price">, promotions: readonly TimedPromotion[], now: number): Price {
  const fullPrice = product.price;
  let best: Price = { price: fullPrice, fullPrice, promotion: null };
  for (const promotion of promotions) {
    if (!isFor(promotion, product) || !isInForce(promotion, now)) continue;
    const price = priceUnder(promotion, fullPrice);
    if (price < best.price || (price === best.price && best.promotion !== null && promotion.until > best.promotion.until)) best = { price, fullPrice, promotion };
  }
  return best;
}

/** When a price may change next by the clock alone: the nearest beginning or end of a promotion. Null: never. */
export function nextChange(promotions: readonly TimedPromotion[], now: number): number | null {
  const ahead = promotions.flatMap(({ from, until }) => [from, until]).filter((instant) => instant > now);
  return ahead.length > 0 ? Math.min(...ahead) : null;
}
