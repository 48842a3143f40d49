/** Finding somebody to invite among many, and somebody in a room too large to be listed. On the local file and on a libSQL server. */
import { beforeAll, describe, expect, test } from "vitest";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import { MAX_PRESENT } from "#app/domain/conversations/limits.ts";
import type { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import { PEOPLE_A_PAGE, roomPeopleFor, type RoomPeople } from "#app/domain/rooms/queries.server.ts";
import { peopleSearchSchema } from "#app/domain/rooms/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase } from "#tests/support/database.ts";
import { contextOver, fillRoom, person } from "./people.ts";

const NOT_FOUND = expect.objectContaining({ name: "DomainError", code: "not-found" }) as DomainError;
const CROWD = MAX_PRESENT + 35;

describe.each(["better-sqlite3", "libsql-http"] as const)("the people of rooms on %s", (kind) => {
  let ctx: ReturnType<typeof contextOver>;
  let amal: Viewer, badr: Viewer;
  let large: string, small: string;
  let crowd: string[];

  beforeAll(async () => {
    const database = await testDatabase(kind);
    ctx = contextOver(database.db);
    [amal, badr] = [await person(ctx, "Amal"), await person(ctx, "badr · بدر")];
    large = (await createRoom(ctx, amal, { name: "Street", access: "closed" })).conversationId;
    small = (await createRoom(ctx, amal, { name: "Kitchen", access: "closed" })).conversationId;
    crowd = await fillRoom(ctx, large, CROWD);
    return () => database.close();
  });

  const around = async (room: string, typed: Record<string, string> = {}, viewer = amal): Promise<RoomPeople> => (await roomPeopleFor(ctx, viewer, room, peopleSearchSchema.parse(typed)))!;
  const names = ({ people }: { people: { name: string }[] }) => people.map(({ name }) => name);
  const everybody = async () => (await ctx.db.all<{ name: string }>("SELECT u.name FROM users u JOIN conversation_members m ON m.user_id = u.id WHERE m.conversation_id = ? ORDER BY u.name COLLATE NOCASE, u.id", [large])).map(({ name }) => name);

  test("all members of a large room, page after page by name, each once; of a small one its page has them all", async () => {
    const seen: string[] = [];
    let after = "";
    for (;;) {
      const { people, hasMore } = (await around(large, { after })).members!;
      expect(people.length).toBeLessThanOrEqual(PEOPLE_A_PAGE);
      seen.push(...people.map(({ name }) => name));
      if (!hasMore) break;
      after = people.at(-1)!.id;
    }
    expect(seen).toEqual(await everybody());
    expect(seen).toHaveLength(CROWD + 1);
    expect((await around(small)).members).toBeNull();
  });

  test("is found by any part of the name, whatever its case; signs of patterns mean themselves", async () => {
    expect(names((await around(large, { who: "crowd 13" })).members!)).toEqual(["Crowd 13", "Crowd 130", "Crowd 131", "Crowd 132", "Crowd 133", "Crowd 134", "Crowd 135"]);
    expect((await around(large, { who: "AMAL" })).members).toEqual({ people: [{ id: amal.userId, name: "Amal", hue: expect.any(Number), avatar: null, role: "owner" }], hasMore: false });
    expect(names((await around(small, { find: " بدر " })).toInvite)).toEqual(["badr · بدر"]);
    for (const who of ["%", "_", "\\", "%rowd", "' OR 1=1 --", "nobody"]) expect([who, (await around(large, { who })).members]).toEqual([who, { people: [], hasMore: false }]);
  });

  test("people to invite: the first by name, and anybody by a search; members and disabled people never", async () => {
    const { toInvite } = await around(small);
    expect([toInvite.people.length, toInvite.hasMore]).toEqual([PEOPLE_A_PAGE, true]);
    expect(names((await around(small, { find: "Crowd 99" })).toInvite)).toEqual(["Crowd 99"]);
    expect(names((await around(large, { find: "Crowd" })).toInvite)).toEqual([]);
    await ctx.db.batch([{ sql: "UPDATE users SET disabled_at = 1 WHERE id = ?", args: [crowd[98]!] }]);
    expect(names((await around(small, { find: "Crowd 99" })).toInvite)).toEqual([]);
  });

  test("who was found can be removed, and is then found no more", async () => {
    const [found] = (await around(large, { who: "Crowd 120" })).members!.people;
    await removeMember(ctx, amal, { conversationId: large, userId: found!.id });
    expect((await around(large, { who: "Crowd 120" })).members!.people).toEqual([]);
    expect(names((await around(large, { find: "Crowd 120" })).toInvite)).toEqual(["Crowd 120"]);
  });

  test("strangers find nobody, not even that there is a room; a private chat has no such people", async () => {
    for (const room of [large, small, newId(), "", "x"]) await expect(around(room, {}, badr)).rejects.toEqual(NOT_FOUND);
    const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
    expect(await roomPeopleFor(ctx, amal, conversationId, peopleSearchSchema.parse({}))).toBeNull();
  });
});

test("a search takes whatever is typed", () => {
  expect(peopleSearchSchema.parse({ find: ` \u0000${"x".repeat(5_000)}`, who: "\ud800", after: "1; DROP TABLE users" })).toEqual({ find: "x".repeat(58), who: "\ufffd", after: null });
  expect(peopleSearchSchema.parse({})).toEqual({ find: "", who: "", after: null });
});
