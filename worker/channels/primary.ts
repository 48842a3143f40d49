/**
 * The process that an operator starts and signals. It holds the port and starts the one that serves on it, so that a
 * new one can take over while the port stays open (docs/decisions/0018). It loads nothing else: whatever serves is
 * read anew at each reload, and this process costs no more than Node itself.
 */
import cluster from "node:cluster";
import type { Worker } from "node:cluster";
import { isReady } from "./handover.ts";
import type { Stop } from "./handover.ts";

/** A new process that does not listen by then is given up, and the one before goes on. */
const TAKE_OVER_WITHIN_MS = 30_000;
/** Less than the supervisor (12 s) and the systemd unit (15 s) wait. */
const STOP_WITHIN_MS = 10_000;

/**
 * Serves until SIGTERM or SIGINT; SIGHUP brings a new process in. Ends with the process that serves, however that one
 * ended: whoever started this one starts it again, with pauses that grow, and there is no second place that does so.
 * Tells the parent `{ ready, port, pid }` at the start and after every reload; `pid` is the process that serves.
 */
export function runPrimary(): void {
  // Those who serve accept by themselves, so that no connection takes the way through this process.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const supervised = process.connected;
  const alive = new Set<Worker>();
  let serving: Worker | null = null;
  let starting: Worker | null = null;
  let reloadAgain = false;
  let stopping = false;
  let exitCode = 0;

  function start(): void {
    const worker = cluster.fork();
    starting = worker;
    alive.add(worker);
    const late = serving && setTimeout(() => worker.process.kill("SIGKILL"), TAKE_OVER_WITHIN_MS);
    worker.on("message", (message: unknown) => {
      // Not ours: `tsx watch` hears in this way which files it has to watch.
      if (!isReady(message)) return tellParent(message);
      clearTimeout(late ?? undefined);
      takeOver(worker, message.port);
    });
    worker.once("exit", (code: number | null, signal: string | null) => {
      clearTimeout(late ?? undefined);
      ended(worker, code, signal);
    });
  }

  function takeOver(worker: Worker, port: number): void {
    const before = serving;
    serving = worker;
    starting = null;
    if (before) end(before, true);
    tellParent({ ready: true, port, pid: worker.process.pid });
    if (stopping) end(worker, false);
    else if (reloadAgain) reload();
  }

  function reload(): void {
    if (stopping) return;
    // Whoever is starting may have read what has been replaced since.
    reloadAgain = starting !== null;
    if (!reloadAgain) start();
  }

  function end(worker: Worker, replaced: boolean): void {
    const message: Stop = { stop: true, replaced, unheard: supervised && !process.connected };
    if (worker.isConnected()) worker.send(message, heardByExit);
    setTimeout(() => worker.process.kill("SIGKILL"), STOP_WITHIN_MS).unref();
  }

  function stop(): void {
    stopping = true;
    if (serving) end(serving, false);
    starting?.process.kill("SIGKILL");
  }

  function ended(worker: Worker, code: number | null, signal: string | null): void {
    alive.delete(worker);
    const wasStarting = worker === starting;
    if (wasStarting) starting = null;
    if (stopping) {
      if (worker === serving) exitCode = code ?? 1;
      if (alive.size === 0) process.exit(exitCode);
    } else if (worker === serving || serving === null) {
      if (signal) say(`the process that serves ended (${signal})`);
      process.exit(code ?? 1);
    } else if (wasStarting) {
      say(`the new process did not come up (${signal ?? `exit code ${code}`}); the one before goes on`);
      if (reloadAgain) reload();
    }
  }

  process.on("SIGHUP", reload);
  // The second one is not waited for: this process ends, and with it those that it started.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  start();
}

const say = (text: string) => process.stderr.write(`channels: ${text}\n`);

function tellParent(message: unknown): void {
  if (process.connected) process.send?.(message, undefined, undefined, heardByExit);
}

/** A message to a process that is ending fails. That it ended is told by its own event. */
function heardByExit(): void {}
