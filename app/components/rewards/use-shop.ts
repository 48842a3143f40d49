import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { userChannel } from "#app/domain/channels.ts";
import { priceOf, type Price, type TimedPromotion } from "#app/domain/rewards/price.ts";
import type { Shop } from "#app/domain/rewards/queries.server.ts";
import { heldBy, type ProductData } from "#app/domain/rewards/reward.ts";
import { useMinute } from "#app/realtime/clock/use-minute.ts";
import { useLive } from "#app/realtime/live.tsx";
import { reduceShop, type ShopState } from "#app/realtime/reducers/shop.ts";

/** The shop's data, live. Where only a fresh load can tell, it is loaded anew. */
export function useShop({ viewerId, family, members, balances, stocks, redemptions, wishes, channel, position }: Shop): ShopState {
  const { revalidate } = useRevalidator();
  const state = useLive({ state: { viewerId, family, members, balances, stocks, redemptions, wishes, stale: false, outdated: false, gone: false }, position }, reduceShop, [channel, userChannel(viewerId)]);

  useEffect(() => {
    if (state.stale || state.gone) revalidate();
    // A load may be stale again by the time it is here: each one is looked at.
  }, [state.stale, state.gone, position, revalidate]);

  return state;
}

/** Prices as they are in this minute: promotions begin and end while the page is open. */
export function usePrices({ promotions, now }: { promotions: readonly TimedPromotion[]; now: number }): (product: ProductData) => Price {
  const minute = useMinute(now);
  // Both begin on the minute; what was loaded within one may know of a promotion that began with it.
  return (product) => priceOf(product, promotions, Math.max(minute, now - (now % 60_000)));
}

/** A member's stars: all, those that wait with what was asked for, and what is free to be spent. */
export function purseOf(state: Pick<ShopState, "balances" | "redemptions">, memberId: string) {
  const balance = state.balances[memberId]?.balance ?? 0;
  const held = heldBy(state.redemptions, memberId);
  return { balance, held, free: Math.max(0, balance - held) };
}
