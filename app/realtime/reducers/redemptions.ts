/** Requests for rewards: what waits, and what became of the newest. */
import { RECENT_REDEMPTIONS, type RedemptionData } from "#app/domain/rewards/reward.ts";

/** Data loaded after the position may know of later versions already. */
const isNews = (known: RedemptionData | undefined, redemption: RedemptionData) => !known || known.version < redemption.version;

/** Folds one request over those that wait, the oldest first. */
export function withWaiting(waiting: RedemptionData[], redemption: RedemptionData): RedemptionData[] {
  const known = waiting.find(({ id }) => id === redemption.id);
  if (!isNews(known, redemption)) return waiting;
  const others = waiting.filter((other) => other !== known);
  if (redemption.state !== "waiting") return known ? others : waiting;
  const after = others.findIndex((other) => isNewer(other, redemption));
  return others.toSpliced(after === -1 ? others.length : after, 0, redemption);
}

/** Folds one request over all that wait and the newest that were decided, the newest first. */
export function withRedemption(list: RedemptionData[], redemption: RedemptionData): RedemptionData[] {
  const known = list.find(({ id }) => id === redemption.id);
  if (!isNews(known, redemption)) return list;
  const others = list.filter((other) => other !== known);
  const after = others.findIndex((other) => isNewer(redemption, other));
  const placed = others.toSpliced(after === -1 ? others.length : after, 0, redemption);
  const decided = placed.filter(({ state }) => state !== "waiting");
  const tooOld = new Set(decided.slice(RECENT_REDEMPTIONS));
  return tooOld.size === 0 ? placed : placed.filter((other) => !tooOld.has(other));
}

const isNewer = (one: RedemptionData, other: RedemptionData) => one.askedAt > other.askedAt || (one.askedAt === other.askedAt && one.id > other.id);
