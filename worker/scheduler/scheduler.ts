/** Runs jobs when they are due, one after the other; urgent ones beside the others, so that they never wait for those. When each ran last is kept in memory: running one early is harmless. */
import type { Clock } from "#worker/relay/clock.ts";
import type { RelayLog } from "#worker/relay/log.ts";
import { JOBS, type Job, type JobContext } from "./jobs.ts";

/** A job with a short period is at most so late. */
const LOOK_SOONEST_MS = 100;
/** Timers of the system may be early by as much. */
const TIMER_SLACK_MS = 2;

type Results = Record<string, Record<string, number>>;

interface Run {
  at: number;
  /** Nothing while it runs, or when it failed. */
  figures?: Record<string, number>;
}

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
  const lastRun = new Map<string, Run>();
  let cancel: (() => void) | null = null;

  /** In how many ms a job is due; it is at once when it never ran. */
  function dueIn({ name, everyMs }: Job): number {
    const last = lastRun.get(name);
    if (!last) return 0;
    return last.at + (typeof everyMs === "number" ? everyMs : everyMs(last.figures)) - clock.monotonic();
  }

  async function run(lane: readonly Job[]): Promise<Results> {
    const results: Results = {};
    for (const job of lane) {
      if (dueIn(job) > 0) continue;
      const began: Run = { at: clock.monotonic() };
      lastRun.set(job.name, began);
      try {
        began.figures = results[job.name] = await job.run(ctx);
        log.debug({ job: job.name, ...began.figures }, "job done");
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
      void runDue();
      lookIn(Math.max(LOOK_SOONEST_MS, Math.min(...jobs.map(dueIn)) + TIMER_SLACK_MS));
    });
  }

  return {
    runDue,
    start() {
      cancel?.();
      lookIn(LOOK_SOONEST_MS);
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}
