import { expect } from "vitest";
import { publisher } from "./packages.ts";
import { apiRequest } from "./signed-request.ts";
import { connect } from "./socket-client.ts";
import type { Rules } from "./target.ts";

export function queryRules({ rule, target }: Rules): void {
  const get = (path: string, params: Record<string, string> = {}) => apiRequest(target(), { path, params });

  rule("channels.list", "occupied channels are listed, and only those", async () => {
    const client = await connect(target());
    await client.join("list-one");
    await client.join("presence-list-two", { user_id: "u" });
    const { channels } = (await get("/channels")).json as { channels: Record<string, unknown> };
    expect(Object.keys(channels)).toEqual(expect.arrayContaining(["list-one", "presence-list-two"]));
    expect(Object.keys(channels)).not.toContain("list-none");
  });

  rule("channels.prefix", "filter_by_prefix and info=user_count, through the pusher package", async () => {
    const client = await connect(target());
    await client.join("presence-prefix-a", { user_id: "u" });
    await client.join("prefix-b");
    const response = await publisher(target()).get({ path: "/channels", params: { filter_by_prefix: "presence-prefix-", info: "user_count" } });
    expect(await response.json()).toEqual({ channels: { "presence-prefix-a": { user_count: 1 } } });
  });

  rule("channels.user-count-refused", "user_count without a presence prefix is refused with 400", async () => {
    expect((await get("/channels", { info: "user_count" })).status).toBe(400);
  });

  rule("channels.no-user-channels", "users' own channels are not listed", async () => {
    const client = await connect(target());
    await client.signIn("unlisted");
    const { channels } = (await get("/channels")).json as { channels: Record<string, unknown> };
    expect(Object.keys(channels).filter((name) => name.startsWith("#"))).toEqual([]);
  });

  rule("channel.occupied", "one channel: occupied, and its counts", async () => {
    const client = await connect(target());
    await client.join("presence-state", { user_id: "u" });
    const answer = await get("/channels/presence-state", { info: "user_count,subscription_count" });
    expect(answer.json).toEqual({ occupied: true, user_count: 1, subscription_count: 1 });
  });

  rule("channel.empty", "one channel: empty", async () => {
    expect((await get("/channels/nobody-here")).json).toEqual({ occupied: false });
  });

  rule("channel.vacated", "a channel that everybody has left is empty", async () => {
    const client = await connect(target());
    await client.join("left-behind");
    client.send({ event: "pusher:unsubscribe", data: { channel: "left-behind" } });
    await client.settled();
    expect((await get("/channels/left-behind")).json).toMatchObject({ occupied: false });
  });

  rule("channel.user-count-refused", "user_count of a channel without presence is refused with 400", async () => {
    expect((await get("/channels/public", { info: "user_count" })).status).toBe(400);
  });

  rule("users.list", "the users of a presence channel, each once", async () => {
    const clients = [await connect(target()), await connect(target()), await connect(target())];
    await clients[0]!.join("presence-users", { user_id: "ann" });
    await clients[1]!.join("presence-users", { user_id: "ann" });
    await clients[2]!.join("presence-users", { user_id: "bob" });
    const { users } = (await get("/channels/presence-users/users")).json as { users: { id: string }[] };
    expect(users.map(({ id }) => id).sort()).toEqual(["ann", "bob"]);
  });

  rule("users.empty", "a presence channel with nobody has no users", async () => {
    expect((await get("/channels/presence-nobody/users")).json).toEqual({ users: [] });
  });

  rule("users.not-presence", "users of another channel are refused with 400", async () => {
    expect((await get("/channels/public/users")).status).toBe(400);
  });

  rule("route.unknown", "an unknown path is answered 404", async () => {
    expect((await get("/elsewhere")).status).toBe(404);
  });
}
