/** A relay that runs for good: waits for the lease, leads while it has it, and waits again when it has lost it. */
import type { Database } from "#db/database.ts";
import type { EventType } from "#db/outbox/event.ts";
import { logHead } from "#db/outbox/log.ts";
import type { Scheduler } from "#worker/scheduler/scheduler.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import type { Clock } from "./clock.ts";
import { watchCommits, type CommitWatch } from "./commit-watch.ts";
import { consoleNews, type ConsoleNews } from "./console-news.ts";
import { Dispatcher } from "./dispatcher.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { Latencies } from "./latencies.ts";
import { Leadership, WATCH_EVERY_MS } from "./leadership.ts";
import type { RelayLog } from "./log.ts";
import { listenForNudges, type NudgeServer } from "./nudge.ts";
import type { Publisher } from "./publishers/publisher.ts";

export interface RelayOptions {
  db: Database;
  /** null: Channels is not configured; events stay pending, and browsers get them by polling. */
  publisher: Publisher | null;
  eventTypes: ReadonlyMap<string, EventType>;
  clock: Clock;
  random: () => number;
  /** Unique to this process. */
  holder: string;
  /** Of the program, for people to read. */
  version: string;
  log: RelayLog;
  /** Where nudges arrive; null: only the poll. */
  socketPath: string | null;
  scheduler: Scheduler | null;
  requestsInFlight?: number;
}

export interface Relay {
  /** Resolves once it leads or has seen who does. */
  ready: Promise<void>;
  readonly isLeading: boolean;
  /** Ends what is under way, writes it down and gives the lease back. */
  stop(): Promise<void>;
}

export function startRelay(options: RelayOptions): Relay {
  const { db, clock, log, holder, publisher } = options;
  const leadership = new Leadership({ db, holder, clock, log });
  const latencies = new Latencies(clock.monotonic, log);
  const breaker = new CircuitBreaker(clock.monotonic, (reason) =>
    reason === null ? log.info("Channels takes events again") : log.warn({ reason }, "Channels takes nothing: events wait, trying once a second"),
  );
  let stopped = false;
  let term: Term | null = null;
  let cancelWatch: (() => void) | null = null;
  let watching: Promise<void> = Promise.resolve();
  let publishedBefore = 0;
  const heartbeat = startHeartbeat({
    ...options,
    id: holder,
    describe: () => ({ token: leadership.token, inFlight: term?.dispatcher?.inFlight ?? 0, published: publishedBefore + (term?.dispatcher?.counts.published ?? 0), outage: breaker.reason }),
  });
  let saysReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (saysReady = resolve));

  function watchIn(ms: number) {
    if (!stopped) cancelWatch = clock.after(ms, () => void (watching = watch()));
  }

  async function watch() {
    try {
      const seen = await leadership.observe();
      if (stopped) return;
      if (seen.kind === "leading") term = await lead(seen.token);
      saysReady();
    } catch (error) {
      log.warn({ err: error }, "the database does not answer, trying again");
      if (leadership.token !== null) await giveBack();
    }
    if (term === null) watchIn(WATCH_EVERY_MS);
  }

  async function giveBack() {
    await leadership.release().catch((error: unknown) => log.warn({ err: error }, "the lease could not be given back: others wait until it runs out"));
  }

  async function lead(token: number): Promise<Term> {
    const { epoch } = await logHead(db);
    let dispatcher: Dispatcher | null = null;
    const wake = () => dispatcher?.wake();
    const nudges = publisher && options.socketPath !== null ? await listen(options.socketPath, wake) : null;
    // From here on nothing waits: whoever calls `lost` finds the term complete.
    let commits: CommitWatch | null = null;
    let news: ConsoleNews | null = null;
    if (publisher) {
      news = consoleNews({ publisher, clock, log, isWatched: heartbeat.isWatched });
      const told = { onFenced: () => lost(token), onRead: (found: number) => commits?.found(found), onSettled: news.changed };
      dispatcher = new Dispatcher({ ...options, ...told, publisher, token, epoch, breaker, latencies, mayPublish: leadership.isValid });
      commits = watchCommits({ db, clock, log }, wake);
    }
    let redrivesSeen = -1;
    leadership.keep(
      (redrives) => {
        if (redrives !== redrivesSeen) dispatcher?.rescan();
        else dispatcher?.resume();
        redrivesSeen = redrives;
      },
      () => lost(token),
    );
    options.scheduler?.start();
    log.info({ token, holder }, "leading");
    if (!dispatcher) log.warn("Channels is not configured (PUSHER_APP_ID, PUSHER_KEY, PUSHER_SECRET): events stay pending, browsers get them by polling");
    dispatcher?.wake();
    return { token, dispatcher, commits, news, nudges };
  }

  async function listen(socketPath: string, onNudge: () => void): Promise<NudgeServer | null> {
    try {
      return await listenForNudges(socketPath, onNudge);
    } catch (error) {
      log.warn({ err: error }, "no nudges: commits are noticed by polling only");
      return null;
    }
  }

  function lost(token: number) {
    const ended = term;
    // The settling and the renewal may both find out.
    if (stopped || ended?.token !== token) return;
    term = null;
    log.warn("somebody else leads now");
    leadership.lose();
    ended.dispatcher?.abandon();
    void leave(ended);
    watchIn(WATCH_EVERY_MS);
  }

  async function leave(ended: Term | null) {
    options.scheduler?.stop();
    ended?.commits?.stop();
    ended?.news?.stop();
    publishedBefore += ended?.dispatcher?.counts.published ?? 0;
    await ended?.nudges?.close();
  }

  watching = watch();

  return {
    ready,
    get isLeading() {
      return leadership.isValid();
    },
    async stop() {
      stopped = true;
      cancelWatch?.();
      await watching;
      await heartbeat.stop();
      await leave(term);
      await term?.dispatcher?.stop();
      latencies.report();
      if (leadership.token !== null) await giveBack();
      saysReady();
    },
  };
}

/** What runs while it leads. */
interface Term {
  token: number;
  dispatcher: Dispatcher | null;
  commits: CommitWatch | null;
  news: ConsoleNews | null;
  nudges: NudgeServer | null;
}
