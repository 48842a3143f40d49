/** Runs jobs when they are due, one after the other; urgent ones beside the others, so that they never wait for those. When each ran last is kept in memory: running one early is harmless. */
import type { Clock } from "#worker/relay/clock.ts";
import type { RelayLog } from "#worker/relay/log.ts";
import { JOBS, type Job, type JobContext } from "./jobs.ts";

/** A job with a short period is at most so late. */
const LOOK_EVERY_MS = 100;

type Results = Record<string, Record<string, number>>;

export interface Scheduler {
  /** Runs what is due, now. A job that fails is logged and due again after its period; the others go on. */
  runDue(): Promise<Results>;
  start(): void;
  stop(): void;
}

export interface SchedulerOptions {
  ctx: JobContext;
  clock: Clock;
  log: RelayLog;
  jobs?: readonly Job[];
}

export function scheduler({ ctx, clock, log, jobs = JOBS }: SchedulerOptions): Scheduler {
  const lastRun = new Map<string, number>();
  let cancel: (() => void) | null = null;

  async function run(lane: readonly Job[]): Promise<Results> {
    const results: Results = {};
    for (const job of lane) {
      const now = clock.monotonic();
      const last = lastRun.get(job.name);
      if (last !== undefined && now - last < job.everyMs) continue;
      lastRun.set(job.name, now);
      try {
        results[job.name] = await job.run(ctx);
        log.debug({ job: job.name, ...results[job.name] }, "job done");
      } catch (error) {
        log.error({ job: job.name, err: error }, "job failed");
      }
    }
    return results;
  }

  const lanes = [jobs.filter(({ isUrgent }) => isUrgent), jobs.filter(({ isUrgent }) => !isUrgent)].map((lane) => {
    let running: Promise<Results> | null = null;
    return () => (running ??= run(lane).finally(() => (running = null)));
  });
  const runDue = async () => Object.assign({}, ...(await Promise.all(lanes.map((lane) => lane())))) as Results;

  function lookIn(ms: number) {
    cancel = clock.after(ms, () => {
      lookIn(LOOK_EVERY_MS);
      void runDue();
    });
  }

  return {
    runDue,
    start() {
      cancel?.();
      lookIn(LOOK_EVERY_MS);
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}
