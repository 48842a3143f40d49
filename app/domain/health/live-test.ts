/**
 * The live test: proves that what the server publishes arrives. The same stages in the same order whether an
 * admin's browser subscribes, the app's server (for browsers without JavaScript) or the doctor.
 */
import type { PublicChannels } from "#app/config/settings.ts";
import { HEALTH_CHANNEL } from "#app/domain/channels.ts";
import { causeOf, isUnknown, settingsToLookAt, type FailureReason } from "./codes.ts";
import { healthPing } from "./events.ts";
import { STAGES, type LiveTest, type Stage, type StageResult } from "./live-test-result.ts";
import { NotSubscribedError, SocketEndedError, TestSocket, type WebSocketLike } from "./test-socket.ts";

/** Less than the ten seconds within which it is told, for the way of the answer. */
export const LIVE_TEST_LIMIT_MS = 9_500;
/** What each stage may take of it; receiving has all that is left. */
const STAGE_LIMITS_MS: Record<Stage, number> = { configuration: 2_500, credentials: 5_500, connect: 5_000, subscribe: 3_000, trigger: 5_500, receive: LIVE_TEST_LIMIT_MS };
/** A server that restarts turns its connections away, and is back a moment later. */
const RECONNECTS = 5;
const RECONNECT_PAUSE_MS = 300;

export type Answer = { ok: true } | { ok: false; reason: FailureReason };

export interface LiveTestParts {
  by: LiveTest["by"];
  /** Names of settings that are missing; or why nobody could say. */
  configuration: (signal: AbortSignal) => Promise<{ missing: readonly string[] } | { ok: false; reason: FailureReason }>;
  /** Whether the server's credentials are good, without sending anything. */
  credentials: (signal: AbortSignal) => Promise<Answer>;
  /** Has the server publish a ping with this time. */
  trigger: (ts: number, signal: AbortSignal) => Promise<Answer>;
  /** A new socket to where browsers connect; throws where the browser refuses the address. */
  openSocket: () => WebSocketLike;
  channels: Pick<PublicChannels, "host"> | null;
  /** What it means when the server's side does not answer at all. */
  whenSilent: FailureReason;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Milliseconds, never going back. */
  monotonic: () => number;
  /** Runs once after `ms`. @returns cancels it */
  after: (ms: number, run: () => void) => () => void;
  /** Told as the stages go by, the last time with all of them. */
  onProgress?: (stages: readonly StageResult[], current: Stage) => void;
}

class StageError extends Error {
  override name = "StageError";
  constructor(
    readonly reason: FailureReason,
    readonly missing: readonly string[] = [],
  ) {
    super(reason);
  }
}

/** Runs the test once; ends within LIVE_TEST_LIMIT_MS, with nothing left open. Never rejects for what is tested. */
export async function runLiveTest(parts: LiveTestParts): Promise<LiveTest> {
  return new Run(parts).result();
}

class Run {
  #stages = new Map<Stage, StageResult>(STAGES.map((stage) => [stage, { stage, outcome: "waiting", ms: null }]));
  #startedAt: number;
  #reconnects = 0;
  #socket: TestSocket | null = null;

  constructor(private readonly parts: LiveTestParts) {
    this.#startedAt = parts.monotonic();
  }

  async result(): Promise<LiveTest> {
    try {
      const receivedMs = await this.#test();
      return this.#told({ state: "verified", cause: null, settings: [], receivedMs });
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      const cause = causeOf(error.reason);
      const settings = settingsToLookAt(cause, { byHost: this.parts.channels?.host !== undefined, missing: error.missing });
      return this.#told({ state: isUnknown(cause) ? "unknown" : "failed", cause, settings, receivedMs: null });
    } finally {
      this.#socket?.close();
    }
  }

  #told(found: Pick<LiveTest, "state" | "cause" | "settings" | "receivedMs">): LiveTest {
    return { at: this.parts.now(), by: this.parts.by, ...found, stages: this.#list(), reconnects: this.#reconnects };
  }

