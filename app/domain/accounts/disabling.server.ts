/** Accounts switched off and on again by admins. Nothing of what the person wrote or did is touched. */
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { recordOperation } from "#app/domain/maintenance/operations.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { accountOf, requireAdmin } from "./administration.server.ts";
import { mayDisable } from "./policy.ts";
import { dropResetLinks } from "./resets.server.ts";
import { endSessionsOf } from "./sessions.server.ts";

/**
 * Switches an account off: its sessions, its connections and its open reset link end with the commit. Once more is no news.
 * @throws DomainError forbidden; own-account: an admin stays, so that somebody can switch accounts on again; not-found
 */
export async function disableUser(ctx: Context, viewer: Viewer, { userId }: { userId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    await requireAdmin(tx, viewer);
    if (!mayDisable(viewer, userId)) throw new DomainError("own-account");
    const { disabledAt } = await accountOf(tx, userId);
    if (disabledAt !== null) return;
    await tx.all("UPDATE users SET disabled_at = ? WHERE id = ?", [ctx.now(), userId]);
    await dropResetLinks(tx, userId);
    await endSessionsOf(tx, ctx, userId);
    await recordOperation(tx, { kind: "user-disable", actor: viewer, items: [userId] }, ctx);
  });
}

/**
 * Switches an account on again; its person signs in as before. Once more is no news.
 * @throws DomainError forbidden, not-found; account-closed: a child's that ended with its family has nothing left to sign in with
 */
export async function enableUser(ctx: Context, viewer: Viewer, { userId }: { userId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    await requireAdmin(tx, viewer);
    const { email, userName, disabledAt } = await accountOf(tx, userId);
    if (email === null && userName === null) throw new DomainError("account-closed");
    if (disabledAt === null) return;
    await tx.all("UPDATE users SET disabled_at = NULL WHERE id = ?", [userId]);
    await recordOperation(tx, { kind: "user-enable", actor: viewer, items: [userId] }, ctx);
  });
}
