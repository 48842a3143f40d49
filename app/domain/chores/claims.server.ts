/** What becomes of a chore that somebody says is done. Each verb is one transaction, with its stars and its events. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { dateIn, type CalendarDate } from "#app/domain/calendar-days.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, requireMay, type Membership } from "#app/domain/families/membership.server.ts";
import type { FamilyAction } from "#app/domain/families/policy.ts";
import { entryOfCause, postEntry, reverseEntry } from "#app/domain/stars/ledger.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { assigneeOf, isTheirs, type ChoreData, type ChoreOccurrence } from "./chore.ts";
import { choreCompleted, choreUpdated } from "./events.ts";
import { nextDue } from "./recurrence.ts";
import { choresWhere, nextVersion, occurrenceOn } from "./rows.server.ts";
import type { ChoreOccurrenceInput } from "./schema.ts";

interface Acting {
  tx: Queries;
  membership: Membership;
  chore: ChoreData;
  occurrence: ChoreOccurrence;
}

type Claim = NonNullable<ChoreOccurrence["claim"]>;
/** Null: nothing was to be written. `completed`: this claim counts from now on. */
type Outcome = { completed: Claim | null } | null;

/** The stars of a claim: another claim of the same day is another cause. */
const causeOf = (claimId: string) => `claim:${claimId}`;

/**
 * Says that a chore is done: it counts at once when a parent says so or the family has it so, else a parent approves.
 * What a parent says of somebody's chore counts for that person. A claim twice is one claim.
 * @throws DomainError forbidden when it is somebody else's; chore-not-due before its day, for children; chore-impossible
 * when somebody else has claimed it; not-found
 */
export const claimChore = (ctx: Context, viewer: Viewer, input: ChoreOccurrenceInput): Promise<ChoreData> =>
  act(ctx, viewer, input, "chore-claim", async (acting) => {
    const { tx, membership, chore, occurrence } = acting;
    const { family, role } = membership;
    const isParent = role === "parent";
    requireMay(membership, "chore-claim", isTheirs(chore, occurrence, viewer.userId));
    const memberId = isParent ? (occurrence.assignedTo ?? viewer.userId) : viewer.userId;
    if (occurrence.claim) {
      if (occurrence.claim.memberId !== memberId) throw new DomainError("chore-impossible");
      return null;
    }
    const now = ctx.now();
    const today = dateIn(family.timeZone, now);
    if (!isParent && occurrence.dueOn > today) throw new DomainError("chore-not-due");
    const counts = isParent || family.choresCountAtOnce;
    const claim = { id: ctx.newId(), memberId, claimedAt: now, stars: chore.stars };
    // Asked for at once, here and below: they run in this order, and on a libSQL server in one round trip, while nobody else can write.
    await Promise.all([
      tx.all("INSERT INTO chore_claims (id, chore_id, due_on, member_id, state, stars, claimed_at, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [
        ...[claim.id, chore.id, occurrence.dueOn, memberId, counts ? "approved" : "claimed", claim.stars, now],
        ...[counts ? viewer.userId : null, counts ? now : null],
      ]),
      mark(acting, counts ? "done" : "claimed", claim.id),
      openNext(acting, today),
    ]);
    return { completed: counts ? claim : null };
  });

/** Says that a claimed chore is done indeed: its stars are awarded. Again: the same answer. @throws DomainError forbidden, not-found, chore-impossible when nobody has claimed it */
export const approveChore = (ctx: Context, viewer: Viewer, input: ChoreOccurrenceInput): Promise<ChoreData> =>
  act(ctx, viewer, input, "chore-approve", async (acting) => {
    const { claim, state } = acting.occurrence;
    if (!claim) throw new DomainError("chore-impossible");
    if (state === "done") return null;
    await Promise.all([decide(ctx, viewer, acting, "approved"), mark(acting, "done", claim.id)]);
    return { completed: claim };
  });

/** Says that a claimed chore is not done: it is open again. @throws DomainError forbidden, not-found, chore-impossible when nobody has claimed it, or it counts already */
export const refuseChore = (ctx: Context, viewer: Viewer, input: ChoreOccurrenceInput): Promise<ChoreData> =>
  act(ctx, viewer, input, "chore-refuse", async (acting) => {
    const { claim, state } = acting.occurrence;
    if (!claim || state !== "claimed") throw new DomainError("chore-impossible");
    await Promise.all([decide(ctx, viewer, acting, "refused"), reopen(acting)]);
    return { completed: null };
  });

