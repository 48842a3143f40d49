/** A tab that lives on another tab's connection, and notices when that one no longer serves it. */
import type { Bus, Role, SharedEnvironment, Sink } from "./environment.ts";
import type { FromLeader, Message } from "./messages.ts";

/** How often a follower asks whether its leader is there. Leaders answer without a timer, so that hidden ones answer, too. */
export const ASK_EVERY_MS = 2_000;
/** A leader that doesn't answer within this is frozen, or busy as if it were. */
export const ANSWER_MS = 1_500;
/** A timer later than this was stopped together with its page: the answer may be waiting behind it. */
const LATE_MS = 500;
/** A hidden leader's tries to connect are slowed down by the browser: one that is looked at does it instead. */
export const STARVED_MS = 5_000;

interface FollowerOptions {
  /** This tab's id. */
  own: string;
  env: SharedEnvironment;
  bus: Bus;
  sink: Sink;
  /** The latest leader's term that this tab knows. */
  term: number;
  /** The leader doesn't serve: somebody else should lead. */
  onNeglected: () => void;
}

export class Follower implements Role {
  term: number;
  #asked = 0;
  #cancel = () => {};
  #starvedSince: number | null = null;
  #then: ((served: boolean) => void) | null = null;

  constructor(readonly options: FollowerOptions) {
    this.term = options.term;
    this.#lose();
    this.#ask();
  }

  changed(): void {
    this.#ask();
  }

  trigger(channel: string, event: string, data: object): boolean {
    const { bus, env, own } = this.options;
    bus.post({ kind: "trigger", from: own, leader: this.term, at: env.now(), channel, event, data });
    return true;
  }

  wake(): void {
    this.#ask(true);
  }

  /** Asks once more. @param then is told whether the leader answered within `patience` ms, and serves */
  check(patience: number, then: (served: boolean) => void): void {
    this.#ask(false, patience);
    this.#then = then;
  }

  receive(message: Message): void {
    if (!("term" in message) || message.term < this.term) return;
    if (message.term > this.term) {
      this.term = message.term;
      this.#starvedSince = null;
      this.#lose();
      this.#ask();
    }
    this.#follow(message);
  }

  end(): void {
    this.#cancel();
    this.options.bus.post({ kind: "bye", from: this.options.own });
  }

  #follow(message: FromLeader): void {
    const { own, sink } = this.options;
    if (message.kind === "event") sink.event(message.channel, message.event, message.data, message.sender);
    else if (message.kind === "state") sink.subscription(message.channel, message.state);
    else if (message.kind === "members") sink.members(message.channel, message.members);
    else if (message.kind === "link") sink.link(message.link);
    else if (message.kind === "welcome" && message.to === own && message.ask === this.#asked) {
      sink.link(message.link);
      for (const channel of sink.channels()) sink.subscription(channel, message.channels[channel] ?? "pending");
      for (const [channel, members] of Object.entries(message.members)) sink.members(channel, members);
      this.#onServed(this.#isServed(message));
    }
  }

  #isServed({ hidden, link }: { hidden: boolean; link: string }): boolean {
    const { env } = this.options;
    const starved = hidden && link !== "connected" && !env.hidden();
    this.#starvedSince = starved ? (this.#starvedSince ?? env.now()) : null;
    return this.#starvedSince === null || env.now() - this.#starvedSince < STARVED_MS;
  }

  #onServed(served: boolean): void {
    this.#cancel();
    this.#cancel = this.options.env.after(ASK_EVERY_MS, () => this.#ask());
    const then = this.#then;
    this.#then = null;
    if (then) then(served);
    else if (!served) this.options.onNeglected();
  }

  #ask(wake = false, patience = ANSWER_MS): void {
    const { bus, env, own, sink } = this.options;
    bus.post({ kind: "need", from: own, ask: ++this.#asked, channels: sink.channels(), wake });
    const due = env.now() + patience;
    this.#cancel();
    this.#cancel = env.after(patience, () => {
      if (env.now() - due > LATE_MS) return this.#ask(false, patience);
      this.#lose();
      this.#onServed(false);
    });
  }

  /** Without a leader nothing is pushed: the engine is to poll. */
  #lose(): void {
    const { sink } = this.options;
    sink.link("connecting");
    for (const channel of sink.channels()) sink.subscription(channel, "pending");
  }
}
