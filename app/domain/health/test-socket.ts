/**
 * The subscriber of a live test: one WebSocket that speaks just enough of Pusher's protocol, in a browser and under
 * Node alike. Not pusher-js: a test must see close codes and refusals themselves, and leave nothing behind.
 */

/** What a browser's WebSocket and that of the `ws` package have in common. */
export interface WebSocketLike {
  send(text: string): void;
  close(): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number }) => void): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
}

/** The socket is over, or never was. */
export class SocketEndedError extends Error {
  override name = "SocketEndedError";
  /** @param code Channels' own (4000 to 4299) or WebSocket's close code */
  constructor(
    readonly opened: boolean,
    readonly code: number,
  ) {
    super(opened ? `closed with ${code}` : "not opened");
  }
}

export class NotSubscribedError extends Error {
  override name = "NotSubscribedError";
}

interface Waiter {
  resolve: () => void;
  reject: (reason: Error) => void;
}

export class TestSocket {
  #socket: WebSocketLike | null = null;
  #opened = false;
  /** Told in a message before the close, which some servers then send without a code. */
  #errorCode: number | null = null;
  #ended: SocketEndedError | null = null;
  #connected: Waiter | null = null;
  #subscribed = new Map<string, Waiter>();
  #onEnd: (ended: SocketEndedError) => void = () => undefined;
  onEvent: (channel: string, event: string, data: unknown) => void = () => undefined;

  /** @param make throws where the browser itself refuses the address */
  constructor(private readonly make: () => WebSocketLike) {}

  /** Resolves once Channels has greeted. @throws SocketEndedError */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#connected = { resolve, reject };
      let socket: WebSocketLike;
      try {
        socket = this.make();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return this.#end(0);
      }
      this.#socket = socket;
      socket.addEventListener("open", () => (this.#opened = true));
      socket.addEventListener("message", ({ data }) => this.#receive(String(data)));
      // A close follows every error, and says more.
      socket.addEventListener("error", () => undefined);
      socket.addEventListener("close", ({ code }) => this.#end(code));
    });
  }

  /** Resolves once Channels has confirmed. @throws NotSubscribedError, SocketEndedError */
  subscribe(channel: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#subscribed.set(channel, { resolve, reject });
      this.#send("pusher:subscribe", { channel });
    });
  }

  /** Calls back once when the socket ends other than by `close`; at once if it has. */
  whenEnded(listener: (ended: SocketEndedError) => void): void {
    this.#onEnd = listener;
    if (this.#ended) listener(this.#ended);
  }

  /** Leaves nothing subscribed and nothing open. */
  close(): void {
    this.#onEnd = () => undefined;
    this.onEvent = () => undefined;
    this.#socket?.close();
  }

  #receive(text: string): void {
    const message = parse(text);
    if (!message) return;
    const { event, channel = "", data } = message;
    if (event === "pusher:connection_established") this.#connected?.resolve();
    else if (event === "pusher:ping") this.#send("pusher:pong", {});
    else if (event === "pusher_internal:subscription_succeeded") this.#subscribed.get(channel)?.resolve();
    else if (event === "pusher:subscription_error") this.#subscribed.get(channel)?.reject(new NotSubscribedError(channel));
    else if (event === "pusher:error") this.#errorCode = codeIn(data);
    else this.onEvent(channel, event, data);
  }

  #end(code: number): void {
    this.#ended ??= new SocketEndedError(this.#opened, code >= 4000 ? code : (this.#errorCode ?? code));
    this.#connected?.reject(this.#ended);
    for (const waiter of this.#subscribed.values()) waiter.reject(this.#ended);
    this.#onEnd(this.#ended);
    this.#onEnd = () => undefined;
  }

  #send(event: string, data: object): void {
    this.#socket?.send(JSON.stringify({ event, data }));
  }
}

interface Message {
  event: string;
  channel?: string;
  data: unknown;
}

/** `data` comes as JSON text, or as it is; what is no message is passed over. */
function parse(text: string): Message | null {
  const message = json(text);
  if (!isRecord(message) || typeof message["event"] !== "string") return null;
  const { event, channel, data } = message;
  return { event, ...(typeof channel === "string" ? { channel } : {}), data: typeof data === "string" ? json(data) : data };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const codeIn = (data: unknown): number | null => (isRecord(data) && typeof data["code"] === "number" ? data["code"] : null);
