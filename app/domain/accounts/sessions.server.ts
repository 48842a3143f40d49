/** Sessions as rows: the browser holds a random token, the database its hash. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { hashToken, newToken } from "#app/domain/tokens.server.ts";
import { sessionEnded } from "./events.ts";

/** Since the last sign of life. */
export const SESSION_MS = 30 * 24 * 60 * 60 * 1000;
/** How exact "last seen" is: a session is written at most so often. */
export const LAST_SEEN_EVERY_MS = 60_000;
const MAX_USER_AGENT_LENGTH = 300;

/** Starts a session inside a transaction. @returns the token; it exists nowhere else */
export async function startSession(tx: Queries, ctx: Context, session: { userId: string; userAgent: string }): Promise<{ token: string; sessionId: string }> {
  const token = newToken();
  const sessionId = ctx.newId();
  const now = ctx.now();
  await tx.all("INSERT INTO sessions (id, token_hash, user_id, user_agent, created_at, last_seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)", [
    sessionId,
    hashToken(token),
    session.userId,
    session.userAgent.toWellFormed().slice(0, MAX_USER_AGENT_LENGTH),
    now,
    now,
    now + SESSION_MS,
  ]);
  return { token, sessionId };
}

/** Notes a sign of life and moves the expiry, at most once a minute. */
export async function touchSession(ctx: Context, session: { sessionId: string; lastSeenAt: number }): Promise<void> {
  const now = ctx.now();
  if (now - session.lastSeenAt < LAST_SEEN_EVERY_MS) return;
  await ctx.db.batch([
    { sql: "UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE id = ? AND last_seen_at <= ?", args: [now, now + SESSION_MS, session.sessionId, now - LAST_SEEN_EVERY_MS] },
  ]);
}

/** Ends all sessions of somebody, inside a transaction; their browsers are told and their live connections end. */
export async function endSessionsOf(tx: Queries, ctx: Context, userId: string): Promise<void> {
  await Promise.all([
    tx.all("DELETE FROM sessions WHERE user_id = ?", [userId]),
    endVisitsOf(tx, userId),
    append(tx, { type: sessionEnded, channel: userChannel(userId), payload: { sessionId: null, userId } }, ctx),
  ]);
}

/** Whoever stands at a wall tablet is asked there again who they are. Index: tablet_visits_user. */
export async function endVisitsOf(tx: Queries, userId: string): Promise<void> {
  await tx.all("DELETE FROM tablet_visits WHERE user_id = ?", [userId]);
}
