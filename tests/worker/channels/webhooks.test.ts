import PusherServer from "pusher";
import { describe, expect, it } from "vitest";
import { connect } from "#tests/conformance/socket-client.ts";
import { until } from "#tests/support/wait.ts";
import { DEFAULT_LIMITS } from "#worker/channels/limits.ts";
import { app, startServer } from "./servers.ts";
import { startWebhookApp } from "./webhook-app.ts";

const verifier = new PusherServer({ appId: app.id, key: app.key, secret: app.secret, host: "127.0.0.1" });
const SOON = { webhookLeaveDelayMs: 30 };
/** Long enough that only a cancelled event explains silence. */
const LATER = { webhookLeaveDelayMs: 400 };

describe("webhooks", () => {
  it("wait as long as Pusher documents", () => {
    expect(DEFAULT_LIMITS).toMatchObject({ webhookLeaveDelayMs: 3_000, webhookRetryForMs: 300_000 });
  });

  it("tell of channels and members, signed so that the pusher package takes them", async () => {
    const hook = await startWebhookApp();
    const { target } = await startServer({ webhookUrl: hook.url, limits: SOON });
    const client = await connect(target);
    await client.join("presence-hook", { user_id: "ann" });
    client.close();
    await until(() => hook.count("channel_vacated") === 1, { what: "channel_vacated" });
    expect(hook.names()).toEqual([
      { name: "channel_occupied", channel: "presence-hook" },
      { name: "member_added", channel: "presence-hook", user_id: "ann" },
      { name: "member_removed", channel: "presence-hook", user_id: "ann" },
      { name: "channel_vacated", channel: "presence-hook" },
    ]);
    for (const delivery of hook.deliveries) {
      expect(delivery.headers["content-type"]).toBe("application/json");
      const webhook = verifier.webhook(delivery);
      expect(webhook.isValid()).toBe(true);
      expect(Math.abs(Date.now() - webhook.getTime().getTime())).toBeLessThan(10_000);
      expect(verifier.webhook({ ...delivery, rawBody: delivery.rawBody.replace("ann", "eve").replace("hook", "look") }).isValid()).toBe(false);
    }
  });

  it("do not tell of somebody who is back in time", async () => {
    const hook = await startWebhookApp();
    const { target } = await startServer({ webhookUrl: hook.url, limits: LATER });
    for (let reload = 0; reload < 3; reload += 1) {
      const tab = await connect(target);
      await tab.join("presence-reload", { user_id: "ann" });
      tab.ws.terminate();
      await until(() => tab.closed, { what: "the end" });
    }
    const tab = await connect(target);
    await tab.join("presence-reload", { user_id: "ann" });
    // Another channel's whole life, later than all of the above, is the fence.
    const fence = await connect(target);
    await fence.join("fence");
    fence.close();
    await until(() => hook.count("channel_vacated") === 1, { what: "the fence" });
    expect(hook.names().filter((event) => (event as unknown as { channel: string }).channel === "presence-reload").map(({ name }) => name)).toEqual(["channel_occupied", "member_added"]);
  });

  it("are tried again until they are taken, in order, with the same body", async () => {
    const hook = await startWebhookApp([500, 404, 302]);
    const { target } = await startServer({ webhookUrl: hook.url, limits: { ...SOON, webhookFirstPauseMs: 5 } });
    const client = await connect(target);
    await client.join("one");
    await until(() => hook.deliveries.length > 0, { what: "a first attempt" });
    await client.join("two");
    await until(() => hook.count("channel_occupied") === 2, { what: "both" });
    expect(new Set(hook.deliveries.slice(0, 4).map(({ rawBody }) => rawBody)).size).toBe(1);
    expect(hook.names()).toMatchObject([{ channel: "one" }, { channel: "two" }]);
  });

  it("are given up in the end, and the next are sent", async () => {
    const hook = await startWebhookApp((rawBody) => (rawBody.includes("lost") ? 500 : 200));
    const { target } = await startServer({ webhookUrl: hook.url, limits: { ...SOON, webhookFirstPauseMs: 10, webhookRetryForMs: 40 } });
    const client = await connect(target);
    await client.join("lost");
    await until(() => hook.deliveries.length >= 1, { what: "an attempt" });
    await client.join("next");
    await until(() => hook.count("channel_occupied") > 0, { what: "the next" });
    expect(hook.names()).toEqual([{ name: "channel_occupied", channel: "next" }]);
  });

  it.each([[true, 1], [false, 0]])("tell of client events where that is wanted: %s", async (webhookClientEvents, expected) => {
    const hook = await startWebhookApp();
    const { target } = await startServer({ webhookUrl: hook.url, limits: SOON, webhookClientEvents });
    const client = await connect(target);
    await client.join("presence-c", { user_id: "ann" });
    client.send({ event: "client-hi", channel: "presence-c", data: { a: 1 } });
    await client.settled();
    client.send({ event: "pusher:unsubscribe", data: { channel: "presence-c" } });
    await until(() => hook.count("channel_vacated") === 1, { what: "the fence" });
    const events = hook.names().filter(({ name }) => name === "client_event");
    expect(events).toHaveLength(expected);
    if (expected) expect(events[0]).toEqual({ name: "client_event", channel: "presence-c", event: "client-hi", data: '{"a":1}', socket_id: client.socketId, user_id: "ann" });
  });
});
