/**
 * When to connect again. pusher-js tries every second, without growth or jitter, sits out 15 s and more after a
 * server refused, and stops for good on 4001 to 4099; so its tries are cut short and timed here.
 */
import type Pusher from "pusher-js";
import type { LinkState } from "#app/realtime/connection.ts";
import type { Timers } from "#app/realtime/environment.ts";
import type { SocketMaker } from "./refusal.ts";
import { watchRefusal } from "./refusal.ts";

/** A try that takes longer is given up; each failure grants the next one more. */
const ATTEMPT_FIRST_MS = 4_000;
const ATTEMPT_STEP_MS = 1_000;
const ATTEMPT_MOST_MS = 6_000;
/** The pause before a try is a random part of this, doubled with each failure. */
const PAUSE_FIRST_MS = 500;
const PAUSE_MOST_MS = 3_000;
/** A wrong key or cluster, or an app over its quota, may be put right meanwhile. */
export const REFUSED_PAUSE_MS = 60_000;
/** All browsers were turned away at the same moment: their next tries drift apart by this share, to and fro. */
const REFUSED_JITTER = 0.25;
/** After a sleep a socket may only seem open: one that doesn't answer within this is given up. */
export const PROOF_MS = 2_000;

interface Options extends Timers {
  /** Where pusher-js makes its sockets. */
  sockets: SocketMaker;
  random: () => number;
  onLink: (state: LinkState) => void;
}

export class Reconnect {
  #failures = 0;
  #cancel: (() => void) | undefined;
  /** What pusher-js reports while we disconnect it is our own doing. */
  #ownDoing = false;
  /** Counts the tries: what is told of an earlier one no longer matters. */
  #tries = 0;
  #cancelProof: (() => void) | undefined;
  state: LinkState = "connecting";

  constructor(
    readonly pusher: Pusher,
    readonly options: Options,
  ) {
    pusher.connection.bind("message", ({ event }: { event: string }) => event === "pusher:pong" && this.#endProof());
    pusher.connection.bind("state_change", ({ current }: { current: string }) => this.#onChange(current));
    // Told as soon as the socket closes; the state itself changes a second later.
    pusher.connection.bind("connecting_in", () => this.#plan(0, () => this.#pause()));
    this.#begin();
  }

  /** Tries at once; a connection that seems to stand must prove it. */
  now(): void {
    if (this.state === "connected") this.#demandProof();
    else this.#anew();
  }

  /** The first try, unless the client's constructor has begun it already. */
  start(): void {
    if (this.pusher.connection.state === "initialized") this.#connect();
  }

  /** @param tried which try it was; 0: the constructor's */
  refused(tried: number): void {
    if (tried === this.#tries && this.state === "connecting") this.#pause();
  }

  close(): void {
    this.#cancel?.();
    this.#endProof();
    this.#tries++;
    this.pusher.connection.unbind();
    this.#disconnect();
  }

  #anew(): void {
    this.#failures = 0;
    this.#set("connecting");
    this.#disconnect();
    this.#connect();
  }

  #demandProof(): void {
    if (this.#cancelProof) return;
    this.pusher.send_event("pusher:ping", {});
    this.#cancelProof = this.options.after(PROOF_MS, () => {
      this.#cancelProof = undefined;
      if (this.state === "connected") this.#anew();
    });
  }

  /** Only the answer is proof: other messages may have lain in the socket since before the device slept. */
  #endProof(): void {
    this.#cancelProof?.();
    this.#cancelProof = undefined;
  }

  #onChange(current: string): void {
    if (this.#ownDoing) return;
    if (current === "connected") {
      this.#cancel?.();
      this.#failures = 0;
      this.#set("connected");
    } else if (current === "disconnected" && this.state === "connected") {
      // Ended by the server (4009: something was taken from this user), not turned away: the next one is another.
      this.#pause();
    } else if (current === "disconnected" || current === "failed") {
      this.#set("stopped");
      this.#plan(REFUSED_PAUSE_MS * (1 + REFUSED_JITTER * (2 * this.options.random() - 1)), () => this.#connect());
    } else if (current === "connecting") {
      this.#begin();
    }
  }

  /** A try is under way, ours or its own. */
  #begin(): void {
    this.#set("connecting");
    this.#plan(Math.min(ATTEMPT_MOST_MS, ATTEMPT_FIRST_MS + ATTEMPT_STEP_MS * this.#failures), () => this.#pause());
  }

  #pause(): void {
    this.#set("connecting");
    this.#disconnect();
    const most = Math.min(PAUSE_MOST_MS, PAUSE_FIRST_MS * 2 ** this.#failures++);
    this.#plan(this.options.random() * most, () => this.#connect());
  }

  #connect(): void {
    const tried = ++this.#tries;
    watchRefusal(this.options.sockets, () => this.pusher.connect(), () => this.refused(tried));
  }

  #disconnect(): void {
    this.#tries++;
    this.#ownDoing = true;
    this.pusher.disconnect();
    this.#ownDoing = false;
  }

  #plan(ms: number, run: () => void): void {
    this.#cancel?.();
    this.#cancel = this.options.after(ms, run);
  }

  #set(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    this.options.onLink(state);
  }
}
