/**
 * The app's word to the relay that something was committed: a byte on a Unix socket, which arrives in a fraction
 * of a millisecond and costs nothing while idle. Nothing depends on it: a poll stands behind.
 */
import { createHash, randomBytes } from "node:crypto";
import { lstat, mkdir, rename, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";

/** Kernels take 107 bytes (macOS 103); the name under which the socket is bound first needs ten of them. */
const LONGEST_PATH_BYTES = 93;
/** After a failed connection, so that a relay that is away costs the app nothing. */
const RECONNECT_AFTER_MS = 250;

export interface NudgeServer {
  /** Where it really listens. */
  path: string;
  close(): Promise<void>;
}

/** The path itself, or, where it is too long for a socket, one in the temporary folder that its hash names. */
export function nudgePath(socketPath: string): string {
  const full = path.resolve(socketPath);
  if (Buffer.byteLength(full) <= LONGEST_PATH_BYTES) return full;
  return path.join(os.tmpdir(), `roost-${createHash("sha256").update(full).digest("hex").slice(0, 16)}.sock`);
}

/**
 * Listens for nudges; whoever listened there before is replaced (only the holder of the lease listens).
 * @throws when something that is no socket stands at the path, or the folder cannot be written
 */
export async function listenForNudges(socketPath: string, onNudge: () => void): Promise<NudgeServer> {
  const target = nudgePath(socketPath);
  await mkdir(path.dirname(target), { recursive: true });
  const standing = await inodeOf(target);
  if (standing && !standing.isSocket) throw new Error(`${target} is in the way and is not a socket`);

  const connections = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    connections.add(socket);
    socket.on("data", onNudge);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => connections.delete(socket));
    // Who connects may have committed before there was anybody to tell.
    onNudge();
  });
  // Bound beside and moved over: a stale file of a crashed relay, or one that is still held, is replaced in one
  // step, and the old relay's closing removes its own name, which is gone, and not ours.
  const own = `${target}.${randomBytes(4).toString("hex")}`;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(own, resolve);
  });
  await rename(own, target);
  const inode = (await inodeOf(target))?.inode;
  server.unref();

  return {
    path: target,
    async close() {
      for (const socket of connections) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if ((await inodeOf(target))?.inode === inode) await rm(target, { force: true });
    },
  };
}

export interface NudgeClient {
  /** Tells the relay; never throws, never waits. */
  nudge(): void;
  close(): void;
}

/** A connection to the relay that is made when first needed, and again after it was lost. Keeps no process alive. */
export function nudgeClient(socketPath: string, monotonic: () => number = () => performance.now()): NudgeClient {
  const target = nudgePath(socketPath);
  let socket: net.Socket | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  function connect() {
    const connection = net.connect(target);
    connection.unref();
    connection.on("error", () => {
      failedAt = monotonic();
      connection.destroy();
    });
    connection.on("close", () => {
      if (socket === connection) socket = null;
    });
    // The relay says nothing; reading is how its end is noticed.
    connection.resume();
    return connection;
  }

  return {
    nudge() {
      if (closed) return;
      if (!socket) {
        if (monotonic() - failedAt < RECONNECT_AFTER_MS) return;
        socket = connect();
      }
      // A relay that does not read (stopped) must not fill our memory; it has enough nudges.
      if (socket.writable && !socket.writableNeedDrain) socket.write("\n");
    },
    close() {
      closed = true;
      socket?.destroy();
    },
  };
}

async function inodeOf(file: string): Promise<{ inode: number; isSocket: boolean } | null> {
  try {
    const stat = await lstat(file);
    return { inode: stat.ino, isSocket: stat.isSocket() };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
