import { expect } from "vitest";
import { browser, once } from "./packages.ts";
import { trigger } from "./signed-request.ts";
import { connect, dataOf } from "./socket-client.ts";
import type { SocketClient } from "./socket-client.ts";
import type { Rules } from "./target.ts";

const RATE = 10;

export function clientEventRules({ rule, target }: Rules): void {
  /** A sender and a receiver on one channel. */
  async function pair(channel: string): Promise<{ sender: SocketClient; receiver: SocketClient }> {
    const [sender, receiver] = [await connect(target()), await connect(target())];
    const member = (user_id: string) => (channel.startsWith("presence-") ? { user_id } : undefined);
    await receiver.join(channel, member("receiver"));
    await sender.join(channel, member("sender"));
    return { sender, receiver };
  }

  /** What of the sender's events came, once all of them have been dealt with. */
  async function arrived(sender: SocketClient, receiver: SocketClient, channel: string): Promise<string[]> {
    await sender.settled();
    await trigger(target(), channel);
    await receiver.next("fence");
    return receiver.events(channel).map((frame) => frame.event).filter((event) => event !== "fence");
  }

  rule("client.pusher-js", "pusher-js reaches the others with a client event, and not itself", async () => {
    const [ann, bob] = [browser(target()), browser(target())];
    const channels = [ann.subscribe("private-talk"), bob.subscribe("private-talk")];
    await Promise.all(channels.map((channel) => once(channel, "pusher:subscription_succeeded")));
    const own: unknown[] = [];
    channels[0]!.bind("client-typing", (data: unknown) => own.push(data));
    const received = once(channels[1]!, "client-typing");
    channels[0]!.trigger("client-typing", { on: true });
    expect(await received).toEqual({ on: true });
    const fence = once(channels[0]!, "fence");
    await trigger(target(), "private-talk");
    await fence;
    expect(own).toEqual([]);
  });

  rule("client.user-id", "on presence channels the server says who sent it, whatever the sender claims", async () => {
    const { sender, receiver } = await pair("presence-talk");
    sender.send({ event: "client-hi", channel: "presence-talk", data: { user_id: "receiver" }, user_id: "receiver" });
    const frame = await receiver.next("client-hi");
    expect(frame.user_id).toBe("sender");
  });

  rule("client.user-id-private", "on private channels nobody is named, whatever the sender claims", async () => {
    const { sender, receiver } = await pair("private-unnamed");
    sender.send({ event: "client-hi", channel: "private-unnamed", data: {}, user_id: "receiver" });
    expect((await receiver.next("client-hi")).user_id).toBeUndefined();
  });

  for (const [id, event] of Object.entries({ "no-prefix": "typing", "upper-case": "Client-typing", pusher: "pusher:hello", internal: "pusher_internal:member_removed", "internal-success": "pusher_internal:subscription_succeeded", empty: "", long: `client-${"x".repeat(200)}` })) {
    rule(`client.name-${id}`, `an event of this name never reaches anyone, and the sender is told: ${id}`, async () => {
      const channel = `private-name-${id}`;
      const { sender, receiver } = await pair(channel);
      sender.send({ event, channel, data: { user_id: "receiver" } });
      expect(await arrived(sender, receiver, channel)).toEqual([]);
      expect(receiver.frames.filter((frame) => frame.event === event && event !== "pusher_internal:subscription_succeeded")).toEqual([]);
      expect(receiver.frames.filter((frame) => frame.event === "pusher_internal:subscription_succeeded")).toHaveLength(1);
      expect(sender.frames.map((frame) => frame.event)).toContain("pusher:error");
    });
  }

  rule("client.public", "client events on a public channel never reach anyone, and the sender is told", async () => {
    const { sender, receiver } = await pair("public-talk");
    sender.send({ event: "client-hi", channel: "public-talk", data: {} });
    expect(await arrived(sender, receiver, "public-talk")).toEqual([]);
    expect(sender.frames.map((frame) => frame.event)).toContain("pusher:error");
  });

  rule("client.encrypted", "client events on an encrypted channel never reach anyone, and the sender is told", async () => {
    const { sender, receiver } = await pair("private-encrypted-talk");
    sender.send({ event: "client-hi", channel: "private-encrypted-talk", data: {} });
    expect(await arrived(sender, receiver, "private-encrypted-talk")).toEqual([]);
    expect(sender.frames.map((frame) => frame.event)).toContain("pusher:error");
  });

  rule("client.unsubscribed", "client events to a channel one is not on never reach anyone, and the sender is told", async () => {
    const { receiver } = await pair("private-members-only");
    const stranger = await connect(target());
    stranger.send({ event: "client-hi", channel: "private-members-only", data: {} });
    expect(await arrived(stranger, receiver, "private-members-only")).toEqual([]);
    expect(stranger.frames.map((frame) => frame.event)).toContain("pusher:error");
  });

  rule("client.user-channel", "client events to a user's own channel never reach anyone, and the sender is told", async () => {
    const [sender, receiver] = [await connect(target()), await connect(target())];
    await receiver.signIn("client-target");
    await sender.signIn("client-sender");
    sender.send({ event: "client-hi", channel: "#server-to-user-client-target", data: {} });
    await sender.settled();
    await trigger(target(), "#server-to-user-client-target");
    await receiver.next("fence");
    expect(receiver.events("#server-to-user-client-target").map((frame) => frame.event)).toEqual(["fence"]);
    expect(sender.frames.map((frame) => frame.event)).toContain("pusher:error");
  });

  rule("client.user-id-signed", "what is said about the sender is what the app signed, not what the sender is signed in as or writes into the event", async () => {
    const [sender, receiver] = [await connect(target()), await connect(target())];
    await receiver.join("presence-signed-id", { user_id: "receiver" });
    await sender.signIn("another-self");
    await sender.join("presence-signed-id", { user_id: "signed" });
    sender.send('{"event":"client-hi","user_id":"receiver","channel":"presence-signed-id","data":{"user_id":"receiver"},"__proto__":{"user_id":"receiver"}}');
    expect((await receiver.next("client-hi")).user_id).toBe("signed");
  });

  rule("client.after-leaving", "whoever has left a channel sends nothing more to it", async () => {
    const { sender, receiver } = await pair("private-left");
    sender.send({ event: "pusher:unsubscribe", data: { channel: "private-left" } });
    sender.send({ event: "client-hi", channel: "private-left", data: {} });
    expect(await arrived(sender, receiver, "private-left")).toEqual([]);
    expect(sender.frames.map((frame) => frame.event)).toContain("pusher:error");
  });

  rule("client.data-longest", "client events hold 10,240 bytes", async () => {
    const { sender, receiver } = await pair("private-large");
    sender.send({ event: "client-large", channel: "private-large", data: "x".repeat(10_240) });
    expect((await receiver.next("client-large")).data).toBe("x".repeat(10_240));
  });

  rule("client.data-too-long", "and not 10,241", async () => {
    const { sender, receiver } = await pair("private-larger");
    sender.send({ event: "client-large", channel: "private-larger", data: "x".repeat(10_241) });
    expect(await arrived(sender, receiver, "private-larger")).toEqual([]);
    expect(sender.frames.map((frame) => frame.event)).toContain("pusher:error");
  });

  rule("client.rate", `beyond ${RATE} a second they reach nobody, and the sender is told with 4301`, async () => {
    const { sender, receiver } = await pair("private-rate");
    for (let n = 0; n < RATE + 5; n += 1) sender.send({ event: `client-n${n}`, channel: "private-rate", data: {} });
    expect(await arrived(sender, receiver, "private-rate")).toEqual(Array.from({ length: RATE }, (_, n) => `client-n${n}`));
    const errors = sender.frames.filter((frame) => frame.event === "pusher:error").map((frame) => dataOf(frame)["code"]);
    expect(errors).toEqual(Array.from({ length: 5 }, () => 4301));
    expect(sender.closed).toBeNull();
  });
}
