/** A WebSocket proxy before a libSQL server that ends a connection at a frame of a client's choice: its death, as the server sees it. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer, type RawData } from "ws";

/** When to cut: once so many frames of the client have been passed on, or once a COMMIT has been answered, which the client never hears. */
export type Cut = { afterFrames: number } | { answerOf: "COMMIT" };

export interface HranaProxy {
  readonly url: string;
  /** The next connection that comes to it is cut there, once; before that everything passes. */
  arm(cut: Cut): void;
  /** Cuts no more. @returns whether it did, and how many frames the client has sent since it was armed */
  disarm(): { cut: boolean; frames: number };
  stop(): Promise<void>;
}

/** Hrana's own number of a request, in it and in its answer. */
const requestOf = (frame: Buffer): number | null => (JSON.parse(frame.toString()) as { request_id?: number }).request_id ?? null;

export async function startHranaProxy(target: string): Promise<HranaProxy> {
  let armed: Cut | null = null;
  let frames = 0;
  let cut = false;
  const server = createServer((_request, answer) => answer.writeHead(404).end());
  const protocols = new WeakMap<IncomingMessage, string>();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: (_offered, request) => protocols.get(request) ?? false });
  const links = new Set<WebSocket>();

  server.on("upgrade", (request, socket, head) => {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.includes("protobuf"));
    const upstream = new WebSocket(target, offered, { perMessageDeflate: false });
    upstream.once("error", () => socket.destroy());
    upstream.once("open", () => {
      protocols.set(request, upstream.protocol);
      sockets.handleUpgrade(request, socket, head, (client) => couple(client, upstream));
    });
  });

  function couple(client: WebSocket, upstream: WebSocket): void {
    const end = () => {
      for (const socket of [client, upstream]) {
        links.delete(socket);
        socket.terminate();
      }
    };
    const cutHere = () => {
      armed = null;
      cut = true;
      end();
    };
    let commit: number | null = null;
    for (const socket of [client, upstream]) links.add(socket.on("close", end).on("error", end));
    client.on("message", (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      frames += 1;
      if (!armed) return upstream.send(bytes, { binary: isBinary });
      if ("afterFrames" in armed) {
        if (frames > armed.afterFrames) return cutHere();
        const isLast = frames === armed.afterFrames;
        // Written to the socket first: the server gets this frame, and then the end of the connection.
        return upstream.send(bytes, { binary: isBinary }, () => isLast && armed && setImmediate(cutHere));
      }
      if (bytes.includes("COMMIT")) commit = requestOf(bytes);
      upstream.send(bytes, { binary: isBinary });
    });
    upstream.on("message", (data: RawData, isBinary: boolean) => {
      // Requests are sent ahead of the answers to those before them.
      if (armed && commit !== null && requestOf(data as Buffer) === commit) return cutHere();
      client.send(data as Buffer, { binary: isBinary });
    });
  }

  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm(wanted) {
      armed = wanted;
      frames = 0;
      cut = false;
    },
    disarm() {
      armed = null;
      return { cut, frames };
    },
    async stop() {
      for (const link of links) link.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
