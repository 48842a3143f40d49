/** What a live test found, as it is kept in the browser and in the database, and shown. */
import { z } from "zod";
import { CAUSES, codeOf, type HealthCode } from "./codes.ts";

/** In the order in which they are tried. */
export const STAGES = ["configuration", "credentials", "connect", "subscribe", "trigger", "receive"] as const;
export type Stage = (typeof STAGES)[number];

/** Longer than any test lasts: nobody reports more. */
const MOST_MS = 60_000;
const MOST_SETTINGS = 8;
const milliseconds = z.number().min(0).max(MOST_MS);

export const stageResultSchema = z.object({
  stage: z.enum(STAGES),
  /** waiting: not tried, since an earlier one failed. */
  outcome: z.enum(["passed", "failed", "waiting"]),
  ms: milliseconds.nullable(),
});
export type StageResult = z.output<typeof stageResultSchema>;

export const liveTestSchema = z
  .object({
    /** When it ended, ms since 1970. */
    at: z.int().min(0).max(8_640_000_000_000_000),
    /** Who subscribed: an admin's browser, the app's server, or the doctor in a terminal. */
    by: z.enum(["browser", "server", "doctor"]),
    /** unknown: it could not be run, so nothing is known. */
    state: z.enum(["verified", "failed", "unknown"]),
    cause: z.enum(CAUSES).nullable(),
    /** Names only, never values. */
    settings: z.array(z.string().regex(/^[A-Z][A-Z_]{2,40}$/)).max(MOST_SETTINGS),
    /** From the trigger to the arrival; null unless verified. */
    receivedMs: milliseconds.nullable(),
    /** One each, in order. */
    stages: z.array(stageResultSchema).length(STAGES.length),
    /** How often the subscriber lost its connection and came back. */
    reconnects: z.int().min(0).max(100),
  })
  .refine(({ state, cause, receivedMs }) => (state === "verified") === (cause === null) && (state === "verified") === (receivedMs !== null));
export type LiveTest = z.output<typeof liveTestSchema>;

export const codeOfTest = ({ cause }: Pick<LiveTest, "cause">): HealthCode | null => cause && codeOf(cause);

/** Reads what was kept once; null when it is none, or of an earlier version that said other things. */
export function readLiveTest(text: string | null): LiveTest | null {
  if (text === null) return null;
  try {
    const parsed = liveTestSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
