/**
 * Stands before a Channels server and does what a service does on a bad day: answers the API with an error of its
 * own, turns sockets away with Channels' codes, or swallows every event while all else works.
 */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

export interface ChannelsFront {
  readonly port: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** What the API answers instead of the server; null: it passes. Asked for each request. */
  api: (request: { method: string; path: string }) => { status: number; body?: string; headers?: Record<string, string> } | null;
  /** The code with which the next socket is closed after its handshake; null: it passes. */
  refuseSocket: () => number | null;
  /** Whether this event of the application is kept from subscribers. */
  swallow: (event: string) => boolean;
  /** Ends the sockets that are open. */
  endSockets(code: number): void;
  stop(): Promise<void>;
}

export async function startChannelsFront(targetPort: number): Promise<ChannelsFront> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const front: ChannelsFront = {
    get port() {
      return (server.address() as AddressInfo).port;
    },
    get sockets() {
      return sockets.clients.size;
    },
    api: () => null,
    refuseSocket: () => null,
    swallow: () => false,
    endSockets: (code) => sockets.clients.forEach((client) => client.close(code)),
    async stop() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const server = http.createServer((request, response) => {
    const answer = front.api({ method: request.method ?? "GET", path: request.url ?? "/" });
    if (answer) {
      request.resume();
      return void response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
    }
    const onward = http.request({ host: "127.0.0.1", port: targetPort, method: request.method, path: request.url, headers: request.headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });

  server.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      const code = front.refuseSocket();
      if (code !== null) return client.close(code);
      couple(client, request.url ?? "/");
    });
  });

  function couple(client: WebSocket, path: string) {
    const upstream = new WebSocket(`ws://127.0.0.1:${targetPort}${path}`, { perMessageDeflate: false });
    const early: string[] = [];
    upstream.on("open", () => early.splice(0).forEach((frame) => upstream.send(frame)));
    upstream.on("message", (data: Buffer) => {
      const frame = data.toString();
      const { event } = JSON.parse(frame) as { event: string };
      if (!front.swallow(event) && client.readyState === WebSocket.OPEN) client.send(frame);
    });
    client.on("message", (data: Buffer) => (upstream.readyState === WebSocket.OPEN ? upstream.send(data.toString()) : early.push(data.toString())));
    client.on("close", () => upstream.terminate());
    upstream.on("close", (code) => client.close(code >= 4000 ? code : 1000));
    for (const each of [client, upstream]) each.on("error", () => each.terminate());
  }

  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return front;
}
