/**
 * The log's pages from a read replica, and never less than the primary held when it was asked: the log's head is read
 * at the primary, and a page counts only if the replica, in the same snapshot, had come that far. Whoever has just
 * written finds it, since his write is part of that head. Everything else the primary answers itself, resets above all.
 * A replica that fails is left alone for a while; whether it is back a question of our own finds out, not a user's.
 */
import { setTimeout as pause } from "node:timers/promises";
import { openReader, type Reader, type ReaderOptions, type Reads } from "#db/database.ts";
import { deadline, DatabaseTimeoutError } from "#db/drivers/deadline.ts";
import type { LogPoint } from "./cursor.ts";
import { logHead } from "./log.ts";
import { syncEvents, syncPage, type SyncAnswer, type SyncChannel } from "./sync.ts";

/** What a user waits for a replica at most, before the primary is asked. */
export const REPLICA_ANSWERS_WITHIN_MS = 250;
/** How long a replica may owe the same event before it is left alone. Replication to one that is well takes a few ms. */
export const REPLICA_MAY_LAG_MS = 1_000;
/** How long one that failed is left alone, before it is tried. */
export const REPLICA_LEFT_ALONE_MS = 2_000;
/** What trying may take: connecting, and catching up with where the primary stood when it began. */
const TRIAL_MS = 2_000;
const TRY_AGAIN_MS = 50;

/** What the replica did for one answer; all but `served` came from the primary. `skipped`: it is left alone. `reset`: only the primary says that. */
export type ReplicaRead = "served" | "behind" | "reset" | "failed" | "skipped";

/** Why a replica is left alone. `other-log`: its epoch is not the primary's. `error`: refused, closed, or not migrated yet. */
export type ReplicaFault = "behind" | "no-answer" | "other-log" | "error";

export interface LogReplicaOptions {
  primary: Reads;
  replica: Reader;
  onRead?: (result: ReplicaRead) => void;
  /** Once for each change, not for each failure. Null: it serves. */
  onChange?: (fault: ReplicaFault | null, error?: unknown) => void;
  /** Milliseconds that only go forward. */
  monotonic?: () => number;
}

export class LogReplica {
  /** Undefined until it was tried for the first time. */
  #fault: ReplicaFault | null | undefined;
  #leftAloneUntil = -Infinity;
  #trial: Promise<void> | null = null;
  /** The oldest event that it was found to lack, and when. */
  #owed: { seq: number; since: number } | null = null;
  readonly #inTime = deadline(() => undefined, REPLICA_ANSWERS_WITHIN_MS);
  readonly #monotonic: () => number;

  constructor(private readonly options: LogReplicaOptions) {
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /** As `syncEvents` of the primary, for one reader. @throws what the primary throws, never what the replica does */
  async syncEvents(channels: readonly SyncChannel[], cursor: string | null): Promise<SyncAnswer> {
    const { result, answer } = await this.#read(channels, cursor);
    this.options.onRead?.(result);
    return answer ?? syncEvents(this.options.primary, channels, cursor);
  }

  /** Asks the replica whether it can serve, unless it is to be left alone. Resolves once that is known; never rejects. */
  async tryIt(): Promise<void> {
    if (this.#fault === null || this.#monotonic() < this.#leftAloneUntil) return;
    await (this.#trial ??= this.#try().finally(() => (this.#trial = null)));
  }

  close(): void {
    this.options.replica.close();
  }

  async #read(channels: readonly SyncChannel[], cursor: string | null): Promise<{ result: ReplicaRead; answer?: SyncAnswer }> {
    if (this.#fault !== null) {
      void this.tryIt();
      return { result: "skipped" };
    }
    const reached = await logHead(this.options.primary);
    try {
      const { head, answer } = await this.#inTime(syncPage(this.options.replica, channels, cursor));
      const fault = this.#compare(head, reached);
      if (fault !== null) this.#leaveAlone(fault);
      if (fault === "other-log") return { result: "failed" };
      if (head.seq < reached.seq) return { result: "behind" };
      return answer.reset ? { result: "reset" } : { result: "served", answer };
    } catch (error) {
      this.#leaveAlone(faultOf(error), error);
      return { result: "failed" };
    }
  }

  /** @returns why it can no longer be asked; being a little behind is no reason */
  #compare(head: LogPoint, reached: LogPoint): ReplicaFault | null {
    if (head.epoch !== reached.epoch) return "other-log";
    if (head.seq >= reached.seq) {
      this.#owed = null;
      return null;
    }
    const now = this.#monotonic();
    if (this.#owed === null || head.seq >= this.#owed.seq) this.#owed = { seq: reached.seq, since: now };
    return now - this.#owed.since >= REPLICA_MAY_LAG_MS ? "behind" : null;
  }

  async #try(): Promise<void> {
    const { primary, replica } = this.options;
    // The very statement that readers need, for nobody: it also tells a schema that is too old.
    const ask = () => syncPage(replica, [], null);
    try {
      const goal = await logHead(primary);
      const until = this.#monotonic() + TRIAL_MS;
      // Connecting may take longer than any user would wait.
      await ask();
      for (;;) {
        const { head } = await this.#inTime(ask());
        if (head.epoch !== goal.epoch) return this.#leaveAlone("other-log");
        if (head.seq >= goal.seq) return this.#serve();
        if (this.#monotonic() >= until) return this.#leaveAlone("behind");
        await pause(TRY_AGAIN_MS);
      }
    } catch (error) {
      this.#leaveAlone(faultOf(error), error);
    }
  }

  #serve(): void {
    this.#owed = null;
    if (this.#fault !== null) this.options.onChange?.((this.#fault = null));
  }

  #leaveAlone(fault: ReplicaFault, error?: unknown): void {
    this.#leftAloneUntil = this.#monotonic() + REPLICA_LEFT_ALONE_MS;
    const wasWell = this.#fault === null || this.#fault === undefined;
    this.#fault = fault;
    if (wasWell) this.options.onChange?.(fault, error);
  }
}

const faultOf = (error: unknown): ReplicaFault => (error instanceof DatabaseTimeoutError ? "no-answer" : "error");

/** A replica behind a URL, tried at once but not waited for: Roost starts and works without it. */
export async function openLogReplica({ url, authToken, ...options }: Omit<LogReplicaOptions, "replica"> & { url: string } & Pick<ReaderOptions, "authToken">): Promise<LogReplica> {
  const replica = new LogReplica({ ...options, replica: await openReader(url, { authToken, answerWithinMs: TRIAL_MS }) });
  void replica.tryIt();
  return replica;
}
