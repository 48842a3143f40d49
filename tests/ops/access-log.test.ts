/** The access log of a real app process: one line a request, and never a query or a cookie. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";

let roost: Roost;
beforeAll(async () => {
  roost = await startRoost({ channels: "none", relay: false });
});
afterAll(() => roost.stop());

test("a query and a cookie do not reach the log", async () => {
  await fetch(`${roost.url}/login?redirectTo=%2Fchats&token=hunter2`, { headers: { Cookie: "roost_session=swordfish" } });
  const line = await until(() => roost.log("app").split("\n").find((text) => text.includes("/login")), { what: "the access line" });
  expect(line).not.toMatch(/hunter2|redirectTo/);
  expect(roost.log("app")).not.toMatch(/hunter2|swordfish/);
});
