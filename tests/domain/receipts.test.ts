/** Read positions: who moves them, who is told, and what hiding them means on every way out (B7, A4). */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { privacyChanged } from "#app/domain/accounts/events.ts";
import { updatePrivacy, updateProfile } from "#app/domain/accounts/commands.server.ts";
import { privacyOf } from "#app/domain/accounts/queries.server.ts";
import { userChannel } from "#app/domain/channels.ts";
import { markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { MAX_PRESENT } from "#app/domain/conversations/limits.ts";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";
import { conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { newId } from "#app/domain/ids.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

describe.each(["better-sqlite3", "libsql-http"] as const)("read positions on %s", (kind) => {
  let database: TestDatabase;
  let ctx: ReturnType<typeof contextOver>;
  let amal: Viewer, badr: Viewer;
  let conversationId: string;
  let round = 0;

  beforeAll(async () => {
    database = await testDatabase(kind);
    return () => database.close();
  });
  beforeEach(async () => {
    ctx = contextOver(database.db);
    round += 1;
    [amal, badr] = [await person(ctx, `Amal${round}`), await person(ctx, `Badr${round}`)];
    ({ conversationId } = await openDirect(ctx, amal, { userId: badr.userId }));
    await ctx.db.batch([{ sql: "DELETE FROM outbox_events" }]);
  });

  const send = async (viewer: Viewer) => (await sendMessage(ctx, viewer, { conversationId, clientId: newId(), body: "text" })).message;
  const log = () => ctx.db.all<{ channel: string | null; event: string; payload: string }>("SELECT channel, event, payload FROM outbox_events WHERE event NOT IN ('new-message', 'message-notification') ORDER BY seq");
  const told = async () => (await log()).map(({ channel, event, payload }) => ({ channel, event, ...(JSON.parse(payload) as object) }));
  const synced = async (viewer: Viewer) => (await syncFor(ctx, viewer, "0")).events.map(({ event }) => event).filter((event) => event !== "new-message");
  const readsFor = async (viewer: Viewer) => (await openConversation(ctx, viewer, conversationId, null)).reads;
  const channel = async () => (await conversationsOf(ctx, amal)).find(({ id }) => id === conversationId)!.channel;
  const show = (viewer: Viewer, showReceipts: boolean) => updatePrivacy(ctx, viewer, { showReceipts, showLastActive: true });

  test("shown, the other and one's own devices are told; hidden, only one's own devices are, and nobody else's page has it", async () => {
    const [first, second] = [await send(amal), await send(amal)];
    await markRead(ctx, badr, { conversationId, upTo: first.id });
    await show(badr, false);
    ctx.time.now += 1_000;
    await markRead(ctx, badr, { conversationId, upTo: second.id });
    const at = ctx.time.now;
    expect(await told()).toEqual([
      { channel: userChannel(badr.userId), event: "unread-changed", conversationId, upTo: first.id, upToSeq: 1, readAt: at - 1_000 },
      { channel: await channel(), event: "message-read", conversationId, userId: badr.userId, upTo: first.id, upToSeq: 1, readAt: at - 1_000 },
      { channel: await channel(), event: "member-changed", conversationId, userId: badr.userId, name: badr.name, receipts: false },
      { channel: userChannel(badr.userId), event: "privacy-changed", showReceipts: false, showLastActive: true },
      { channel: userChannel(badr.userId), event: "unread-changed", conversationId, upTo: second.id, upToSeq: 2, readAt: at },
    ]);
    expect(await readsFor(amal)).toEqual({ [amal.userId]: { upToSeq: 0, readAt: null } });
    expect(await readsFor(badr)).toEqual({ [badr.userId]: { upToSeq: 2, readAt: at } });
    expect(await synced(amal)).not.toContain("unread-changed");
    expect(await synced(badr)).toContain("unread-changed");
  });

  test("shown again, the others learn where one is now; the same setting again tells nobody", async () => {
    const message = await send(amal);
    await show(badr, false);
    await show(badr, false);
    await markRead(ctx, badr, { conversationId, upTo: message.id });
    await updateProfile(ctx, badr, { name: "Badr the Second", language: null, digits: null, timeZone: null });
    await show(badr, true);
    await show(badr, true);
    expect((await told()).map(({ event }) => event)).toEqual(["privacy-changed", "unread-changed", "member-changed", "message-read", "privacy-changed"]);
    expect((await told())[3]).toMatchObject({ channel: await channel(), userId: badr.userId, upTo: message.id, upToSeq: 1 });
    expect((await readsFor(amal))[badr.userId]).toEqual({ upToSeq: 1, readAt: ctx.now() });
    await show(badr, false);
    // Whoever hides it is called by the name of now.
    expect((await told()).findLast(({ event }) => event === "member-changed")).toMatchObject({ name: "Badr the Second", receipts: false });
  });

  test("the setting that counts is the one at the moment of the write, not at the beginning of the request", async () => {
    const message = await send(amal);
    const [, hidden] = await Promise.all([show(badr, false), markRead(ctx, badr, { conversationId, upTo: message.id })]);
    expect(hidden).toBeUndefined();
    const events = (await told()).map(({ event }) => event);
    // In either order nobody is left with a position that is hidden.
    expect([["privacy-changed", "unread-changed"], ["unread-changed", "message-read", "member-changed", "privacy-changed"]]).toContainEqual(events);
    expect(await readsFor(amal)).not.toHaveProperty(badr.userId);
  });

  test("a room too large for it tells nobody but oneself", async () => {
    const message = await send(amal);
    const members = (count: number) => ctx.db.batch([{ sql: "UPDATE conversations SET kind = 'room', name = 'Hall', access = 'open', member_count = ? WHERE id = ?", args: [count, conversationId] }]);
    await members(MAX_PRESENT + 1);
    await markRead(ctx, badr, { conversationId, upTo: message.id });
    expect(await told()).toMatchObject([{ channel: userChannel(badr.userId), event: "unread-changed", upToSeq: 1 }]);
    expect(await readsFor(amal)).toEqual({ [amal.userId]: { upToSeq: 0, readAt: null } });
    await show(badr, false);
    await show(badr, true);
    expect((await told()).filter(({ event }) => event !== privacyChanged.name)).toHaveLength(1);
    await members(MAX_PRESENT);
    const next = await send(amal);
    await markRead(ctx, badr, { conversationId, upTo: next.id });
    expect((await told()).at(-1)).toMatchObject({ channel: await channel(), event: "message-read", upToSeq: 2 });
  });

  test("never back, never twice, and only one's own: nobody reads for another, a stranger nothing at all", async () => {
    const [first, second] = [await send(amal), await send(amal)];
    const stranger = await person(ctx, `Chadi${round}`);
    await expect(markRead(ctx, stranger, { conversationId, upTo: second.id })).rejects.toMatchObject({ code: "not-found" });
    expect(await told()).toEqual([]);
    await markRead(ctx, badr, { conversationId, upTo: second.id });
    for (const upTo of [first.id, second.id, newId()]) await markRead(ctx, badr, { conversationId, upTo });
    await show(badr, false);
    for (const upTo of [first.id, second.id]) await markRead(ctx, badr, { conversationId, upTo });
    expect((await told()).map(({ event }) => event)).toEqual(["unread-changed", "message-read", "member-changed", "privacy-changed"]);
    expect((await readsFor(badr))[badr.userId]).toMatchObject({ upToSeq: 2 });
    expect((await readsFor(badr))[amal.userId]).toBeUndefined();
    expect((await conversationsOf(ctx, badr)).find(({ id }) => id === conversationId)).toMatchObject({ unread: 0, readSeq: 2 });
  });

  test("what others see is one's own to say", async () => {
    await updatePrivacy(ctx, badr, { showReceipts: false, showLastActive: false });
    expect(await privacyOf(ctx, badr)).toEqual({ showReceipts: false, showLastActive: false });
    expect(await privacyOf(ctx, amal)).toEqual({ showReceipts: true, showLastActive: true });
    expect((await synced(amal)).filter((event) => event === privacyChanged.name)).toEqual([]);
  });
});
