/**
 * A bad network between a client and a server of ours: a TCP proxy on a port of its own whose faults a test
 * switches on and off. They hold for connections that are open as well as for new ones.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface Faults {
  /** Each byte arrives so much later, in either direction, in ms. */
  latencyMs: number;
  /** In either direction of each connection; Infinity: no limit. */
  bytesPerSecond: number;
  /** Sockets stay open, nothing moves; what was held back flows once this ends. */
  stalled: boolean;
  /** What the server sends disappears: the client may believe that all is well. What disappeared never comes. */
  swallowToClient: boolean;
  /** What the client sends disappears. */
  swallowToServer: boolean;
}

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** How many connections are open on the client's side. */
  readonly connections: number;
  /** How many there have ever been. */
  readonly accepted: number;
  /** Changes some faults; the others stay as they are. */
  set(faults: Partial<Faults>): void;
  /** Ends all faults, and accepts connections again. */
  heal(): Promise<void>;
  /** Resets (RST) every open connection. */
  reset(): void;
  /** Makes zombies of the connections that are open now: nothing moves on them any more, and nothing closes them. New ones work. */
  halfOpen(): void;
  /** Nobody listens any more: new connections are refused until healed. Open ones stay. */
  refuse(): Promise<void>;
  stop(): Promise<void>;
}

const NONE: Faults = { latencyMs: 0, bytesPerSecond: Infinity, stalled: false, swallowToClient: false, swallowToServer: false };
/** Pieces in which a bandwidth is spent. */
const SLICE_MS = 20;

/** @param target where the connections lead @param port of the proxy; 0: any free one */
export async function startTcpProxy(target: { host: string; port: number }, port = 0): Promise<TcpProxy> {
  let faults = NONE;
  const links = new Set<Link>();
  let server: Server | null = null;
  let accepted = 0;

  async function listen(at: number) {
    const listening = createServer({ allowHalfOpen: true }, (client) => {
      const upstream = connect({ ...target, allowHalfOpen: true });
      const link: Link = { client, upstream, zombie: false };
      links.add(link);
      accepted++;
      client.once("close", () => links.delete(link));
      pump(client, upstream, () => (link.zombie ? "swallow" : faults.swallowToServer ? "swallow" : "pass"), () => faults);
      pump(upstream, client, () => (link.zombie ? "swallow" : faults.swallowToClient ? "swallow" : "pass"), () => faults);
      couple(link);
    });
    await new Promise<void>((resolve, reject) => listening.once("error", reject).listen(at, "127.0.0.1", resolve));
    server = listening;
    return (listening.address() as AddressInfo).port;
  }

  /** Stops listening only: waiting for the connections to end is nobody's wish here. */
  async function unlisten() {
    const listening = server;
    server = null;
    listening?.close();
    await new Promise((resolve) => setImmediate(resolve));
  }

  const sockets = () => [...links].flatMap(({ client, upstream }) => [client, upstream]);
  const own = await listen(port);
  return {
    host: "127.0.0.1",
    port: own,
    get connections() {
      return links.size;
    },
    get accepted() {
      return accepted;
    },
    set(changed) {
      faults = { ...faults, ...changed };
    },
    async heal() {
      faults = NONE;
      if (!server) await listen(own);
    },
    reset() {
      for (const socket of sockets()) socket.resetAndDestroy();
    },
    halfOpen() {
      for (const link of links) link.zombie = true;
    },
    refuse: unlisten,
    async stop() {
      await unlisten();
      for (const socket of sockets()) socket.destroy();
    },
  };
}

interface Link {
  client: Socket;
  upstream: Socket;
  zombie: boolean;
}

/** Copies one direction, in order, through the faults of the moment. */
function pump(from: Socket, to: Socket, fate: () => "pass" | "swallow", faults: () => Faults): void {
  let queue = Promise.resolve();
  let lastAt = 0;
  const turn = (bytes: Buffer | null, readAt: number) => async () => {
    for (;;) {
      const { stalled, latencyMs } = faults();
      if (to.destroyed) return;
      const wait = stalled ? SLICE_MS : readAt + latencyMs - Date.now();
      if (!stalled && wait <= 0) break;
      await pause(wait);
    }
    if (fate() === "swallow") return;
    if (bytes === null) return void to.end();
    await write(to, bytes, faults);
  };
  const add = (bytes: Buffer | null) => {
    lastAt = Math.max(lastAt, Date.now());
    queue = queue.then(turn(bytes, lastAt));
  };
  from.on("data", (bytes: Buffer) => add(bytes));
  from.once("end", () => add(null));
}

async function write(to: Socket, bytes: Buffer, faults: () => Faults): Promise<void> {
  for (let from = 0; from < bytes.length && !to.destroyed; ) {
    const { bytesPerSecond } = faults();
    const size = bytesPerSecond === Infinity ? bytes.length : Math.max(1, Math.floor((bytesPerSecond * SLICE_MS) / 1_000));
    to.write(bytes.subarray(from, from + size));
    from += size;
    if (bytesPerSecond !== Infinity) await pause(SLICE_MS);
  }
}

/** What happens to one side happens to the other, unless the link is a zombie: its client is to notice nothing. */
function couple(link: Link): void {
  const { client, upstream } = link;
  client.on("error", () => upstream.resetAndDestroy());
  client.once("close", () => upstream.destroy());
  upstream.on("error", () => !link.zombie && client.resetAndDestroy());
  upstream.once("close", (broken) => broken || link.zombie || client.end());
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
