/** One child process, kept alive: started again when it dies, ever more slowly while it keeps dying. */
import { spawn, type ChildProcess } from "node:child_process";
import type { Output } from "./output.ts";
import type { ProcessPlan } from "./household.ts";

export const RESTART_FIRST_MS = 250;
export const RESTART_MAX_MS = 10_000;
/** Who lived this long was well: the next death starts again with the shortest pause. */
export const STABLE_AFTER_MS = 30_000;

/** The pause before the next start, in ms, after `deaths` early deaths in a row. */
export const restartPause = (deaths: number) => Math.min(RESTART_MAX_MS, RESTART_FIRST_MS * 2 ** Math.min(deaths, 16));

export interface Child {
  readonly name: string;
  readonly pid: number | undefined;
  /** Early deaths in a row. */
  readonly deaths: number;
  /** Asks it to end and starts it no more; resolves once it is gone. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export function keepAlive(plan: ProcessPlan, cwd: string, output: Output, now: () => number = Date.now): Child {
  let process: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let deaths = 0;
  let stopping = false;
  let gone: () => void = () => {};
  const ended = new Promise<void>((resolve) => (gone = resolve));

  function start() {
    const startedAt = now();
    // Its own process group, so that Ctrl-C on a terminal reaches the supervisor alone, which then stops all in order.
    const child = spawn(plan.command, plan.args, { cwd, env: plan.env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe", "ipc"], detached: true });
    process = child;
    if (child.stdout) output.follow(plan.name, child.stdout);
    if (child.stderr) output.follow(plan.name, child.stderr);
    child.once("error", (error) => output.line("roost", `${plan.name} could not be started: ${error.message}`));
    child.once("close", (code, signal) => {
      process = undefined;
      if (stopping) return gone();
      deaths = now() - startedAt >= STABLE_AFTER_MS ? 0 : deaths + 1;
      const pause = restartPause(Math.max(0, deaths - 1));
      output.line("roost", `${plan.name} ended (${signal ?? `exit code ${code}`}), starting it again in ${pause} ms`);
      timer = setTimeout(start, pause);
    });
  }

  start();
  return {
    name: plan.name,
    get pid() {
      return process?.pid;
    },
    get deaths() {
      return deaths;
    },
    stop() {
      stopping = true;
      clearTimeout(timer);
      if (process) process.kill("SIGTERM");
      else gone();
      return ended;
    },
    kill() {
      stopping = true;
      if (process?.pid) killGroup(process.pid);
    },
  };
}

/** A process and those that it started: what they hold, its outputs among it, is free only when all are gone. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    // It ended while we were looking.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
