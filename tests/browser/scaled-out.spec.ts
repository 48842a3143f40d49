/**
 * Two nodes, a libSQL primary with a read replica, soketi (docs/deployment/scaling-out.md): two people on different nodes
 * write to each other while the leading relay, the replica and a node are killed under them.
 */
import type { Page } from "@playwright/test";
import { patient } from "#tests/support/patience.ts";
import { startScaledOut } from "#tests/support/scaled-out.ts";
import { soketiUnavailable } from "#tests/support/soketi.ts";
import { bubbleTexts, connected, openParentsChat, OTHER, PARENT, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

/** From the death of the relay that led to the next message on the other's screen. */
const TAKEOVER_MS = 3_000;
/** Playwright sees no request that passes through a service worker. */
const INTERCEPTED = { serviceWorkers: "block" } as const;
const SYNC = "**/api/sync*";

test("two nodes, two relays, primary, replica, soketi: live both ways, once and in order, whichever of them dies", async ({ browser }) => {
  test.skip(soketiUnavailable !== null, soketiUnavailable ?? "");
  const house = await startScaledOut();
  try {
    const [one, two] = house.nodes;
    const enter = async (url: string, email: string) => {
      const person = await signedIn(browser, url, email, INTERCEPTED);
      await openParentsChat(person.page);
      await connected(person.page);
      return person;
    };
    const [mona, adam] = await Promise.all([enter(one.front.url, PARENT), enter(two.front.url, OTHER)]);
    for (const { app } of house.nodes) expect(app.log).toContain('"route":"/chats/:id"');

    const said: string[] = [];
    const shows = (page: Page, timeout = 10_000) => until(async () => (await bubbleTexts(page, "#")).at(-1) === said.at(-1), { timeout, what: `${said.at(-1)} on the screen` });
    const says = async (page: Page, text: string) => {
      said.push(`#${said.length + 1} ${text}`);
      await page.locator('textarea[name="body"]').fill(said.at(-1)!);
      await page.keyboard.press("Enter");
    };
    /** One after the other, so that there is one right order. */
    const talk = async (about: string) => {
      for (const [from, to] of [[mona, adam], [adam, mona]] as const) {
        await says(from.page, about);
        await shows(to.page);
      }
      for (const { page } of [mona, adam]) expect(await bubbleTexts(page, "#")).toEqual(said);
    };

    // Nothing but push: what is asked for meanwhile finds nothing new.
    for (const { context } of [mona, adam]) await context.route(SYNC, (route) => route.fulfill({ status: 304 }));
    await talk("over soketi");
    const { relay } = await until(() => house.leader(), { what: "a relay to lead" });
    await relay.kill("SIGKILL");
    const killed = performance.now();
    await says(mona.page, "by the other relay");
    await shows(adam.page, TAKEOVER_MS);
    expect(performance.now() - killed).toBeLessThan(patient(TAKEOVER_MS));
    expect((await house.leader())?.relay).not.toBe(relay);
    await talk("by the other relay");
    for (const { context } of [mona, adam]) await context.unroute(SYNC);

    /** Asks as her page does. @returns the texts of the log from its beginning */
    const synced = async () => {
      const answer = await mona.page.request.get("/api/sync?cursor=0", { maxRetries: 2 });
      const { events, reset } = (await answer.json()) as { events: { event: string; data: { body?: string } }[]; reset: boolean };
      expect(reset).toBe(false);
      return events.flatMap(({ event, data }) => (event === "new-message" && data.body?.startsWith("#") ? [data.body] : []));
    };
    const served = async () => (await house.replicaReads(one)).served ?? 0;
    /** Waits until she has had a page from the replica, which holds all. */
    const servedByReplica = async () => {
      const before = await served();
      const asked = async () => {
        expect(await synced()).toEqual(said);
        return (await served()) > before;
      };
      await until(asked, { timeout: 20_000, interval: 100, what: "the replica to serve" });
    };
    await servedByReplica();

    const logged = one.app.log.length;
    await house.replica.kill("SIGKILL");
    await talk("without the replica");
    const stopped = await served();
    for (let turn = 0; turn < 3; turn++) expect(await synced()).toEqual(said);
    expect(await served()).toBe(stopped);
    // Said once, however often it is not there.
    expect(one.app.log.slice(logged).match(/the replica is left alone/g)).toHaveLength(1);
    await house.replica.restart();
    await servedByReplica();

    await two.app.kill("SIGKILL");
    await talk("by the other node");
    for (const { page } of [mona, adam]) await page.reload();
    for (const { page } of [mona, adam]) {
      await shows(page);
      expect(await bubbleTexts(page, "#")).toEqual(said);
    }
  } finally {
    await house.stop();
  }
});
