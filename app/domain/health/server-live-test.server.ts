/** The live test with this process as the subscriber: for browsers without JavaScript, and for the doctor. */
import type { Settings } from "#app/config/settings.ts";
import { runLiveTest, type Answer, type LiveTestParts } from "./live-test.ts";
import type { LiveTest } from "./live-test-result.ts";
import { nodeSocket } from "./node-socket.server.ts";
import { socketAddress } from "./socket-address.ts";

/** The publisher's side (worker/relay/publishers/probe.ts). */
export interface Probe {
  credentials(signal?: AbortSignal): Promise<Answer>;
  ping(ts: number, signal?: AbortSignal): Promise<Answer>;
}

interface ServerLiveTest {
  by: "server" | "doctor";
  settings: Pick<Settings, "channels" | "publicChannels" | "missingChannels">;
  /** Null: Channels is not configured. */
  probe: Probe | null;
  onProgress?: LiveTestParts["onProgress"];
}

const NOT_CONFIGURED: Answer = { ok: false, reason: "missing" };

/** Subscribes where browsers do, by the public settings; a loopback server is reached under its own name. */
export function serverLiveTest({ by, settings, probe, onProgress }: ServerLiveTest): Promise<LiveTest> {
  const { channels, publicChannels, missingChannels } = settings;
  return runLiveTest({
    by,
    configuration: () => Promise.resolve({ missing: missingChannels }),
    credentials: (signal) => probe?.credentials(signal) ?? Promise.resolve(NOT_CONFIGURED),
    trigger: (ts, signal) => probe?.ping(ts, signal) ?? Promise.resolve(NOT_CONFIGURED),
    openSocket() {
      if (!publicChannels) throw new TypeError("Channels is not configured");
      return nodeSocket(socketAddress(publicChannels, channels?.host ?? "127.0.0.1"));
    },
    channels: publicChannels ?? null,
    whenSilent: "timeout",
    now: Date.now,
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    ...(onProgress ? { onProgress } : {}),
  });
}