  async #test(): Promise<number> {
    const { parts } = this;
    await this.#stage("configuration", parts.whenSilent, async (signal) => {
      const answer = await parts.configuration(signal);
      if ("reason" in answer) throw new StageError(answer.reason);
      if (answer.missing.length > 0) throw new StageError("missing", answer.missing);
    });
    await this.#stage("credentials", parts.whenSilent, async (signal) => good(await parts.credentials(signal)));
    const ts = parts.now();
    for (;;) {
      const socket = await this.#listen();
      const lost = new Promise<"lost">((resolve) => socket.whenEnded(() => resolve("lost")));
      const sentAt = parts.monotonic();
      const arrived = new Promise<number>((resolve) => {
        socket.onEvent = (channel, event, data) => channel === HEALTH_CHANNEL && event === healthPing.name && tsOf(data) === ts && resolve(this.#since(sentAt));
      });
      await this.#stage("trigger", parts.whenSilent, async (signal) => good(await parts.trigger(ts, signal)));
      const outcome = await this.#stage("receive", "not-received", () => Promise.race([arrived, lost]));
      if (outcome !== "lost") {
        this.#set("receive", "passed", outcome);
        return outcome;
      }
      // What was sent meanwhile is gone with the connection: it is sent again, to the next one.
      await this.#comeBack("receive");
    }
  }

  /** Connects and subscribes, again where a server asks for it. */
  async #listen(): Promise<TestSocket> {
    for (;;) {
      const socket = new TestSocket(this.parts.openSocket);
      this.#socket?.close();
      this.#socket = socket;
      try {
        await this.#stage("connect", "socket-silent", () => socket.connect().catch(refused));
        await this.#stage("subscribe", "subscription-silent", () => socket.subscribe(HEALTH_CHANNEL).catch(refused));
        return socket;
      } catch (error) {
        if (!(error instanceof ComeBackError)) throw error;
        await this.#comeBack(error.stage);
      }
    }
  }

  async #comeBack(stage: Stage): Promise<void> {
    const spent = this.#since(this.#startedAt);
    if (this.#reconnects === RECONNECTS || spent + RECONNECT_PAUSE_MS >= LIVE_TEST_LIMIT_MS) {
      this.#set(stage, "failed", this.#stages.get(stage)?.ms ?? null);
      throw new StageError("socket-lost");
    }
    this.#reconnects++;
    await new Promise<void>((resolve) => this.parts.after(RECONNECT_PAUSE_MS, resolve));
  }

  /** Times one stage and ends it in time. @param silent what it means when it takes too long */
  async #stage<T>(stage: Stage, silent: FailureReason, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const startedAt = this.parts.monotonic();
    const within = Math.max(0, Math.min(STAGE_LIMITS_MS[stage], LIVE_TEST_LIMIT_MS - this.#since(this.#startedAt)));
    const giveUp = new AbortController();
    let cancel = () => {};
    this.parts.onProgress?.(this.#list(), stage);
    try {
      const late = new Promise<never>((_resolve, reject) => {
        cancel = this.parts.after(within, () => {
          reject(new StageError(silent));
          giveUp.abort();
        });
      });
      const value = await Promise.race([work(giveUp.signal), late]);
      this.#set(stage, "passed", this.#since(startedAt));
      return value;
    } catch (error) {
      this.#set(stage, "failed", this.#since(startedAt));
      if (error instanceof ComeBackError) error.stage = stage;
      throw error;
    } finally {
      cancel();
    }
  }

  #since = (at: number): number => Math.max(0, Math.round((this.parts.monotonic() - at) * 10) / 10);
  #set = (stage: Stage, outcome: StageResult["outcome"], ms: number | null) => void this.#stages.set(stage, { stage, outcome, ms });
  #list = (): StageResult[] => [...this.#stages.values()];
}

/** The server is there and asks to be connected to again. */
class ComeBackError extends Error {
  override name = "ComeBackError";
  stage: Stage = "connect";
}

function good(answer: Answer): void {
  if (!answer.ok) throw new StageError(answer.reason);
}

/** What the end of a socket means. Channels' codes: 4000 to 4099 for good, 4100 to 4299 come back. */
function refused(error: unknown): never {
  if (error instanceof NotSubscribedError) throw new StageError("not-subscribed");
  if (!(error instanceof SocketEndedError)) throw error;
  const { opened, code } = error;
  if (code === 4001) throw new StageError("socket-unknown-app");
  if (code === 4003 || code === 4004) throw new StageError("socket-forbidden");
  if (code >= 4000 && code < 4100) throw new StageError("socket-error");
  if (!opened) throw new StageError("socket-refused");
  throw new ComeBackError();
}

const tsOf = (data: unknown): unknown => (typeof data === "object" && data !== null && "ts" in data ? data.ts : null);
