/** Stands between browsers and the app, and does to requests what networks, proxies and new versions do. */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

const SENDS = "/api/messages";

export interface Gate {
  /** The app's origin as browsers see it. */
  url: string;
  port: number;
  /** Every connection is cut, and none is taken. */
  cut: () => void;
  mend: () => void;
  /** What happens to sends. refused: 422. away: 503 at once. lost: reaches the app, and the answer doesn't come back. */
  sends: "pass" | "refused" | "away" | "lost";
  /** So long each send is held up, in ms. */
  delayMs: number;
  /** Rewrites the service worker's script. */
  script: (source: string) => string;
  close: () => Promise<void>;
}

export async function openGate(target: string): Promise<Gate> {
  const app = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((incoming, outgoing) => void setTimeout(() => pass(incoming, outgoing), incoming.url === SENDS ? gate.delayMs : 0));
  server.on("connection", (socket) => {
    if (isCut) return void socket.destroy();
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A connection that we or the browser end in the middle.
    socket.on("error", () => socket.destroy());
  });

  function pass(incoming: IncomingMessage, outgoing: ServerResponse) {
    const fate = incoming.url === SENDS ? gate.sends : "pass";
    if (fate === "refused") return void answer(outgoing, 422, { error: { code: "invalid-input", message: "Something here needs another look." } });
    if (fate === "away") return void answer(outgoing, 503, {});
    const isScript = incoming.url === "/sw.js";
    // What is rewritten has to come as it is.
    const headers = isScript ? { ...incoming.headers, "accept-encoding": "identity" } : incoming.headers;
    const forwarded = request({ host: app.hostname, port: app.port, method: incoming.method, path: incoming.url, headers }, (answered) => {
      if (fate === "lost") return void answered.resume().once("end", () => outgoing.destroy());
      if (!isScript) {
        outgoing.writeHead(answered.statusCode!, answered.rawHeaders);
        return void answered.pipe(outgoing);
      }
      let source = "";
      answered.setEncoding("utf8").on("data", (chunk: string) => (source += chunk));
      answered.once("end", () => {
        const { "content-length": _length, "transfer-encoding": _encoding, ...kept } = answered.headers;
        outgoing.writeHead(answered.statusCode!, kept);
        outgoing.end(gate.script(source));
      });
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const gate: Gate = {
    url: `http://127.0.0.1:${port}`,
    port,
    sends: "pass",
    delayMs: 0,
    script: (source) => source,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => void (isCut = false),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return gate;
}

function answer(outgoing: ServerResponse, status: number, body: object) {
  outgoing.writeHead(status, { "Content-Type": "application/json" });
  outgoing.end(JSON.stringify(body));
}
