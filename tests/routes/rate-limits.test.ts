/** Limits as a browser meets them: 429 with the form, what was typed, and when to come back. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { PER_ACCOUNT } from "#app/domain/accounts/attempts.server.ts";
import { SEND_LIMIT, spend } from "#app/http/limits.server.ts";
import { startApp, type TestApp } from "#tests/support/http.ts";

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.stop());

const guess = (email: string, password = "wrong password") => app.browser().post("/login", { email, password });

it("shuts an account after ten wrong passwords, also after a restart, and leaves the others open", async () => {
  for (let time = 0; time < PER_ACCOUNT.points; time += 1) expect((await guess("admin@roost.test")).status).toBe(401);
  const shut = await guess("ADMIN@roost.test", "roost-demo-pass");
  const html = await shut.text();
  expect(shut.status).toBe(429);
  expect(html).toContain('value="ADMIN@roost.test"');
  expect(html).toContain('role="alert"');
  await app.roost.restart("app");
  expect((await guess("admin@roost.test", "roost-demo-pass")).status).toBe(429);
  expect((await guess("parent@roost.test", "roost-demo-pass")).status).toBe(302);
});

it("believes no address that the client writes itself", async () => {
  await app.db.batch([{ sql: "DELETE FROM attempts" }]);
  for (let time = 0; time < 3; time += 1) await app.browser().post("/login", { email: `nobody${time}@roost.test`, password: "wrong" }, { "x-forwarded-for": `203.0.113.${time}` });
  const addresses = await app.db.all<{ points: number }>("SELECT points FROM attempts WHERE key LIKE 'sign-in-address:%'");
  expect(addresses).toEqual([{ points: 3 }]);
});

it("counts in memory by name and person, and says how long to wait", async () => {
  const limit = { ...SEND_LIMIT, name: "test", points: 2 };
  await spend(limit, "a");
  await spend(limit, "a");
  await spend(limit, "b");
  await expect(spend(limit, "a")).rejects.toMatchObject({ code: "rate-limited", details: { values: { seconds: 60 } } });
});
