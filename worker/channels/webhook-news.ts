/** Turns what happens in channels into webhook events; those that say "gone" wait, in case somebody is back. */
import type { Clock } from "#worker/relay/clock.ts";
import type { ChannelObserver } from "./channel-registry.ts";
import type { ClientEvent } from "./client-events.ts";

export type WebhookEvent =
  | { name: "channel_occupied" | "channel_vacated"; channel: string }
  | { name: "member_added" | "member_removed"; channel: string; user_id: string }
  | { name: "client_event"; channel: string; event: string; data: string; socket_id: string; user_id?: string };

export class WebhookNews implements ChannelObserver {
  /** What will be said unless it is taken back, oldest first: all wait equally long. */
  readonly #waiting = new Map<string, { event: WebhookEvent; at: number }>();
  #callOff: (() => void) | null = null;

  constructor(
    private readonly leaveDelayMs: number,
    private readonly clock: Clock,
    private readonly deliver: (event: WebhookEvent) => void,
  ) {}

  occupied(channel: string): void {
    // Back in time: the app was never told that the channel was empty, so there is nothing to tell now.
    if (!this.#waiting.delete(channel)) this.deliver({ name: "channel_occupied", channel });
  }

  vacated(channel: string): void {
    this.#wait(channel, { name: "channel_vacated", channel });
  }

  memberAdded(channel: string, userId: string): void {
    if (!this.#waiting.delete(memberKey(channel, userId))) this.deliver({ name: "member_added", channel, user_id: userId });
  }

  memberRemoved(channel: string, userId: string): void {
    this.#wait(memberKey(channel, userId), { name: "member_removed", channel, user_id: userId });
  }

  clientEvent({ channel, event, data, socketId, userId }: ClientEvent): void {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    this.deliver({ name: "client_event", channel, event, data: text, socket_id: socketId, ...(userId === null ? {} : { user_id: userId }) });
  }

  close(): void {
    this.#callOff?.();
    this.#waiting.clear();
  }

  #wait(key: string, event: WebhookEvent): void {
    this.#waiting.set(key, { event, at: this.clock.monotonic() + this.leaveDelayMs });
    this.#callOff ??= this.clock.after(this.leaveDelayMs, this.#tellDue);
  }

  readonly #tellDue = (): void => {
    this.#callOff = null;
    const now = this.clock.monotonic();
    for (const [key, { event, at }] of this.#waiting) {
      if (at > now) {
        this.#callOff = this.clock.after(at - now, this.#tellDue);
        return;
      }
      this.#waiting.delete(key);
      this.deliver(event);
    }
  };
}

/** A space cannot be in a channel's name, so no channel and member share a key. */
const memberKey = (channel: string, userId: string) => `${channel} ${userId}`;
