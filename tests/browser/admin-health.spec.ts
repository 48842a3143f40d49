/** The live test in an admin's browser: verified, broken, unknown, once at a time, nothing left behind; and the page that outlives its database (bars 1, 3). */
import { startChannelsFront } from "#tests/support/channels-front.ts";
import { freePort } from "#tests/support/ports.ts";
import { startRoost } from "#tests/support/processes.ts";
import { ADMIN, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

test("the live test proves delivery, names what is broken, and never calls the unknown well", async ({ browser }) => {
  // Browsers go by a front whose faults are ours; the server goes straight to Channels.
  const channelsPort = await freePort();
  const front = await startChannelsFront(channelsPort);
  const roost = await startRoost({ relay: false, env: { PUSHER_PORT: String(channelsPort), CHANNELS_PORT: String(channelsPort), PUBLIC_PUSHER_PORT: String(front.port) } });
  const { page, context } = await signedIn(browser, roost.url, ADMIN);
  await page.goto("/admin");
  const card = page.getByRole("region", { name: "Live delivery" });
  const run = card.getByRole("button", { name: "Run live test" });
  const open = front.sockets;

  await expect(card.getByText("Never seen healthy yet.")).toBeVisible();
  const requests: string[] = [];
  page.on("request", (request) => request.url().endsWith("/api/admin/live-test") && requests.push((request.postDataJSON() as { step: string }).step));
  await run.dblclick();
  await expect(card.getByText(/^Received in \d/)).toBeVisible();
  expect(requests).toEqual(["configuration", "credentials", "trigger", "keep"]);
  await expect(card.getByText("Verified")).toBeVisible();
  await expect(card.getByRole("list", { name: "Stages of the test" }).getByRole("listitem")).toHaveCount(6);
  await expect(card.getByText(/^Ping received.*\d ms$/)).toBeVisible();

  // Browsers alone are sent to where nobody knows the key.
  front.refuseSocket = () => 4001;
  await run.press("Enter");
  await expect(card.getByText("CLUSTER_MISMATCH")).toBeVisible();
  await expect(card.getByText("PUBLIC_PUSHER_CLUSTER", { exact: true })).toBeVisible();
  await expect(card.getByText("Last seen healthy:")).toBeVisible();
  front.refuseSocket = () => null;

  // The app cannot be asked: nothing is known, and nothing is green.
  await context.setOffline(true);
  await run.click();
  await expect(card.getByText("The test could not be run.")).toBeVisible();
  await expect(card.getByText("Verified")).toBeHidden();
  await context.setOffline(false);

  // Kept in this browser, over a new visit; in the database the server's last one.
  await page.reload();
  await expect(card.getByText("The test could not be run.")).toBeVisible();
  await run.click();
  await expect(card.getByText(/^Received in \d/)).toBeVisible();
  await expect.poll(() => front.sockets).toBeLessThanOrEqual(Math.max(1, open));

  // The same page when the app has lost its database.
  const database = page.getByRole("region", { name: "Database" });
  await database.getByRole("button", { name: "Check now" }).click();
  await expect(database.getByText("Answers", { exact: true })).toBeVisible();
  await page.route("**/api/admin/database", (route) => route.fulfill({ status: 500, json: { error: { code: "internal" } } }));
  await page.route("**/readyz", (route) => route.fulfill({ status: 503, json: { ready: false, reason: "database-refused" } }));
  await database.getByRole("button", { name: "Check now" }).click();
  await expect(database.getByText("UNAUTHORIZED")).toBeVisible();
  await expect(card.getByText("Verified")).toBeVisible();

  await context.close();
  await roost.stop();
  await front.stop();
});
