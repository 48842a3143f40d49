/** Reads of the rewards shop, each starting from who asks. */
import type { Database, Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import type { FamilyData, FamilyMember } from "#app/domain/families/family.ts";
import { membershipFor, type Membership } from "#app/domain/families/membership.server.ts";
import type { MemberRole } from "#app/domain/families/policy.ts";
import { membersOf } from "#app/domain/families/queries.server.ts";
import { balancesOf, type Balance } from "#app/domain/stars/queries.server.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";
import type { Position } from "#app/domain/events.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { catalogueOf } from "./catalogue.server.ts";
import { timed, type TimedPromotion } from "./price.ts";
import { decidedOf, waitingOf } from "./redemptions.server.ts";
import type { Catalogue, ProductData, RedemptionData, StockData, WishData } from "./reward.ts";
import { wishesOf } from "./wishes.server.ts";

/** All that the shop shows, and where the log stood before it was read. */
export interface Shop {
  /** From memory; all else is as it stands now. */
  catalogue: Omit<Catalogue, "promotions"> & { promotions: readonly TimedPromotion[] };
  family: FamilyData;
  members: FamilyMember[];
  /** By member id. */
  balances: Record<string, Balance>;
  /** By reward. */
  stocks: Record<string, StockData>;
  /** All that wait, and the newest that were decided; the newest first. */
  redemptions: RedemptionData[];
  /** By member id. */
  wishes: Record<string, WishData>;
  viewerId: string;
  role: MemberRole;
  channel: string;
  position: Position;
  /** The server's time, ms since 1970. */
  now: number;
}

/** What can be asked for, where there is no room for a whole shop. */
export interface Offers {
  products: readonly ProductData[];
  promotions: readonly TimedPromotion[];
}

/** From memory: what is left is looked at when it is asked for. */
export async function offersOf(db: Database, { family }: Pick<Membership, "family">): Promise<Offers> {
  const { products, promotions } = await catalogueOf(db, { family });
  return { products: products.filter(({ isActive }) => isActive), promotions: promotions.map((promotion) => timed(promotion, family.timeZone)) };
}

/** Index: products_family. */
export const STOCKS_SQL = "SELECT id, stock, stock_version AS version FROM products WHERE family_id = ? AND archived_at IS NULL";

async function stocksOf(db: Queries, familyId: string): Promise<Record<string, StockData>> {
  const rows = await db.all<StockData & { id: string }>(STOCKS_SQL, [familyId]);
  return Object.fromEntries(rows.map(({ id, ...stock }) => [id, stock]));
}

/** @throws DomainError not-found without a family */
export async function openShop(ctx: Context, viewer: Viewer): Promise<Shop> {
  const { db } = ctx;
  const { channel } = await membershipFor(db, viewer, "view");
  // Position first, then the data: whatever commits in between comes again as an event and changes nothing.
  const position = await positionFor(ctx, viewer, [channel]);
  const membership = await membershipFor(db, viewer, "view");
  const { family, role } = membership;
  const catalogue = await catalogueOf(db, membership);
  // Waiting ones first: what is decided in between shows twice rather than not at all.
  const waiting = await waitingOf(db, family.id);
  const decided = await decidedOf(db, family.id);
  return {
    catalogue: { ...catalogue, promotions: catalogue.promotions.map((promotion) => timed(promotion, family.timeZone)) },
    family,
    members: await membersOf(db, membership),
    balances: await balancesOf(db, membership),
    stocks: await stocksOf(db, family.id),
    redemptions: [...waiting.filter(({ id }) => !decided.some((other) => other.id === id)), ...decided].toSorted(newestFirst),
    wishes: await wishesOf(db, family.id),
    viewerId: viewer.userId,
    role,
    channel,
    position,
    now: ctx.now(),
  };
}

const newestFirst = (a: RedemptionData, b: RedemptionData) => b.askedAt - a.askedAt || (a.id < b.id ? 1 : -1);
