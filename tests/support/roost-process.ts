/** One process of the finished build, as an operator runs it: from settings alone. Gone when the test process is. */
import { spawn, type ChildProcess } from "node:child_process";
import { ROOT } from "./build.ts";
import { until } from "./wait.ts";

export type ProcessName = "channels" | "relay" | "app";

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class RoostProcess {
  /** What it has written so far, over restarts. */
  log = "";
  #startedAt = 0;
  #child: ChildProcess | undefined;

  constructor(
    readonly name: ProcessName,
    /** All of its environment. */
    readonly env: Record<string, string>,
  ) {}

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it without waiting for anything. */
  spawn(): void {
    const child = spawn(process.execPath, ["--enable-source-maps", "worker/run.mjs", this.name], { cwd: ROOT, env: this.env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    running.add(child);
    this.#child = child;
    this.#startedAt = this.log.length;
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (this.log += String(chunk)));
    child.once("close", () => {
      running.delete(child);
      if (this.#child === child) this.#child = undefined;
    });
  }

  /** Waits until it serves; a relay that logs nothing (LOG_LEVEL) cannot be waited for. @throws Error with its output */
  async ready(): Promise<void> {
    // One that has ended will never serve: that is known at once.
    await until(async () => !this.#child || (await this.#serves()), { timeout: READY_TIMEOUT_MS, what: `${this.name} to serve` }).catch((cause: unknown) => {
      throw new Error(`${this.name} did not come up:\n${this.log || "(no output)"}`, { cause });
    });
    if (!this.#child) throw new Error(`${this.name} has ended:\n${this.log || "(no output)"}`);
  }

  async start(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  /**
   * Sends a signal and resolves once the process is gone (for SIGSTOP and SIGCONT: once it is sent).
   * @returns its exit code; null when a signal ended it, or it did not run
   */
  async kill(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    const gone = new Promise<number | null>((resolve) => child.once("close", resolve));
    child.kill(signal);
    if (signal === "SIGSTOP" || signal === "SIGCONT") return null;
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    const code = await gone;
    clearTimeout(force);
    return code;
  }

  async #serves(): Promise<boolean> {
    if (this.name === "relay") return this.log.slice(this.#startedAt).includes("relay is running");
    const probe = this.name === "app" ? `http://127.0.0.1:${this.env["PORT"]}/readyz` : `http://127.0.0.1:${this.env["CHANNELS_PORT"]}/`;
    const response = await fetch(probe, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    // The channels server has no page of its own: any answer says that it listens.
    return this.name === "channels" || response.status === 200;
  }
}
