/** A real process that is killed and started again, and says where it died when it was told where to die. */
import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "#tests/support/build.ts";

/** Where to die, by the statements of SQLite that the process runs from now on. */
export interface Order {
  /** Which ones count: all of write transactions, or those of the relay's settling that come after its first. */
  within: "transaction" | "settling";
  /** Before the n-th of them; or right after a COMMIT, with nobody told of it. */
  at: number | "committed";
}

const PRELOAD = pathToFileURL(path.join(import.meta.dirname, "die-when-told.mjs")).href;
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class Mortal {
  /** Of this life. */
  output = "";
  /** Ends of its own accord, which nobody had asked for, in words. */
  readonly faults: string[] = [];
  onMessage: (message: unknown) => void = () => undefined;
  #child: ChildProcess | null = null;
  #doomed = false;
  #closed: Promise<void> = Promise.resolve();

  /** @param args of node @param env all of its environment */
  constructor(
    readonly name: string,
    private readonly args: readonly string[],
    private readonly env: Record<string, string>,
  ) {}

  get isAlive(): boolean {
    return this.#child !== null;
  }

  /** Resolves once this life is over and all that it wrote has arrived. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Where it said that it dies; null where it was killed from outside. */
  get diedAt(): string | null {
    return /^died (.*)$/m.exec(this.output)?.[1] ?? null;
  }

  start(): void {
    const child = spawn(process.execPath, ["--import", PRELOAD, ...this.args], { cwd: ROOT, env: this.env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    running.add(child);
    this.#child = child;
    this.#doomed = false;
    this.output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    child.on("message", (message) => this.onMessage(message));
    this.#closed = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        running.delete(child);
        this.#child = null;
        if (!this.#doomed || signal !== "SIGKILL") this.faults.push(`${this.name} ended by itself (${signal ?? code}):\n${this.output}`);
        resolve();
      });
    });
  }

  /** Sends SIGKILL before it returns. */
  kill(): void {
    this.#doomed = true;
    this.#child?.kill("SIGKILL");
  }

  /** Has it die at a statement to come. */
  order(die: Order): void {
    this.#doomed = true;
    this.send({ die });
  }

  /** Nothing where it is dead, or dies meanwhile. */
  send(message: object): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  async end(): Promise<void> {
    this.kill();
    await this.#closed;
  }
}
