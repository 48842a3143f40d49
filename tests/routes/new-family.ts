/** A family of its own for route tests: accounts made by the sign-up form, so that the demo household stays as it is. */
import { newId } from "#app/domain/ids.ts";
import { DEMO_PASSWORD, type TestApp, type TestBrowser } from "#tests/support/http.ts";

export interface Person {
  id: string;
  name: string;
  email: string;
  browser: TestBrowser;
}

export interface NewFamily {
  familyId: string;
  parent: Person;
  /** In the role of a child, signed in by e-mail: what it may do hangs on its role alone. */
  child: Person;
  /** Parent of another family. */
  stranger: Person;
}

async function signUp(app: TestApp, name: string): Promise<Person> {
  const browser = app.browser();
  const email = `${name.toLowerCase()}-${newId()}@roost.test`;
  const answer = await browser.post("/signup", { name, email, password: DEMO_PASSWORD, timeZone: "UTC" });
  if (answer.status !== 302) throw new Error(`signing up answered ${answer.status}`);
  const [row] = await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]);
  return { id: row!.id, name, email, browser };
}

async function found({ browser }: Person, name: string): Promise<void> {
  const answer = await browser.post("/family", { intent: "family-create", name, timeZone: "UTC", weekStart: "1" });
  if (answer.status !== 302) throw new Error(`making a family answered ${answer.status}`);
}

export async function newFamily(app: TestApp): Promise<NewFamily> {
  const [parent, child, stranger] = [await signUp(app, "Parent"), await signUp(app, "Child"), await signUp(app, "Stranger")];
  await found(parent, "Timers");
  await found(stranger, "Next door");
  const [row] = await app.db.all<{ familyId: string }>("SELECT family_id AS familyId FROM family_members WHERE user_id = ?", [parent.id]);
  const { familyId } = row!;
  await app.db.transact((tx) => tx.all("INSERT INTO family_members (family_id, user_id, role, joined_at) VALUES (?, ?, 'child', ?)", [familyId, child.id, Date.now()]));
  return { familyId, parent, child, stranger };
}
