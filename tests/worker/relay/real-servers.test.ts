/** The publisher against the two servers that speak Pusher's protocol: the same answers mean the same (H1). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelsApp } from "#app/config/settings.ts";
import { soketiUnavailable, startSoketi } from "#tests/support/soketi.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import type { Publisher, WireEvent } from "#worker/relay/publishers/publisher.ts";

const CREDENTIALS = { id: "roost-test", key: "test-key", secret: "test-secret-0123456789" };
const event = (n: number, data = "{}"): WireEvent => ({ name: "test", channels: [`private-chat-${n}`], data });

const servers = {
  embedded: () => startChannelsServer({ app: CREDENTIALS, host: "127.0.0.1", port: 0 }),
  soketi: () => startSoketi(CREDENTIALS),
};

describe.each(["embedded", "soketi"] as const)("publishing to the %s server", (name) => {
  if (name === "soketi" && soketiUnavailable) {
    it.skip(`needs soketi: ${soketiUnavailable}`, () => undefined);
    return;
  }
  let stop: () => Promise<void>;
  let app: ChannelsApp;
  const publishers: Publisher[] = [];
  const publisherOf = (channels: ChannelsApp) => {
    const publisher = pusherPublisher(channels);
    publishers.push(publisher);
    return publisher;
  };
  beforeAll(async () => {
    const server = await servers[name]();
    stop = async () => void (await ("close" in server ? server.close() : server.stop()));
    app = { appId: CREDENTIALS.id, key: CREDENTIALS.key, secret: CREDENTIALS.secret, cluster: "local", host: "127.0.0.1", port: server.port, useTLS: false };
  });
  afterAll(async () => {
    for (const publisher of publishers) publisher.close();
    await stop();
  });

  it("takes one, a batch and many channels, and closes a user's connections", async () => {
    const publisher = publisherOf(app);
    expect(await publisher.publish([event(1)])).toEqual({ kind: "accepted" });
    expect(await publisher.publish(Array.from({ length: 10 }, (_, n) => event(n)))).toEqual({ kind: "accepted" });
    expect(await publisher.publish([{ ...event(1), channels: Array.from({ length: 100 }, (_, n) => `private-user-${n}`) }])).toEqual({ kind: "accepted" });
    expect(await publisher.terminate("user1")).toEqual({ kind: "accepted" });
  });

  it("a wrong secret or app is an outage to be mended, not the event's fault", async () => {
    expect(await publisherOf({ ...app, secret: "wrong" }).publish([event(1)])).toMatchObject({ kind: "unavailable", reason: "unauthorized" });
    expect(await publisherOf({ ...app, appId: "nobody" }).publish([event(1)])).toMatchObject({ kind: "unavailable" });
  });

  it("what is far too large is refused for what it is", async () => {
    expect(await publisherOf(app).publish([event(1, JSON.stringify("x".repeat(150_000)))])).toMatchObject({ kind: "refused" });
  });
});
