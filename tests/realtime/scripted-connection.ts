import type { ChannelHandlers, Connection, LinkState } from "#app/realtime/connection.ts";

/** A connection whose every move a test makes. */
export class ScriptedConnection implements Connection {
  state: LinkState = "connecting";
  /** One set of handlers a channel: a second subscription is a mistake of the caller's. */
  handlers = new Map<string, ChannelHandlers>();
  refused = new Set<string>();
  subscriptions = 0;
  wakes = 0;
  closed = false;
  /** Client events that were sent. */
  triggered: { channel: string; event: string; data: object }[] = [];
  /** Confirms subscriptions at once; otherwise `confirm` does. */
  confirming = true;
  #listeners = new Set<(state: LinkState) => void>();

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  subscribe(channel: string, handlers: ChannelHandlers): () => void {
    if (this.handlers.has(channel)) throw new Error(`${channel} is subscribed already`);
    this.handlers.set(channel, handlers);
    this.subscriptions++;
    if (this.state === "connected" && this.confirming) this.confirm(channel);
    return () => {
      if (this.handlers.get(channel) === handlers) this.handlers.delete(channel);
    };
  }

  trigger(channel: string, event: string, data: object): boolean {
    if (this.state !== "connected" || !this.handlers.has(channel) || this.refused.has(channel)) return false;
    this.triggered.push({ channel, event, data });
    return true;
  }

  wake(): void {
    this.wakes++;
  }

  close(): void {
    this.closed = true;
    this.#listeners.clear();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  become(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    for (const handlers of this.handlers.values()) if (state !== "connected") handlers.onState("pending");
    for (const listener of [...this.#listeners]) listener(state);
    if (state === "connected" && this.confirming) for (const channel of [...this.handlers.keys()]) this.confirm(channel);
  }

  confirm(channel: string): void {
    this.handlers.get(channel)?.onState(this.refused.has(channel) ? "failed" : "subscribed");
  }

  /** @returns whether anybody was subscribed */
  push(channel: string, event: string, data: unknown, sender?: string): boolean {
    if (this.state !== "connected" || this.refused.has(channel)) return false;
    this.handlers.get(channel)?.onEvent(event, data, sender);
    return this.handlers.has(channel);
  }
}
