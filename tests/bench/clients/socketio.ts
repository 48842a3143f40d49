/** The Socket.IO server as a process, and its client. Both are installed in a folder of their own, by the benchmark alone. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { MessageData } from "#app/domain/conversations/events.ts";
import { freePort } from "#tests/support/ports.ts";
import type { Pair } from "./people.ts";

const PEERS = path.resolve(import.meta.dirname, "../peers");
const ACK_TIMEOUT_MS = 5_000;

/** As much of socket.io-client as is used here: its package is not installed with Roost. */
export interface Socket {
  connected: boolean;
  on(event: string, listener: (message: MessageData) => void): void;
  emitWithAck(event: string, value: unknown): Promise<unknown>;
  timeout(ms: number): Socket;
  disconnect(): void;
}
interface ClientModule {
  io(url: string, options: object): Socket;
}

export interface SocketIoServer {
  url: string;
  databaseFile: string;
  pid(): number;
  start(): Promise<void>;
  /** With -9; resolves once it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** @returns what makes a connection of its own to a server */
export function socketIoClient(): (url: string) => Socket {
  if (!existsSync(path.join(PEERS, "node_modules/socket.io-client"))) {
    process.stdout.write("Installing Socket.IO for the comparison …\n");
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], { cwd: PEERS, stdio: ["ignore", "ignore", "inherit"] });
  }
  const { io } = createRequire(path.join(PEERS, "package.json"))("socket.io-client") as ClientModule;
  return (url) => io(url, { transports: ["websocket"], forceNew: true });
}

/** @returns whether the server acknowledged it in time */
export async function sendBySocket(socket: Socket, { conversationId, senderId, senderName }: Pair, clientId: string, body: string): Promise<boolean> {
  return socket
    .timeout(ACK_TIMEOUT_MS)
    .emitWithAck("send", { conversationId, senderId, senderName, clientId, body })
    .then(
      () => true,
      () => false,
    );
}

/** A server on a database file of its own, started. */
export async function startSocketIo(): Promise<SocketIoServer> {
  // The server needs what the client needs to be installed.
  socketIoClient();
  const folder = await mkdtemp(path.join(tmpdir(), "roost-bench-"));
  const env = { ...process.env, DATABASE_FILE: path.join(folder, "peer.db"), PORT: String(await freePort()) };
  let child: ChildProcess;
  const server: SocketIoServer = {
    url: `http://127.0.0.1:${env.PORT}`,
    databaseFile: env.DATABASE_FILE,
    pid: () => child.pid!,
    async start() {
      child = spawn(process.execPath, [path.join(PEERS, "server.mjs")], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
      process.once("exit", () => child.kill("SIGKILL"));
      await once(child, "message");
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "close");
      child.kill("SIGKILL");
      await gone;
    },
    async stop() {
      await server.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await server.start();
  return server;
}
