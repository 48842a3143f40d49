/** Ephemeral events: published at once, past the outbox, and gone where nobody takes them. */
import type { EventType } from "#db/outbox/event.ts";
import { assertChannel } from "#db/outbox/refusal.ts";
import type { RelayLog } from "#worker/relay/log.ts";
import type { Publisher } from "./publisher.ts";

/** What is later than this is no longer true: typing has stopped by then. */
export const ANNOUNCE_LIMIT_MS = 2_000;

export interface Announcement<P> {
  type: EventType<P>;
  channel: string;
  payload: P;
}

/**
 * @param publisher null: Channels is not configured, nobody is told
 * @returns tells whether the service took it; that it did not is no error
 * @throws TypeError for a durable event: those go through the outbox; OutboxRefusedError for a channel that Channels would refuse
 */
export const announcer =
  (publisher: Publisher | null, log: RelayLog) =>
  async <P>({ type, channel, payload }: Announcement<P>): Promise<boolean> => {
    if (type.delivery !== "ephemeral") throw new TypeError(`${type.name} is durable: it goes through the outbox`);
    assertChannel(channel);
    if (!publisher) return false;
    const outcome = await publisher.publish([{ name: type.name, channels: [channel], data: JSON.stringify(payload) }], AbortSignal.timeout(ANNOUNCE_LIMIT_MS));
    if (outcome.kind !== "accepted") log.debug({ event: type.name, reason: outcome.reason }, "ephemeral event not taken");
    return outcome.kind === "accepted";
  };
