/** What every verb of an admin over an account begins with, within its own transaction. */
import type { Queries } from "#db/database.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { mayAdminister } from "./policy.ts";

/**
 * Asked again within the transaction that changes something: an admin disabled while the request was under way does
 * no more harm, and of two who disable each other one stays.
 * @throws DomainError forbidden
 */
export async function requireAdmin(tx: Queries, viewer: Viewer): Promise<void> {
  const [row] = await tx.all<{ role: Viewer["role"] }>("SELECT role FROM users WHERE id = ? AND disabled_at IS NULL", [viewer.userId]);
  if (!row || !mayAdminister(row)) throw new DomainError("forbidden");
}

interface Account {
  email: string | null;
  /** Of a child that signs in by PIN. */
  userName: string | null;
  disabledAt: number | null;
}

/** @throws DomainError not-found */
export async function accountOf(tx: Queries, userId: string): Promise<Account> {
  const [row] = await tx.all<Account>(
    "SELECT u.email, c.user_name AS userName, u.disabled_at AS disabledAt FROM users u LEFT JOIN child_accounts c ON c.user_id = u.id WHERE u.id = ?",
    [userId],
  );
  if (!row) throw new DomainError("not-found");
  return row;
}
