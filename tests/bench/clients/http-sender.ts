import { Agent, request } from "node:http";

const MAX_CONNECTIONS = 64;

export interface Answer {
  /** 0: there was none */
  status: number;
  etag: string | undefined;
  body: string;
  /** Of request and answer together, headers included, as they crossed the socket. */
  bytes: number;
}

export interface HttpSender {
  /** @returns the status, 0 when there was no answer */
  post(path: string, cookie: string, body: unknown): Promise<number>;
  get(path: string, cookie: string, headers?: Record<string, string>): Promise<Answer>;
  close(): void;
}

/** Browsers keep their connections: so does the load. */
export function httpSender(origin: string, connections = MAX_CONNECTIONS): HttpSender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(origin);

  function ask(method: string, path: string, headers: Record<string, string | number>, body?: Buffer): Promise<Answer> {
    return new Promise((resolve) => {
      let before = 0;
      const sent = request({ agent, hostname, port, path, method, headers: { Accept: "application/json", "Sec-Fetch-Site": "same-origin", ...headers } }, (answer) => {
        const parts: Buffer[] = [];
        const { socket } = answer;
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.once("end", () =>
          resolve({ status: answer.statusCode ?? 0, etag: answer.headers.etag, body: Buffer.concat(parts).toString(), bytes: socket.bytesRead + socket.bytesWritten - before }),
        );
      });
      sent.once("socket", (socket) => (before = socket.bytesRead + socket.bytesWritten));
      sent.once("error", () => resolve({ status: 0, etag: undefined, body: "", bytes: 0 }));
      sent.end(body);
    });
  }

  return {
    async post(path, cookie, body) {
      const bytes = Buffer.from(JSON.stringify(body));
      return (await ask("POST", path, { "Content-Type": "application/json", "Content-Length": bytes.length, Cookie: cookie, Origin: origin }, bytes)).status;
    },
    get: (path, cookie, headers = {}) => ask("GET", path, { Cookie: cookie, ...headers }),
    close: () => agent.destroy(),
  };
}
