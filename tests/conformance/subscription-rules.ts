import { expect } from "vitest";
import { channelAuth } from "#worker/channels/credentials.ts";
import { browser, once, publisher } from "./packages.ts";
import { trigger } from "./signed-request.ts";
import { connect, dataOf } from "./socket-client.ts";
import type { Rules } from "./target.ts";

export function subscriptionRules({ rule, target }: Rules): void {
  rule("public.subscribe", "anybody may subscribe to a public channel", async () => {
    const client = await connect(target());
    expect((await client.join("open-room")).channel).toBe("open-room");
  });

  rule("subscribe.success-data", "the success of a subscription has data, \"{}\"", async () => {
    const client = await connect(target());
    expect((await client.join("success-data")).data).toBe("{}");
  });

  rule("public.event", "pusher-js receives what the pusher package triggers", async () => {
    const client = browser(target());
    const channel = client.subscribe("news");
    await once(channel, "pusher:subscription_succeeded");
    const received = once(channel, "headline");
    await publisher(target()).trigger("news", "headline", { text: "مرحبا", n: 1 });
    expect(await received).toEqual({ text: "مرحبا", n: 1 });
  });

  rule("private.event", "a signed private channel receives its events", async () => {
    const client = browser(target());
    const channel = client.subscribe("private-event");
    await once(channel, "pusher:subscription_succeeded");
    const received = once(channel, "hello");
    await publisher(target()).trigger("private-event", "hello", { n: 2 });
    expect(await received).toEqual({ n: 2 });
  });

  rule("private.wrong-signature", "a wrong signature gives pusher-js its subscription_error, status 401, and no events", async () => {
    const client = browser(target(), { id: "x" }, {
      channelAuthorization: { endpoint: "unused", transport: "ajax", customHandler: (_, answer) => answer(null, { auth: `${target().app.key}:${"0".repeat(64)}` }) },
    });
    const channel = client.subscribe("private-secret");
    const events: string[] = [];
    channel.bind_global((event: string) => events.push(event));
    expect(await once(channel, "pusher:subscription_error")).toMatchObject({ type: "AuthError", status: 401 });
    const open = client.subscribe("open-beside");
    await once(open, "pusher:subscription_succeeded");
    await trigger(target(), "private-secret", "secret");
    const fence = once(open, "fence");
    await trigger(target(), "open-beside");
    await fence;
    expect(events).not.toContain("secret");
  });

  for (const [id, auth] of Object.entries<(key: string, socketId: string, app: { id: string; key: string; secret: string }) => unknown>({
    missing: () => undefined,
    number: () => 7,
    object: () => ({}),
    "other-socket": (_, __, app) => channelAuth(app, "1.1", "private-r"),
    "other-channel": (_, socketId, app) => channelAuth(app, socketId, "private-other"),
    "other-key": (_, socketId, app) => channelAuth({ ...app, key: "other" }, socketId, "private-r"),
    "signature-alone": (key, socketId, app) => channelAuth(app, socketId, "private-r").slice(key.length + 1),
    longer: (_, socketId, app) => `${channelAuth(app, socketId, "private-r")}0`,
  })) {
    rule(`private.auth-${id}`, `auth refused with 401: ${id}`, async () => {
      const client = await connect(target());
      client.send({ event: "pusher:subscribe", data: { channel: "private-r", auth: auth(target().app.key, client.socketId, target().app) } });
      const refusal = await client.next("pusher:subscription_error");
      expect(refusal.channel).toBe("private-r");
      expect(dataOf(refusal)).toMatchObject({ type: "AuthError", status: 401 });
      await trigger(target(), "private-r");
      await client.settled();
      expect(client.events("private-r")).toEqual([]);
    });
  }

  rule("private.channel-data-signed", "channel_data is part of a private channel's signature when it is sent", async () => {
    const client = await connect(target());
    client.subscribe("private-with-data", '{"a":1}');
    await client.next("pusher_internal:subscription_succeeded");
  });

  rule("private.channel-data-unsigned", "channel_data that was not signed is refused", async () => {
    const client = await connect(target());
    const auth = channelAuth(target().app, client.socketId, "private-data");
    client.send({ event: "pusher:subscribe", data: { channel: "private-data", auth, channel_data: '{"a":1}' } });
    expect(dataOf(await client.next("pusher:subscription_error"))).toMatchObject({ status: 401 });
  });

  rule("subscribe.twice", "a second subscription to the same channel is told to be one", async () => {
    const client = await connect(target());
    await client.join("twice");
    client.subscribe("twice");
    expect(dataOf(await client.next("pusher:error"))["message"]).toBe("Existing subscription to channel twice");
    await trigger(target(), "twice");
    await client.next("fence");
    await client.settled();
    expect(client.events("twice")).toHaveLength(1);
  });

  for (const [id, channel] of Object.entries({ space: "a room", hash: "#room", slash: "a/b", empty: "", arabic: "غرفة", long: "c".repeat(165) })) {
    rule(`subscribe.name-${id}`, `a channel may not be called like this: ${id}`, async () => {
      const client = await connect(target());
      client.send({ event: "pusher:subscribe", data: { channel } });
      await client.settled();
      const answers = client.frames.map((frame) => frame.event);
      expect(answers).not.toContain("pusher_internal:subscription_succeeded");
      expect(answers.some((event) => event === "pusher:subscription_error" || event === "pusher:error")).toBe(true);
    });
  }

  rule("subscribe.name-longest", "164 characters, and every allowed one, are a name", async () => {
    const client = await connect(target());
    await client.join(`A-z_0=9@,.;${"c".repeat(153)}`);
  });

  rule("subscribe.proto", "__proto__ is a channel like any other", async () => {
    const client = await connect(target());
    await client.join("__proto__");
    await trigger(target(), "__proto__");
    await client.next("fence");
  });

  rule("unsubscribe", "after unsubscribing nothing comes any more", async () => {
    const client = await connect(target());
    await client.join("leaving");
    client.send({ event: "pusher:unsubscribe", data: { channel: "leaving" } });
    await client.settled();
    await trigger(target(), "leaving", "too-late");
    await client.settled();
    expect(client.events("leaving")).toEqual([]);
  });

  rule("unsubscribe.unknown", "leaving a channel one is not on is told", async () => {
    const client = await connect(target());
    client.send({ event: "pusher:unsubscribe", data: { channel: "never" } });
    expect(dataOf(await client.next("pusher:error"))["message"]).toContain("No current subscription to channel never");
  });

  rule("cache.miss", "a cache channel without a last event says cache_miss", async () => {
    const client = browser(target());
    const channel = client.subscribe("cache-empty");
    await once(channel, "pusher:cache_miss");
  });
}
