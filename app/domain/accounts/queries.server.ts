/** Reads of accounts, each starting from who asks. */
import { hashToken } from "#app/domain/tokens.server.ts";
import type { Locale } from "#app/i18n/locale.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";

export interface SignedIn {
  viewer: Viewer;
  /** null: by Accept-Language. */
  language: Locale["language"] | null;
  digits: Locale["digits"] | null;
  timeZone: string | null;
  lastSeenAt: number;
}

interface SignedInRow {
  userId: string;
  sessionId: string;
  name: string;
  email: string | null;
  role: Viewer["role"];
  hue: number;
  avatar: string | null;
  language: Locale["language"] | null;
  digits: Locale["digits"] | null;
  timeZone: string | null;
  lastSeenAt: number;
}

// Index: sessions_token_hash. Runs on every request, so an ended session or a disabled person is out by the next one.
const BY_TOKEN = `
  SELECT u.id AS userId, s.id AS sessionId, u.name, u.email, u.role, u.hue, u.avatar, u.language, u.digits, u.time_zone AS timeZone, s.last_seen_at AS lastSeenAt
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.token_hash = ? AND s.expires_at > ? AND u.disabled_at IS NULL`;

/** Whose token this is; null when the session ended or expired, or the person is disabled. */
export async function viewerByToken(ctx: Context, token: string): Promise<SignedIn | null> {
  const [row] = await ctx.db.all<SignedInRow>(BY_TOKEN, [hashToken(token), ctx.now()]);
  if (!row) return null;
  const { language, digits, timeZone, lastSeenAt, ...viewer } = row;
  return { viewer, language, digits, timeZone, lastSeenAt };
}

export interface Profile {
  name: string;
  language: Locale["language"] | null;
  digits: Locale["digits"] | null;
  timeZone: string | null;
}

/** The viewer's own profile, as settings show it. */
export async function profileOf(ctx: Context, viewer: Viewer): Promise<Profile> {
  const [row] = await ctx.db.all<Profile>("SELECT name, language, digits, time_zone AS timeZone FROM users WHERE id = ?", [viewer.userId]);
  return row!;
}

export interface Privacy {
  showReceipts: boolean;
  showLastActive: boolean;
}

/** What the viewer lets others see. */
export async function privacyOf(ctx: Context, viewer: Viewer): Promise<Privacy> {
  const [row] = await ctx.db.all<{ showReceipts: number; showLastActive: number }>("SELECT show_receipts AS showReceipts, show_last_active AS showLastActive FROM users WHERE id = ?", [viewer.userId]);
  return { showReceipts: row!.showReceipts === 1, showLastActive: row!.showLastActive === 1 };
}

/** Whether the viewer's Enter key sends a message. */
export async function enterSendsOf(ctx: Context, viewer: Viewer): Promise<boolean> {
  const [row] = await ctx.db.all<{ enterSends: number }>("SELECT enter_sends AS enterSends FROM users WHERE id = ?", [viewer.userId]);
  return row!.enterSends === 1;
}

export interface SessionInfo {
  id: string;
  /** As the browser called itself; "" when it did not. */
  userAgent: string;
  createdAt: number;
  lastSeenAt: number;
  current: boolean;
}

/** The viewer's own sessions, this one first, then the latest seen. Index: sessions_user. */
export async function sessionsOf(ctx: Context, viewer: Viewer): Promise<SessionInfo[]> {
  const rows = await ctx.db.all<Omit<SessionInfo, "current">>(
    "SELECT id, user_agent AS userAgent, created_at AS createdAt, last_seen_at AS lastSeenAt FROM sessions WHERE user_id = ? AND expires_at > ? ORDER BY id = ? DESC, last_seen_at DESC LIMIT ?",
    [viewer.userId, ctx.now(), viewer.sessionId, MAX_LISTED],
  );
  return rows.map((row) => ({ ...row, current: row.id === viewer.sessionId }));
}

export interface Person {
  id: string;
  name: string;
  hue: number;
  avatar: string | null;
}

/** Whom the viewer can start a chat with: everybody else who may sign in. */
export async function peopleFor(ctx: Context, viewer: Viewer): Promise<Person[]> {
  return ctx.db.all<Person>("SELECT id, name, hue, avatar FROM users WHERE id <> ? AND disabled_at IS NULL ORDER BY name COLLATE NOCASE, id LIMIT ?", [viewer.userId, MAX_LISTED]);
}

const MAX_LISTED = 200;
