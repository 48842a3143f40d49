/** A bare `ws` server that frames each event once: every connection is a subscriber, every POST is believed. */
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { textFrame } from "#worker/channels/frames.ts";

interface Event {
  name: string;
  channel: string;
  data: string;
}

const sockets = new Map<WebSocket, Duplex>();
const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    if (parts.length > 0) {
      const body = JSON.parse(String(Buffer.concat(parts))) as Event & { batch?: Event[] };
      for (const { name, channel, data } of body.batch ?? [body]) send(textFrame(JSON.stringify({ event: name, channel, data })));
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": 2 }).end("{}");
  });
});
server.on("upgrade", (request, socket, head) =>
  webSockets.handleUpgrade(request, socket, head, (ws) => {
    sockets.set(ws, socket);
    ws.on("close", () => sockets.delete(ws));
    ws.on("error", () => sockets.delete(ws));
    ws.on("message", () => ws.send('{"event":"pusher_internal:subscription_succeeded","channel":"fanout","data":"{}"}'));
    ws.send('{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.1\\",\\"activity_timeout\\":120}"}');
  }),
);
server.listen(Number(process.argv[2]), "127.0.0.1");
process.once("disconnect", () => process.exit());

function send(frame: Buffer): void {
  for (const socket of sockets.values()) socket.write(frame);
}
