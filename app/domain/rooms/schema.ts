/** What the forms of rooms accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { MAX_NAME_LENGTH } from "#app/domain/accounts/schema.ts";
import { MAX_ROOM_NAME_LENGTH } from "#app/domain/conversations/limits.ts";
import { formKeySchema } from "#app/domain/form-key.ts";
import { idSchema } from "#app/domain/id-schema.ts";
import { lineSchema } from "#app/domain/line.ts";

export const roomNameSchema = lineSchema(MAX_ROOM_NAME_LENGTH, "room-name-required", "room-name-too-long");

export const createRoomSchema = z.object({ name: roomNameSchema, access: z.enum(["open", "closed"], "room-access-unknown"), key: formKeySchema.optional() });
export const joinSchema = z.object({ conversationId: idSchema });
export const inviteSchema = z.object({ userId: idSchema });
export const removeMemberSchema = z.object({ userId: idSchema });
export const leaveSchema = z.object({});

/** What was typed to find somebody: one line, however it came. A search refuses nothing. */
const typedNameSchema = z.string().transform((text) => text.slice(0, MAX_NAME_LENGTH).toWellFormed().replaceAll(/\p{Cc}/gu, " ").trim()).catch("");
/** `find` among people to invite; `who` among the members of a large room, `after` one of them. */
export const peopleSearchSchema = z.object({ find: typedNameSchema, who: typedNameSchema, after: idSchema.nullable().catch(null) });
export type PeopleSearch = z.infer<typeof peopleSearchSchema>;

export type CreateRoomInput = z.infer<typeof createRoomSchema>;
