/** One browser before a model server: engine, connection, page signals and network, all on a virtual clock. */
import { LiveEngine } from "#app/realtime/engine.ts";
import type { LiveEnvironment, PageSignal } from "#app/realtime/environment.ts";
import { userChannel } from "#app/domain/channels.ts";
import { ME, ModelServer } from "./model-server.ts";
import type { Row } from "./model-server.ts";
import { ScriptedConnection } from "./scripted-connection.ts";
import { virtualClock } from "./virtual-clock.ts";

export interface SyncRequest {
  at: number;
  cursor: string;
  status: number;
}

export interface WorldOptions {
  push?: boolean;
  pageSize?: number;
  random?: () => number;
  latency?: () => number;
}

export class World {
  clock = virtualClock();
  server = new ModelServer(() => this.clock.now());
  connection = new ScriptedConnection();
  requests: SyncRequest[] = [];
  logged: string[] = [];
  resets = 0;
  signedOut = 0;
  /** What the network does to a sync. */
  network: "up" | "down" | "hangs" | "answer-lost" | number = "up";
  online = true;
  engine: LiveEngine;
  env: LiveEnvironment;
  #signals = new Set<(signal: PageSignal) => void>();

  constructor(readonly options: WorldOptions = {}) {
    const { random = () => 0.5, push = true } = options;
    this.env = {
      now: () => this.clock.now(),
      after: this.clock.after,
      random,
      fetch: this.#fetch,
      connect: () => (push ? this.connection : null),
      page: {
        online: () => this.online,
        listen: (onSignal) => {
          this.#signals.add(onSignal);
          return () => this.#signals.delete(onSignal);
        },
      },
      log: (message) => void this.logged.push(message),
    };
    this.engine = this.makeEngine();
  }

  makeEngine(): LiveEngine {
    const { cursor, seq, epoch } = this.server.position([]);
    const engine = new LiveEngine({ cursor, seq, epoch, push: this.options.push ?? true });
    engine.serve({ onReset: () => void this.resets++, onSignedOut: () => void this.signedOut++ });
    return engine;
  }

  /** Starts as a page does, with the user's own channel in use. */
  start(): void {
    this.engine.start(this.env);
    this.engine.use(userChannel(ME));
  }

  signal(signal: PageSignal): void {
    if (signal === "online" || signal === "offline") this.online = signal === "online";
    for (const listener of [...this.#signals]) listener(signal);
  }

  get pageListeners(): number {
    return this.#signals.size;
  }

  push(row: Row | null, change: (data: Row["data"]) => Row["data"] = (data) => data): void {
    if (row) this.connection.push(row.channel, row.event, change(row.data));
  }

  #fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { network } = this;
    const cursor = new URL(url, "http://test").searchParams.get("cursor")!;
    const at = this.clock.now();
    const note = (status: number) => void this.requests.push({ at, cursor, status });
    if (network === "hangs") {
      note(0);
      return new Promise((_resolve, reject) => init.signal!.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))));
    }
    // What the server sees is the moment in the middle: half the way there, half the way back.
    const pause = (this.options.latency?.() ?? 10) / 2;
    await this.#pass(pause);
    if (network === "down") {
      note(0);
      throw new TypeError("fetch failed");
    }
    if (typeof network === "number") {
      note(network);
      return new Response("{}", { status: network });
    }
    const { etag, ...answer } = this.server.sync(cursor, this.options.pageSize ?? 500);
    await this.#pass(pause);
    if (network === "answer-lost") {
      note(0);
      throw new TypeError("fetch failed");
    }
    const known = (init.headers as Record<string, string>)["If-None-Match"] === etag && answer.events.length === 0 && !answer.reset;
    note(known ? 304 : 200);
    return known ? new Response(null, { status: 304, headers: { ETag: etag } }) : Response.json(structuredClone(answer), { headers: { ETag: etag } });
  };

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }
}