/**
 * Takes a claim back, also an approved one, with its stars: the chore is open again.
 * @throws DomainError forbidden; for children also what is approved already; not-enough-stars where they are spent; chore-impossible when there is no claim; not-found
 */
export const undoChore = (ctx: Context, viewer: Viewer, input: ChoreOccurrenceInput): Promise<ChoreData> =>
  act(ctx, viewer, input, "chore-undo", async (acting) => {
    const { tx, membership, occurrence } = acting;
    const { claim } = occurrence;
    if (!claim) throw new DomainError("chore-impossible");
    requireMay(membership, "chore-undo", claim.memberId === viewer.userId && occurrence.state === "claimed");
    const [award] = await Promise.all([entryOfCause(tx, membership.family.id, causeOf(claim.id)), decide(ctx, viewer, acting, "undone"), reopen(acting)]);
    if (award) await reverseEntry(tx, ctx, membership.family.id, award, viewer.userId);
    return { completed: null };
  });

/** One verb on one occurrence. Where it wrote, the chore has its next version and the family is told. */
async function act(ctx: Context, viewer: Viewer, input: ChoreOccurrenceInput, action: FamilyAction, verb: (acting: Acting) => Promise<Outcome>): Promise<ChoreData> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, action);
    const [[chore], occurrence] = await Promise.all([
      choresWhere(tx, "WHERE c.id = ? AND c.family_id = ? AND c.archived_at IS NULL", [input.choreId, membership.family.id]),
      occurrenceOn(tx, input.choreId, input.dueOn),
    ]);
    if (!chore || !occurrence) throw new DomainError("not-found");
    const outcome = await verb({ tx, membership, chore, occurrence });
    if (outcome === null) return chore;
    const changed = await nextVersion(tx, chore.id);
    const { channel, family } = membership;
    if (outcome.completed === null) {
      await append(tx, { type: choreUpdated, channel, payload: { chore: changed } }, ctx);
      return changed;
    }
    const { id, memberId, stars } = outcome.completed;
    const told = append(tx, { type: choreCompleted, channel, payload: { chore: changed, memberId, starsAwarded: stars } }, ctx);
    const posted = stars > 0 && postEntry(tx, ctx, { familyId: family.id, memberId, amount: stars, kind: "chore", reason: chore.name, causeKey: causeOf(id), actorId: viewer.userId });
    await Promise.all([told, posted]);
    return changed;
  });
}

async function mark({ tx, chore, occurrence }: Acting, state: "claimed" | "done", claimId: string): Promise<void> {
  await tx.all("UPDATE chore_occurrences SET state = ?, claim_id = ? WHERE chore_id = ? AND due_on = ?", [state, claimId, chore.id, occurrence.dueOn]);
}

async function decide(ctx: Context, viewer: Viewer, { tx, occurrence }: Acting, state: "approved" | "refused" | "undone"): Promise<void> {
  await tx.all("UPDATE chore_claims SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?", [state, viewer.userId, ctx.now(), occurrence.claim!.id]);
}

/** The next turn, unless an earlier claim of this one has opened it already. */
async function openNext({ tx, chore, occurrence }: Acting, doneOn: CalendarDate): Promise<void> {
  const dueOn = nextDue(chore.recurrence, { dueOn: occurrence.dueOn, doneOn });
  if (dueOn === null) return;
  const turn = occurrence.turn + 1;
  await tx.all("INSERT INTO chore_occurrences (chore_id, due_on, turn, assigned_to) SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM chore_occurrences WHERE chore_id = ? AND turn = ?)", [
    ...[chore.id, dueOn, turn, assigneeOf(chore.assignment, chore.assignees, turn)],
    ...[chore.id, turn],
  ]);
}

/** Open again, for whose turn it was; the turn that the claim had opened goes, if nobody has touched it. */
async function reopen({ tx, chore, occurrence }: Acting): Promise<void> {
  const { turn, assignedTo } = occurrence;
  const assignee = assignedTo !== null && chore.assignees.includes(assignedTo) ? assignedTo : assigneeOf(chore.assignment, chore.assignees, turn);
  await Promise.all([
    tx.all("UPDATE chore_occurrences SET state = 'open', claim_id = NULL, assigned_to = ? WHERE chore_id = ? AND turn = ?", [assignee, chore.id, turn]),
    tx.all(
      "DELETE FROM chore_occurrences WHERE chore_id = ? AND turn = ? AND state = 'open' AND NOT EXISTS (SELECT 1 FROM chore_occurrences AS later WHERE later.chore_id = ? AND later.turn = ?)",
      [chore.id, turn + 1, chore.id, turn + 2],
    ),
  ]);
}
