/** The live test as a browser runs it: its own socket subscribes, the server publishes. */
import { z } from "zod";
import type { PublicChannels } from "#app/config/settings.ts";
import { FAILURE_REASONS, type FailureReason } from "#app/domain/health/codes.ts";
import { runLiveTest, type LiveTestParts } from "#app/domain/health/live-test.ts";
import type { LiveTest } from "#app/domain/health/live-test-result.ts";
import { socketAddress } from "#app/domain/health/socket-address.ts";
import { browserTimers } from "#app/realtime/browser.ts";

const ENDPOINT = "/api/admin/live-test";

const configuration = z.object({ missing: z.array(z.string()) });
const answer = z.discriminatedUnion("ok", [z.object({ ok: z.literal(true) }), z.object({ ok: z.literal(false), reason: z.enum(FAILURE_REASONS) })]);
const kept = z.object({ at: z.number() });

type Failure = { ok: false; reason: FailureReason };
const UNREACHABLE: Failure = { ok: false, reason: "app-unreachable" };
const REFUSED: Failure = { ok: false, reason: "app-refused" };

/** Asks our own app for one step. Whatever goes wrong on that way says nothing about Channels. */
async function ask<S extends z.ZodType>(schema: S, step: object, signal?: AbortSignal): Promise<z.output<S> | Failure> {
  try {
    const response = await fetch(ENDPOINT, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(step), ...(signal ? { signal } : {}) });
    if (response.status >= 400 && response.status < 500) return REFUSED;
    const read = response.status === 200 ? schema.safeParse(await response.json()) : null;
    return read?.success ? read.data : UNREACHABLE;
  } catch (error) {
    // The network's TypeError, a called-off request, or a proxy's page.
    if (error instanceof Error) return UNREACHABLE;
    throw error;
  }
}

/**
 * Runs the test and has the server keep its result.
 * @returns the result, with the server's time where it could be kept
 */
export async function browserLiveTest(channels: PublicChannels | null, onProgress: NonNullable<LiveTestParts["onProgress"]>): Promise<LiveTest> {
  const result = await runLiveTest({
    by: "browser",
    configuration: (signal) => ask(configuration, { step: "configuration" }, signal),
    credentials: (signal) => ask(answer, { step: "credentials" }, signal),
    trigger: (ts, signal) => ask(answer, { step: "trigger", ts }, signal),
    openSocket() {
      if (!channels) throw new TypeError("Channels is not configured");
      return new WebSocket(socketAddress(channels, window.location.hostname));
    },
    channels,
    whenSilent: "app-unreachable",
    ...browserTimers,
    monotonic: () => performance.now(),
    onProgress,
  });
  const told = await ask(kept, { step: "keep", result });
  return "at" in told ? { ...result, at: told.at } : result;
}
