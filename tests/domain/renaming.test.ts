/** A new name reaches all chats of whoever changed it, and nobody else. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { updateProfile } from "#app/domain/accounts/commands.server.ts";
import { openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { memberChanged, newMessage } from "#app/domain/conversations/events.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

let database: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let amal: Viewer;
let badr: Viewer;
let chadia: Viewer;

beforeEach(async () => {
  database = await testDatabase();
  ctx = contextOver(database.db);
  [amal, badr, chadia] = [await person(ctx, "Amal"), await person(ctx, "Badr"), await person(ctx, "Chadia")];
});
afterEach(() => database.close());

const rename = (viewer: Viewer, name: string) => updateProfile(ctx, viewer, { name, language: "en", digits: null, timeZone: null });
const told = async (viewer: Viewer) => (await syncFor(ctx, viewer, "0")).events.filter(({ event }) => event === memberChanged.name).map(({ data: { _event, ...payload } }) => payload);

test("each of one's chats is told, a stranger's is not; the same name again tells nobody", async () => {
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  await openDirect(ctx, badr, { userId: chadia.userId });
  await rename(amal, "Amal the Second");
  await rename(amal, "Amal the Second");
  expect(await told(badr)).toEqual([{ conversationId, userId: amal.userId, name: "Amal the Second" }]);
  expect(await told(amal)).toHaveLength(1);
  expect(await told(chadia)).toEqual([]);
});

test("a message sent by a request from before carries the name of now", async () => {
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  await rename(amal, "Amal the Second");
  await sendMessage(ctx, amal, { conversationId, body: "Hello", clientId: ctx.newId() });
  const sent = (await syncFor(ctx, badr, "0")).events.find(({ event }) => event === newMessage.name);
  expect(sent?.data).toMatchObject({ senderName: "Amal the Second", body: "Hello" });
});
