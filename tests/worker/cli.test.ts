/** The operator's commands: migrate, seed, grant. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "#tests/support/processes.ts";
import { startApp, type TestApp } from "#tests/support/http.ts";

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.stop());

it("seeds the household once: three people and a child, the parents' chat in both languages, some of it unread, their room and their family", async () => {
  expect(await app.db.all("SELECT email, role FROM users ORDER BY email")).toEqual([
    { email: null, role: "member" },
    { email: "admin@roost.test", role: "admin" },
    { email: "other@roost.test", role: "member" },
    { email: "parent@roost.test", role: "member" },
  ]);
  const bodies = (await app.db.all<{ body: string }>("SELECT body FROM messages ORDER BY seq")).map(({ body }) => body);
  expect(bodies.some((body) => /\p{Script=Arabic}/u.test(body))).toBe(true);
  expect(bodies.some((body) => /^[\x20-\x7e]+$/.test(body))).toBe(true);
  expect(bodies.some((body) => body.includes("\n\n"))).toBe(true);
  const unread = await app.db.all("SELECT c.last_seq - m.read_seq AS unread FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id WHERE c.kind = 'direct' ORDER BY unread");
  expect(unread).toEqual([{ unread: 0 }, { unread: 2 }]);
  const times = await app.db.all<{ at: number }>("SELECT m.created_at AS at FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.kind = 'direct' ORDER BY m.seq");
  expect(times.map(({ at }) => at)).toEqual(times.map(({ at }) => at).sort((a, b) => a - b));
  expect(Date.now() - times.at(-1)!.at).toBeLessThan(2 * 60 * 60_000);
  const members = await app.db.all("SELECT c.name, c.access, c.member_count AS count, u.email, m.role, c.last_seq - m.read_seq AS unread FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id JOIN users u ON u.id = m.user_id WHERE c.kind = 'room' ORDER BY u.email");
  expect(members).toEqual([
    { name: "Kitchen", access: "open", count: 2, email: "other@roost.test", role: "member", unread: 0 },
    { name: "Kitchen", access: "open", count: 2, email: "parent@roost.test", role: "owner", unread: 0 },
  ]);

  const family = await app.db.all("SELECT f.code, m.role, u.email, c.user_name AS userName FROM families f JOIN family_members m ON m.family_id = f.id JOIN users u ON u.id = m.user_id LEFT JOIN child_accounts c ON c.user_id = u.id ORDER BY u.email");
  expect(family).toEqual([
    { code: "demo", role: "child", email: null, userName: "child" },
    { code: "demo", role: "parent", email: "other@roost.test", userName: null },
    { code: "demo", role: "parent", email: "parent@roost.test", userName: null },
  ]);
  expect(await app.db.all("SELECT (SELECT count(*) > 0 FROM timer_templates) AS templates, (SELECT count(*) > 0 FROM chores) AS chores, (SELECT sum(amount) > 0 FROM star_ledger) AS stars, (SELECT count(*) > 0 FROM products) AS rewards, (SELECT count(*) > 0 FROM categories) AS categories, (SELECT count(*) FROM promotions) AS promotions, (SELECT count(*) FROM redemptions WHERE state = 'waiting') AS waiting")).toEqual([{ templates: 1, chores: 1, stars: 1, rewards: 1, categories: 1, promotions: 1, waiting: 1 }]);

  const before = await app.db.all("SELECT count(*) AS n FROM outbox_events");
  expect(await runCommand("seed", ["--without-pictures"], app.roost.env)).toContain("there already");
  expect(await app.db.all("SELECT count(*) AS n FROM outbox_events")).toEqual(before);
});

it("paints the rewards' pictures, once, and again those that are missing; they are served", async () => {
  expect(await runCommand("seed", [], app.roost.env)).toContain("0 accounts, 0 messages and 6 pictures made");
  expect(await runCommand("seed", [], app.roost.env)).toContain("there already");
  const pictures = await app.db.all<{ name: string; url: string; width: number; height: number }>("SELECT p.name, '/images/' || i.id || '-' || i.hash || '.webp' AS url, i.width, i.height FROM products p JOIN images i ON i.id = p.image_id ORDER BY p.id");
  expect(pictures.map(({ width, height }) => [width, height])).toEqual(Array.from({ length: 6 }, () => [320, 240]));
  expect(new Set(pictures.map(({ url }) => url.split("-")[1])).size).toBe(6);
  const answer = await app.browser().send(pictures[0]!.url);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/webp"]);
  await app.db.batch([{ sql: "UPDATE products SET image_id = NULL WHERE name = ?", args: [pictures[0]!.name] }, { sql: "DELETE FROM images WHERE target_id = (SELECT id FROM products WHERE name = ?)", args: [pictures[0]!.name] }]);
  expect(await runCommand("seed", [], app.roost.env)).toContain("and 1 pictures made");
  const [again] = await app.db.all<{ hash: string }>("SELECT i.hash FROM products p JOIN images i ON i.id = p.image_id WHERE p.name = ?", [pictures[0]!.name]);
  expect(pictures[0]!.url).toContain(again!.hash);
  await expect(runCommand("seed", ["--with-all"], app.roost.env)).rejects.toThrow("there is no --with-all");
});

it("makes an admin of an account that exists, by the next request", async () => {
  const browser = await app.signedIn("parent@roost.test");
  const admins = () => app.db.all("SELECT email FROM users WHERE role = 'admin' ORDER BY email");
  await expect(runCommand("grant-admin", [], app.roost.env)).rejects.toThrow("expected an e-mail address");
  await expect(runCommand("grant-admin", ["nobody@roost.test"], app.roost.env)).rejects.toThrow("there is no account with nobody@roost.test");
  expect(await admins()).toEqual([{ email: "admin@roost.test" }]);
  await runCommand("grant-admin", [" Parent@Roost.test"], app.roost.env);
  expect(await admins()).toEqual([{ email: "admin@roost.test" }, { email: "parent@roost.test" }]);
  expect((await browser.get("/settings")).status).toBe(200);
});

it("migrates again without doing anything", async () => {
  expect(await runCommand("migrate", [], app.roost.env)).toContain("up to date");
});
