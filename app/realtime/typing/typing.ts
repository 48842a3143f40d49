/** Typing in one open conversation, both ways. */
import { CLIENT_TYPING_START, CLIENT_TYPING_STOP } from "#app/realtime/client-events.ts";
import type { LiveEngine } from "#app/realtime/engine.ts";
import type { Timers } from "#app/realtime/environment.ts";
import { POST_EVERY_MS, postTyping } from "./post-typing.ts";
import { readTyping } from "./read-typing.ts";
import { TYPING_EVERY_MS, TypingSignal, type TypingState } from "./signal.ts";
import { clientChannelOf, type TypingTarget } from "./target.ts";
import { Writers } from "./writers.ts";

interface TypingOptions extends Timers {
  engine: LiveEngine;
  target: TypingTarget;
  /** The server's way. */
  post?: (typing: { conversationId: string; state: TypingState }) => Promise<void>;
}

export class Typing {
  readonly writers: Writers;
  #signal: TypingSignal;

  constructor(readonly options: TypingOptions) {
    this.writers = new Writers(options);
    this.#signal = new TypingSignal({ ...options, everyMs: this.#clientChannel === null ? POST_EVERY_MS : TYPING_EVERY_MS, send: this.#send });
  }

  /** Listens, with the channels that it needs. @returns ends it; may be started again */
  start = (): (() => void) => {
    const { engine, target } = this.options;
    const stopListening = engine.listen((event) => {
      const news = readTyping(event, target);
      if (news?.state === "start") this.writers.started(news.userId, news.name);
      else if (news) this.writers.stopped(news.userId);
    });
    const release = this.#clientChannel === null ? () => {} : engine.use(this.#clientChannel);
    return () => {
      stopListening();
      this.resting();
      release();
      this.writers.clear();
    };
  };

  /** The text in the composer has changed. @param empty nothing is left of it */
  changed = (empty: boolean): void => {
    if (empty) this.resting();
    else this.#signal.writing();
  };

  /** Sent, or left. */
  resting = (): void => this.#signal.resting();

  /** Where browsers may not tell each other here, null. */
  get #clientChannel(): string | null {
    const { engine, target } = this.options;
    return engine.config.clientEvents === true ? clientChannelOf(target) : null;
  }

  #send = (state: TypingState): boolean => {
    const { engine, target, post = postTyping } = this.options;
    const channel = this.#clientChannel;
    const event = state === "start" ? CLIENT_TYPING_START : CLIENT_TYPING_STOP;
    // In a private chat one's other devices hear it, too, and cannot tell it from the other one's but by this.
    if (channel !== null && engine.trigger(channel, event, target.kind === "direct" ? { userId: target.viewerId } : {})) return true;
    // Without push nobody is told, and nothing is missed. With it, a channel that is refused (a full room) has the server's way.
    if (engine.state !== "connected") return false;
    void post({ conversationId: target.conversationId, state });
    return true;
  };
}
