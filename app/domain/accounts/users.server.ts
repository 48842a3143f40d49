/** The accounts of the site, for admins. */
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { mayAdminister } from "./policy.ts";
import type { UserFilter, UsersWanted } from "./schema.ts";

/** An account as admins see it. When somebody was last here is not in it: that is theirs to show. */
export interface UserInfo {
  id: string;
  name: string;
  hue: number;
  /** Their picture as its address names it (images/image.ts); null, and absent in data of a version that had none: initials. */
  avatar?: string | null | undefined;
  role: Viewer["role"];
  email: string | null;
  /** Of a child that signs in by PIN. */
  userName: string | null;
  /** The child's family. */
  familyName: string | null;
  createdAt: number;
  disabledAt: number | null;
  /** Browsers signed in now. */
  sessions: number;
  /** Until when an open reset link works; null without one. */
  resetUntil: number | null;
}

export interface UsersPage {
  users: UserInfo[];
  /** Where the next page begins; null on the last. */
  next: string | null;
}

export const USERS_A_PAGE = 50;

const FILTERS: Record<UserFilter, string> = { all: "", admins: "AND u.role = 'admin'", disabled: "AND u.disabled_at IS NOT NULL" };

/** Newest first, along the primary key. Indexes: sessions_user, password_resets_user, child_accounts' primary key. */
const usersSql = (show: UserFilter) => `
  SELECT u.id, u.name, u.hue, u.avatar, u.role, u.email, c.user_name AS userName, f.name AS familyName, u.created_at AS createdAt, u.disabled_at AS disabledAt,
    (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.expires_at > ?) AS sessions,
    (SELECT expires_at FROM password_resets r WHERE r.user_id = u.id AND r.expires_at > ?) AS resetUntil
  FROM users u LEFT JOIN child_accounts c ON c.user_id = u.id LEFT JOIN families f ON f.id = c.family_id
  WHERE (? = '' OR u.id < ?) ${FILTERS[show]}
    AND (? = '%%' OR u.name LIKE ? ESCAPE '\\' OR u.email LIKE ? ESCAPE '\\' OR c.user_name LIKE ? ESCAPE '\\')
  ORDER BY u.id DESC LIMIT ${USERS_A_PAGE + 1}`;

/**
 * A page of the site's accounts whose name, address or user name holds `q`.
 * @throws DomainError forbidden to who is no admin
 */
export async function usersFor(ctx: Context, viewer: Viewer, { q, show, after }: UsersWanted): Promise<UsersPage> {
  if (!mayAdminister(viewer)) throw new DomainError("forbidden");
  const now = ctx.now();
  const like = `%${q.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
  const rows = await ctx.db.all<UserInfo>(usersSql(show), [now, now, after, after, like, like, like, like]);
  const users = rows.slice(0, USERS_A_PAGE);
  return { users, next: rows.length > USERS_A_PAGE ? users.at(-1)!.id : null };
}
