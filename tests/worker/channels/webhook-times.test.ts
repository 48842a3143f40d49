import { describe, expect, it, onTestFinished } from "vitest";
import { manualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { until } from "#tests/support/wait.ts";
import { DEFAULT_LIMITS } from "#worker/channels/limits.ts";
import { WebhookDelivery } from "#worker/channels/webhook-delivery.ts";
import { WebhookNews, type WebhookEvent } from "#worker/channels/webhook-news.ts";
import { pino } from "pino";
import { startWebhookApp } from "./webhook-app.ts";
import { app } from "./servers.ts";

const SECOND = 1_000;
const OCCUPIED: WebhookEvent = { name: "channel_occupied", channel: "one" };

function delivery(url: string, clock: ManualClock): WebhookDelivery {
  const made = new WebhookDelivery({ app, url, limits: DEFAULT_LIMITS, clock, log: pino({ level: "silent" }) });
  onTestFinished(() => made.close());
  return made;
}

/** Lets time pass until so many requests have come; while one is being answered, which takes real time, the clock stands. */
async function advanceTo(clock: ManualClock, count: number, deliveries: unknown[]): Promise<void> {
  await until(async () => {
    if (deliveries.length < count && clock.waiting > 0) await clock.advance(500);
    return deliveries.length >= count;
  }, { interval: 1, what: `${count} attempts` });
}

describe("a webhook that nobody takes", () => {
  it("is tried again with growing pauses, for five minutes and no longer", async () => {
    const clock = manualClock();
    const hook = await startWebhookApp((rawBody) => (rawBody.includes("two") ? 200 : 500));
    const failing = delivery(hook.url, clock);
    failing.add(OCCUPIED);
    const times: number[] = [];
    // 0.5, 1, 2, 4, 8, 16 s apart, then every 30 s while the five minutes last.
    for (let count = 1; count <= 15; count += 1) {
      await advanceTo(clock, count, hook.deliveries);
      times.push(clock.monotonic());
    }
    const pauses = times.slice(1).map((time, index) => Math.round((time - times[index]!) / SECOND * 2) / 2);
    expect(pauses.slice(0, 6)).toEqual([0.5, 1, 2, 4, 8, 16]);
    expect(pauses.slice(6).every((pause) => pause === 30)).toBe(true);
    expect(times.at(-1)! - times[0]!).toBeLessThanOrEqual(300 * SECOND);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(270 * SECOND);
    // Given up, and so the next is sent.
    failing.add({ name: "channel_occupied", channel: "two" });
    await advanceTo(clock, 16, hook.deliveries);
    expect(hook.names()).toEqual([{ name: "channel_occupied", channel: "two" }]);
  });

  it("is taken in the fifth minute, too", async () => {
    const clock = manualClock();
    let well = false;
    const hook = await startWebhookApp(() => (well ? 200 : 503));
    delivery(hook.url, clock).add(OCCUPIED);
    await advanceTo(clock, 14, hook.deliveries);
    well = true;
    await advanceTo(clock, 15, hook.deliveries);
    expect(hook.names()).toEqual([OCCUPIED]);
  });
});

describe("news of somebody who left", () => {
  function listen() {
    const clock = manualClock();
    const told: string[] = [];
    const news = new WebhookNews(DEFAULT_LIMITS.webhookLeaveDelayMs, clock, (event) => told.push(event.name));
    onTestFinished(() => news.close());
    return { clock, told, news };
  }

  it("waits three seconds, to the millisecond", async () => {
    const { clock, told, news } = listen();
    news.vacated("c");
    news.memberRemoved("c", "ann");
    await clock.advance(2_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(["channel_vacated", "member_removed"]);
  });

  it("is dropped when the user is back within them, and so is the coming back", async () => {
    const { clock, told, news } = listen();
    news.memberRemoved("c", "ann");
    news.vacated("c");
    await clock.advance(2_999);
    news.occupied("c");
    news.memberAdded("c", "ann");
    await clock.advance(60_000);
    expect(told).toEqual([]);
  });

  it("is about that channel and that user only", async () => {
    const { clock, told, news } = listen();
    news.memberRemoved("c", "ann");
    news.vacated("c");
    news.memberAdded("c", "bob");
    news.memberAdded("d", "ann");
    news.occupied("d");
    await clock.advance(3_000);
    expect(told).toEqual(["member_added", "member_added", "channel_occupied", "member_removed", "channel_vacated"]);
  });

  it("counts each leaving anew", async () => {
    const { clock, told, news } = listen();
    news.vacated("c");
    await clock.advance(2_000);
    news.occupied("c");
    await clock.advance(500);
    news.vacated("c");
    await clock.advance(2_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(["channel_vacated"]);
  });

  it("is not told after the end", async () => {
    const { clock, told, news } = listen();
    news.vacated("c");
    news.close();
    await clock.advance(10_000);
    expect(told).toEqual([]);
  });
});
