import { expect } from "vitest";
import type { Members, PresenceChannel } from "pusher-js";
import { until } from "#tests/support/wait.ts";
import { browser, once } from "./packages.ts";
import { apiRequest } from "./signed-request.ts";
import { connect, dataOf } from "./socket-client.ts";
import { patienceMs } from "./target.ts";
import type { Rules } from "./target.ts";

export function presenceRules({ rule, target }: Rules): void {
  rule("presence.snapshot", "a new member gets ids, count, and a hash with a key for every id", async () => {
    const [first, second] = [await connect(target()), await connect(target())];
    await first.join("presence-snap", { user_id: "ann", user_info: { name: "Ann" } });
    const joined = dataOf(await second.join("presence-snap", { user_id: "bob" }));
    const presence = joined["presence"] as { ids: string[]; hash: Record<string, unknown>; count: number };
    expect([...presence.ids].sort()).toEqual(["ann", "bob"]);
    expect(presence.count).toBe(2);
    expect(presence.hash["ann"]).toEqual({ name: "Ann" });
    expect(Object.keys(presence.hash).sort()).toEqual(["ann", "bob"]);
  });

  rule("presence.pusher-js", "pusher-js sees members come and go", async () => {
    const ann = browser(target(), { id: "ann", info: { name: "Ann" } });
    const channel = ann.subscribe("presence-js") as PresenceChannel;
    const members = (await once(channel, "pusher:subscription_succeeded")) as Members;
    expect(members.me).toEqual({ id: "ann", info: { name: "Ann" } });
    const added = once(channel, "pusher:member_added");
    const bob = browser(target(), { id: "bob", info: { name: "Bob" } });
    bob.subscribe("presence-js");
    expect(await added).toEqual({ id: "bob", info: { name: "Bob" } });
    const removed = once(channel, "pusher:member_removed");
    bob.disconnect();
    expect(await removed).toMatchObject({ id: "bob" });
    expect(channel.members.count).toBe(1);
  });

  rule("presence.tabs", "a user with three tabs joins at the first and leaves at the last", async () => {
    const witness = await connect(target());
    await witness.join("presence-tabs", { user_id: "witness" });
    const tabs = [await connect(target()), await connect(target()), await connect(target())];
    for (const tab of tabs) await tab.join("presence-tabs", { user_id: "tabs" });
    const news = () => witness.frames.filter((frame) => frame.event.startsWith("pusher_internal:member_")).map((frame) => frame.event.slice(16));
    await witness.settled();
    expect(news()).toEqual(["member_added"]);
    tabs[0]!.send({ event: "pusher:unsubscribe", data: { channel: "presence-tabs" } });
    await tabs[0]!.settled();
    tabs[1]!.ws.terminate();
    await tabs[2]!.settled();
    await witness.settled();
    expect(news()).toEqual(["member_added"]);
    tabs[2]!.ws.terminate();
    expect(dataOf(await witness.next("pusher_internal:member_removed"))).toEqual({ user_id: "tabs" });
    expect(news()).toEqual(["member_added", "member_removed"]);
  });

  rule("presence.killed", "a connection that is destroyed without a goodbye is gone at once", async () => {
    const [witness, victim] = [await connect(target()), await connect(target())];
    await witness.join("presence-kill", { user_id: "witness" });
    await victim.join("presence-kill", { user_id: "victim" });
    victim.ws.terminate();
    await witness.next("pusher_internal:member_removed");
  });

  rule("presence.own-member-added", "nobody is told of their own arrival", async () => {
    const client = await connect(target());
    await client.join("presence-own", { user_id: "me" });
    await client.settled();
    expect(client.frames.map((frame) => frame.event)).not.toContain("pusher_internal:member_added");
  });

  for (const [id, channelData] of Object.entries<string | undefined>({
    missing: undefined,
    "broken-json": "{",
    "no-user": "{}",
    "empty-user": '{"user_id":""}',
    "object-user": '{"user_id":{"a":1}}',
    "long-user": JSON.stringify({ user_id: "u".repeat(129) }),
    "too-much": JSON.stringify({ user_id: "u", user_info: { text: "x".repeat(2_100) } }),
  })) {
    rule(`presence.data-${id}`, `channel_data that cannot be: ${id}`, async () => {
      const [witness, client] = [await connect(target()), await connect(target())];
      await witness.join(`presence-data-${id}`, { user_id: "witness" });
      client.subscribe(`presence-data-${id}`, channelData);
      await until(() => client.frames.find((frame) => ["pusher:error", "pusher:subscription_error"].includes(frame.event)), { timeout: patienceMs(), what: "a refusal" });
      const { json } = await apiRequest(target(), { path: `/channels/presence-data-${id}/users` });
      expect(json).toEqual({ users: [{ id: "witness" }] });
    });
  }

  for (const [id, bytes, accepted] of [["1024-bytes", 1_024, true], ["1025-bytes", 1_025, false]] as const) {
    rule(`presence.data-${id}`, `channel_data of ${bytes} bytes is ${accepted ? "accepted" : "refused"}`, async () => {
      const client = await connect(target());
      const envelope = JSON.stringify({ user_id: "u", user_info: { text: "" } });
      client.subscribe(`presence-size-${bytes}`, JSON.stringify({ user_id: "u", user_info: { text: "x".repeat(bytes - envelope.length) } }));
      if (accepted) await client.next("pusher_internal:subscription_succeeded");
      else expect((await client.next("pusher:subscription_error")).channel).toBe(`presence-size-${bytes}`);
    });
  }

  rule("presence.user-128", "a user's id may have 128 characters", async () => {
    const client = await connect(target());
    const frame = await client.join("presence-long-id", { user_id: "u".repeat(128) });
    expect((dataOf(frame)["presence"] as { ids: string[] }).ids).toEqual(["u".repeat(128)]);
  });

  rule("presence.unsubscribed", "whoever leaves a presence channel is gone from it, and is told nothing more", async () => {
    const [witness, leaver] = [await connect(target()), await connect(target())];
    await witness.join("presence-leave", { user_id: "witness" });
    await leaver.join("presence-leave", { user_id: "leaver" });
    leaver.send({ event: "pusher:unsubscribe", data: { channel: "presence-leave" } });
    expect(dataOf(await witness.next("pusher_internal:member_removed"))).toEqual({ user_id: "leaver" });
    const late = await connect(target());
    await late.join("presence-leave", { user_id: "late" });
    await leaver.settled();
    expect(leaver.frames.filter((frame) => frame.event === "pusher_internal:member_added")).toEqual([]);
  });

  rule("presence.number-user", "a number for a user id, as in Pusher's own example, is that id as text", async () => {
    const client = await connect(target());
    client.subscribe("presence-number", '{"user_id":10,"user_info":{"name":"Mr. Pusher"}}');
    const { presence } = dataOf(await client.next("pusher_internal:subscription_succeeded")) as { presence: unknown };
    expect(presence).toEqual({ ids: ["10"], hash: { "10": { name: "Mr. Pusher" } }, count: 1 });
  });

  rule("presence.proto", "a user called __proto__ is a member like any other", async () => {
    const client = await connect(target());
    client.subscribe("presence-proto", '{"user_id":"__proto__","user_info":{"a":1}}');
    const frame = await client.next("pusher_internal:subscription_succeeded");
    expect(frame.data).toBe('{"presence":{"ids":["__proto__"],"hash":{"__proto__":{"a":1}},"count":1}}');
  });

  rule("presence.signed-in", "who is signed in needs no channel_data", async () => {
    const client = await connect(target());
    await client.signIn("known");
    client.subscribe("presence-signed-in");
    const { presence } = dataOf(await client.next("pusher_internal:subscription_succeeded")) as { presence: { ids: string[] } };
    expect(presence.ids).toEqual(["known"]);
  });

  rule("presence.limit", "the 101st member is refused, a second tab of the 100th is not", async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect(target())));
    await Promise.all(clients.map((client, n) => client.join("presence-full", { user_id: `u${n}` })));
    const late = await connect(target());
    late.subscribe("presence-full", '{"user_id":"late"}');
    expect((await late.next("pusher:subscription_error")).channel).toBe("presence-full");
    const tab = await connect(target());
    await tab.join("presence-full", { user_id: "u99" });
  });
}
