/** The demo household: when it may be made, and which of its accounts to name after the start. */
import { isLoopback, type Settings } from "#app/config/settings.ts";
import { DEMO_CHILD } from "#worker/cli/demo-account.ts";
import type { Database } from "#db/database.ts";

/** The password is public, so it must not stand open on a network unless somebody asked for that. */
export const demoAllowed = (settings: Pick<Settings, "demo" | "databaseUrl" | "host">) =>
  settings.demo || (settings.databaseUrl.startsWith("file:") && isLoopback(settings.host));

/** @returns whether nobody has an account yet */
export async function isEmpty(db: Database): Promise<boolean> {
  return (await db.all("SELECT 1 FROM users LIMIT 1")).length === 0;
}

/** @returns the demo accounts that stand in this database, as somebody signs in to them */
export async function demoAccounts(db: Database): Promise<string[]> {
  const people = await db.all<{ email: string }>("SELECT email FROM users WHERE email LIKE '%@roost.test' AND disabled_at IS NULL ORDER BY id");
  const children = await db.all<{ userName: string; code: string }>(
    "SELECT c.user_name AS userName, f.code FROM child_accounts c JOIN families f ON f.id = c.family_id JOIN users u ON u.id = c.user_id AND u.disabled_at IS NULL WHERE f.code = ?",
    [DEMO_CHILD.familyCode],
  );
  return [...people.map(({ email }) => email), ...children.map(({ userName, code }) => `${userName} (family code ${code}, PIN ${DEMO_CHILD.pin})`)];
}
