/**
 * A WebSocket proxy before a Channels server that does to events what TCP never does to bytes: doubles them, brings
 * them out of order, or lets no socket through. What belongs to the protocol itself passes as it is.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

export type FrameMode = "pass" | "blocked" | "wild";

export interface FrameProxy {
  readonly port: number;
  /** Holds for open connections as well; `blocked` ends them. */
  become(mode: FrameMode): void;
  /** How many events came doubled so far. */
  readonly doubled: number;
  stop(): Promise<void>;
}

/** Events that arrive within so long of each other are shuffled. */
const SHUFFLE_MS = 150;

export async function startFrameProxy(targetPort: number, random: () => number): Promise<FrameProxy> {
  let mode: FrameMode = "pass";
  let doubled = 0;
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const upstreams = new Set<WebSocket>();
  const server = createServer((_request, answer) => answer.writeHead(404).end());

  server.on("upgrade", (request, socket, head) => {
    if (mode === "blocked") return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => couple(client, request.url ?? "/"));
  });

  function couple(client: WebSocket, path: string) {
    const upstream = new WebSocket(`ws://127.0.0.1:${targetPort}${path}`, { perMessageDeflate: false });
    upstreams.add(upstream);
    const early: string[] = [];
    let held: string[] = [];
    const send = (frame: string) => client.readyState === WebSocket.OPEN && client.send(frame);
    const release = () => {
      const frames = held;
      held = [];
      for (let left = frames.length; left > 0; left--) send(frames.splice(Math.floor(random() * left), 1)[0]!);
    };
    upstream.on("message", (data: Buffer) => {
      const frame = data.toString();
      if (mode !== "wild" || !isEvent(frame)) return send(frame);
      if (held.length === 0) setTimeout(release, SHUFFLE_MS);
      held.push(frame, frame);
      doubled++;
    });
    upstream.on("open", () => early.splice(0).forEach((frame) => upstream.send(frame)));
    client.on("message", (data: Buffer) => (upstream.readyState === WebSocket.OPEN ? upstream.send(data.toString()) : early.push(data.toString())));
    const end = () => {
      upstreams.delete(upstream);
      upstream.terminate();
      client.terminate();
    };
    for (const each of [upstream, client]) each.on("close", end).on("error", end);
  }

  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get doubled() {
      return doubled;
    },
    become(next) {
      mode = next;
      if (mode === "blocked") for (const client of sockets.clients) client.terminate();
    },
    async stop() {
      for (const client of sockets.clients) client.terminate();
      for (const upstream of upstreams) upstream.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether it is an application's event rather than the protocol's. */
function isEvent(frame: string): boolean {
  const { event } = JSON.parse(frame) as { event: string };
  return !event.startsWith("pusher:") && !event.startsWith("pusher_internal:");
}
