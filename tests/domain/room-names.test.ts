import { expect, test } from "vitest";
import { MAX_ROOM_NAME_LENGTH } from "#app/domain/conversations/limits.ts";
import { createRoomSchema } from "#app/domain/rooms/schema.ts";

const parsed = (name: unknown, access: unknown = "open") => createRoomSchema.safeParse({ name, access });

test.each([
  [" Kitchen ", "Kitchen"],
  ["مطبخ\n\tالبيت", "مطبخ البيت"],
  // Nothing in it turns what is written around it.
  ["Kit\u202Echen\u0000", "Kit chen"],
  ["x".repeat(MAX_ROOM_NAME_LENGTH), "x".repeat(MAX_ROOM_NAME_LENGTH)],
])("%j is the room %j", (name, expected) => expect(parsed(name).data?.name).toBe(expected));

test.each([
  ["", "room-name-required"],
  [" \n ", "room-name-required"],
  [undefined, "room-name-required"],
  ["x".repeat(MAX_ROOM_NAME_LENGTH + 1), "room-name-too-long"],
  ["x".repeat(100_000), "room-name-too-long"],
])("%j is no name: %s", (name, reason) => expect(parsed(name).error?.issues[0]).toMatchObject({ path: ["name"], message: reason }));

test.each([undefined, "", "secret", "OPEN"])("access %j is none", (access) => {
  const issue = access === undefined ? createRoomSchema.safeParse({ name: "Kitchen" }) : parsed("Kitchen", access);
  expect(issue.error?.issues[0]).toMatchObject({ path: ["access"], message: "room-access-unknown" });
});
