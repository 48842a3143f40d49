/**
 * A WebSocket proxy before a libSQL server that reads what passes. It ends a connection at a request of a test's choice (its
 * client's death, as the server sees it; a lost answer, as the client does), answers one in the server's place, and
 * tells of each request what it was, and how often its sender had waited for an answer before it.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer, type RawData } from "ws";

/**
 * Where to strike, once: cut when so many frames of the client have been passed on; cut with the answer to a request whose SQL
 * has this in it, which the client never hears; or refuse such a request with an error of the server's, unseen by it.
 */
export type Cut = { afterFrames: number } | { answerOf: string } | { refuse: string; code: string };

/** A request that was answered. Stored texts are put in for their numbers. */
export interface HranaRequest {
  /** No other one of this process has this number. */
  connection: number;
  stream: number;
  /** `execute`, `batch`, `close_stream` … */
  type: string;
  /** Statement by statement. */
  sql: string[];
  /** How many rows each answered. */
  rows: number[];
  /** How many answers on its stream had come when it was sent: 0 for whatever is one round trip. */
  answersBefore: number;
  /** performance.now() */
  askedAt: number;
  answeredAt: number;
}

export interface HranaProxy {
  readonly url: string;
  /** The next connection that comes to it is struck there, once; before that everything passes. */
  arm(cut: Cut): void;
  /** Strikes no more. @returns whether it did, and how many frames the client has sent since it was armed */
  disarm(): { cut: boolean; frames: number };
  /** Whether it has struck since it was armed. */
  readonly hasCut: boolean;
  stop(): Promise<void>;
}

interface Statement {
  sql?: string;
  sql_id?: number;
}

/** Frames of Hrana 2, as far as they are looked at (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md). */
interface ClientFrame {
  request_id?: number;
  request?: { type: string; stream_id?: number; sql_id?: number; sql?: string; stmt?: Statement; batch?: { steps: { stmt: Statement }[] } };
}

interface Result {
  rows?: unknown[];
}

interface ServerFrame {
  request_id?: number;
  response?: { result?: Result & { step_results?: (Result | null)[] } };
}

const parsed = <Frame>(bytes: RawData) => JSON.parse((bytes as Buffer).toString()) as Frame;

/** Over all proxies. */
let connections = 0;

export async function startHranaProxy(target: string, { onRequest }: { onRequest?: (request: HranaRequest) => void } = {}): Promise<HranaProxy> {
  let armed: Cut | null = null;
  let frames = 0;
  let cut = false;
  const server = createServer((_request, answer) => answer.writeHead(404).end());
  const protocols = new WeakMap<IncomingMessage, string>();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: (_offered, request) => protocols.get(request) ?? false });
  const links = new Set<WebSocket>();

  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.includes("protobuf"));
    const upstream = new WebSocket(target, offered, { perMessageDeflate: false });
    upstream.once("error", () => socket.destroy());
    socket.once("close", () => upstream.terminate());
    upstream.once("open", () => {
      protocols.set(request, upstream.protocol);
      sockets.handleUpgrade(request, socket, head, (client) => couple(client, upstream));
    });
  });

  function couple(client: WebSocket, upstream: WebSocket): void {
    const connection = ++connections;
    const texts = new Map<number, string>();
    const underWay = new Map<number, HranaRequest>();
    const answers = new Map<number, number>();
    /** Whose answer is not to arrive: requests are sent ahead of the answers to those before them. */
    let fatal: number | null = null;
    const end = () => {
      for (const socket of [client, upstream]) {
        links.delete(socket);
        socket.terminate();
      }
    };
    const strike = () => {
      armed = null;
      cut = true;
    };
    const cutHere = () => {
      strike();
      end();
    };
    for (const socket of [client, upstream]) links.add(socket.on("close", end).on("error", end));

    function read({ request_id: id, request }: ClientFrame): HranaRequest | null {
      if (id === undefined || !request) return null;
      const { type, stream_id: stream = -1 } = request;
      if (type === "store_sql") texts.set(request.sql_id!, request.sql!);
      if (type === "open_stream") answers.set(stream, 0);
      const statements = request.stmt ? [request.stmt] : (request.batch?.steps.map(({ stmt }) => stmt) ?? []);
      const noted: HranaRequest = { connection, stream, type, sql: statements.map(({ sql, sql_id: stored }) => sql ?? texts.get(stored!) ?? ""), rows: [], answersBefore: answers.get(stream) ?? 0, askedAt: performance.now(), answeredAt: Infinity };
      underWay.set(id, noted);
      return noted;
    }

    client.on("message", (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      frames += 1;
      const frame = parsed<ClientFrame>(data);
      const request = read(frame);
      if (!armed) return upstream.send(bytes, { binary: isBinary });
      if ("afterFrames" in armed) {
        if (frames > armed.afterFrames) return cutHere();
        const isLast = frames === armed.afterFrames;
        // Written to the socket first: the server gets this frame, and then the end of the connection.
        return upstream.send(bytes, { binary: isBinary }, () => isLast && armed && setImmediate(cutHere));
      }
      const wanted = "answerOf" in armed ? armed.answerOf : armed.refuse;
      const isWanted = request !== null && request.sql.some((sql) => sql.includes(wanted));
      if (isWanted && "refuse" in armed) {
        client.send(JSON.stringify({ type: "response_error", request_id: frame.request_id, error: { message: "refused by the proxy", code: armed.code } }));
        return strike();
      }
      if (isWanted) fatal = frame.request_id!;
      upstream.send(bytes, { binary: isBinary });
    });
    upstream.on("message", (data: RawData, isBinary: boolean) => {
      const { request_id: id, response } = parsed<ServerFrame>(data);
      if (fatal !== null && id === fatal) {
        // Disarmed meanwhile, it passes; the number will be another request's.
        fatal = null;
        if (armed) return cutHere();
      }
      const request = id === undefined ? undefined : underWay.get(id);
      if (request) {
        underWay.delete(id!);
        answers.set(request.stream, (answers.get(request.stream) ?? 0) + 1);
        const { result } = response ?? {};
        const results = result?.step_results ?? (result ? [result] : []);
        onRequest?.({ ...request, rows: results.map((each) => each?.rows?.length ?? 0), answeredAt: performance.now() });
      }
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
    get hasCut() {
      return cut;
    },
    async stop() {
      for (const link of links) link.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
