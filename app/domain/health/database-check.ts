/** What a check of the database found, as it is kept and shown. */
import { z } from "zod";
import { DATABASE_CODES } from "./codes.ts";

const count = z.int().min(0);

export const databaseCheckSchema = z.object({
  /** Ms since 1970. */
  at: count,
  /** Null: it answers. */
  code: z.enum(DATABASE_CODES).nullable(),
  /** The middle one of several questions, ms. */
  latencyMs: z.number().min(0).nullable(),
  facts: z
    .object({
      /** Of SQLite. */
      version: z.string(),
      bytes: count,
      walBytes: count.nullable(),
      counts: z.object({ people: count, conversations: count, messages: count, events: count }),
    })
    .nullable(),
  provider: z.discriminatedUnion("state", [
    z.object({ state: z.literal("not-configured") }),
    z.object({ state: z.literal("known"), name: z.string(), plan: z.string() }),
    z.object({ state: z.literal("failed"), name: z.string(), code: z.enum(["UNAUTHORIZED", "UNREACHABLE"]) }),
  ]),
});
export type DatabaseCheck = z.output<typeof databaseCheckSchema>;
export type ProviderAnswer = DatabaseCheck["provider"];
