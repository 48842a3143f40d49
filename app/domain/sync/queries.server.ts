/** Catch-up: what of the event log a viewer may see now. */
import { positionOf } from "#db/outbox/position.ts";
import { syncEvents, type SyncAnswer, type SyncScope } from "#db/outbox/sync.ts";
import { ADMIN_CHANNEL, familyChannel, userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { conversationScopesOf } from "#app/domain/conversations/queries.server.ts";
import { familiesOf, type Membership } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";

/** What of the log the viewer may read now. Membership is asked anew each time: whoever was removed sees no more. */
export async function scopesOf(ctx: Context, viewer: Viewer): Promise<SyncScope[]> {
  const conversations = await conversationScopesOf(ctx, viewer);
  const families = (await familiesOf(ctx.db, viewer)).map(familyChannel);
  return [...[userChannel(viewer.userId), ...(viewer.role === "admin" ? [ADMIN_CHANNEL] : []), ...families].map((channel) => ({ channel, after: 0 })), ...conversations];
}

/** A page from the replica where there is one. Who may see what was asked of the primary before, and stays its word. */
const pageOf = (ctx: Context, scopes: readonly SyncScope[], cursor: string | null): Promise<SyncAnswer> => (ctx.replica ? ctx.replica.syncEvents(scopes, cursor) : syncEvents(ctx.db, scopes, cursor));

/** The events after a cursor, in commit order; see db/outbox/sync.ts for the cursor's rules. */
export async function syncFor(ctx: Context, viewer: Viewer, cursor: string | null) {
  return pageOf(ctx, await scopesOf(ctx, viewer), cursor);
}

/** The same for a wall tablet: its family's events, and nobody's own. */
export async function syncForTablet(ctx: Context, { family }: Pick<Membership, "family">, cursor: string | null) {
  return pageOf(ctx, [{ channel: familyChannel(family.id), after: 0 }], cursor);
}

/** Where the log stands for the viewer's own channel. Read it before the data of a page. */
export async function positionFor(ctx: Context, viewer: Viewer, channels: string[] = []) {
  return positionOf(ctx.db, [userChannel(viewer.userId), ...channels]);
}
