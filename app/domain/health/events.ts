import { ephemeral } from "#db/outbox/event.ts";

/** On the public health channel: nothing but the time by which whoever sent it knows it again. */
export interface HealthPing {
  /** Milliseconds since 1970. */
  ts: number;
}

export const healthPing = ephemeral<HealthPing>()("health-ping");
