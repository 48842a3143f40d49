/** The rewards shop: balances, what is left, what was asked for, and what children save for. The catalogue itself is loaded. */
import { isConcerned } from "#app/cache/tags.ts";
import { familyChanged, familyJoined, familyLeft, familyMemberChanged, type FamilyMemberChanged } from "#app/domain/families/events.ts";
import { cacheRevalidated } from "#app/domain/maintenance/events.ts";
import { redemptionUpdated, wishUpdated, type RedemptionUpdated, type WishUpdated } from "#app/domain/rewards/events.ts";
import type { Shop } from "#app/domain/rewards/queries.server.ts";
import { starsUpdated, type StarsUpdated } from "#app/domain/stars/events.ts";
import type { LoggedEvent } from "#app/realtime/live-event.ts";
import { isEvent } from "#app/realtime/live-event.ts";
import { withRedemption } from "./redemptions.ts";

export interface ShopState extends Pick<Shop, "viewerId" | "family" | "members" | "balances" | "stocks" | "redemptions" | "wishes"> {
  /** Events told of something that only a fresh load can show: revalidate. */
  stale: boolean;
  /** The catalogue has changed: whoever shows it loads it anew, each in its turn (components/freshness.tsx). */
  outdated: boolean;
  /** The viewer is not in this family any more. */
  gone: boolean;
}

const SHOP_PATH = "/rewards";

/** Folds one event of the family's channel, or of the viewer's own, over the state; applying it again changes nothing. */
export function reduceShop(state: ShopState, event: LoggedEvent): ShopState {
  if (isEvent(event, redemptionUpdated)) return withRequest(state, event.data);
  if (isEvent(event, starsUpdated)) return withBalance(state, event.data);
  if (isEvent(event, wishUpdated)) return withWish(state, event.data);
  if (isEvent(event, familyMemberChanged)) return withMember(state, event.data);
  if (isEvent(event, familyChanged)) {
    const { family } = event.data;
    // Promotions begin and end by the family's clock.
    return { ...state, family, stale: state.stale || family.timeZone !== state.family.timeZone };
  }
  if (isEvent(event, cacheRevalidated)) return isConcerned(SHOP_PATH, event.data) && !state.outdated ? { ...state, outdated: true } : state;
  // On the viewer's own channel: who has left is not told on the family's.
  if (isEvent(event, familyLeft)) return event.data.familyId === state.family.id ? { ...state, gone: true } : state;
  if (isEvent(event, familyJoined)) return event.data.familyId === state.family.id ? { ...state, stale: true, gone: false } : state;
  return state;
}

function withRequest(state: ShopState, { redemption, stock }: RedemptionUpdated): ShopState {
  const redemptions = withRedemption(state.redemptions, redemption);
  const known = state.stocks[redemption.productId];
  // Of a reward that is not on the shelf (any more) nothing is counted.
  const stocks = known && known.version < stock.version ? { ...state.stocks, [redemption.productId]: stock } : state.stocks;
  return redemptions === state.redemptions && stocks === state.stocks ? state : { ...state, redemptions, stocks };
}

function withBalance(state: ShopState, { memberId, newBalance, entry }: StarsUpdated): ShopState {
  const known = state.balances[memberId];
  return known && known.upTo < entry.seq ? { ...state, balances: { ...state.balances, [memberId]: { balance: newBalance, upTo: entry.seq } } } : state;
}

function withWish(state: ShopState, { memberId, wish }: WishUpdated): ShopState {
  if (!state.members.some(({ id }) => id === memberId) || (state.wishes[memberId]?.version ?? 0) >= wish.version) return state;
  return { ...state, wishes: { ...state.wishes, [memberId]: wish } };
}

function withMember(state: ShopState, change: FamilyMemberChanged): ShopState {
  const { memberId } = change;
  // Role, colour, and stars of an earlier stay come with a load.
  if (change.change === "joined") return { ...state, stale: true };
  if (change.change === "pictured") return { ...state, members: state.members.map((member) => (member.id === memberId ? { ...member, avatar: change.avatar } : member)) };
  if (change.change === "renamed") return { ...state, members: state.members.map((member) => (member.id === memberId ? { ...member, name: change.name } : member)) };
  const { [memberId]: _balance, ...balances } = state.balances;
  const { [memberId]: _wish, ...wishes } = state.wishes;
  return { ...state, members: state.members.filter(({ id }) => id !== memberId), balances, wishes };
}
