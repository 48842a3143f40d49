/** The outbox's page while things happen: it follows by itself, and what browsers saw comes back to it (issue 6, bar 4). */
import { patient } from "#tests/support/patience.ts";
import { startRoost } from "#tests/support/processes.ts";
import { ADMIN, connected, OTHER, PARENT, parentsChatId, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

test("what is sent shows on the open page without a reload, and an event tells when browsers had it", async ({ browser }) => {
  const roost = await startRoost();
  const [mona, adam, robin] = [await signedIn(browser, roost.url, PARENT), await signedIn(browser, roost.url, OTHER), await signedIn(browser, roost.url, ADMIN)];
  const conversationId = await parentsChatId(mona.page.request);
  await adam.page.goto(`/chats/${conversationId}`);
  await connected(adam.page);

  await robin.page.goto("/admin/outbox");
  await connected(robin.page);
  let loads = 0;
  robin.page.on("load", () => loads++);
  const delivered = robin.page.getByRole("link", { name: /^Delivered \d/ }).locator(".figures");
  const before = Number(await delivered.textContent());
  // Some seconds later, so that it costs nobody anything: the first report of a browser that said nothing before.
  const reported = adam.page.waitForResponse((response) => response.url().endsWith("/api/received"), { timeout: patient(60_000) });
  await postMessage(mona.context.request, roost.url, conversationId, "Is it on the page?");
  await expect(adam.page.getByText("Is it on the page?").first()).toBeVisible();
  // By push as soon as the relay knows that somebody watches (2 s), and else when the page looks by itself (15 s).
  await expect.poll(async () => Number(await delivered.textContent()), { timeout: patient(60_000) }).toBeGreaterThan(before);
  expect(loads).toBe(0);

  const report = await reported;
  expect(report.status()).toBe(200);
  const { samples } = report.request().postDataJSON() as { samples: { id: string }[] };
  await robin.page.goto(`/admin/outbox/${samples[0]!.id}`);
  await expect(robin.page.getByText("From commit to the browser").locator("..")).toContainText(/\d+ ms/);

  // Whoever looks after the house does not read its letters.
  await robin.page.goto("/admin/outbox?event=new-message");
  await robin.page.locator('a[href^="/admin/outbox/"]').filter({ hasText: "new-message" }).first().click();
  await expect(robin.page.getByText("hidden text", { exact: false }).first()).toBeVisible();
  await expect(robin.page.locator("body")).not.toContainText("Is it on the page?");
  await roost.stop();
});
