/** Reads a Channels webhook: signature first, then age, then shape. */
import { z } from "zod";
import type { ChannelsApp } from "#app/config/settings.ts";
import { DomainError } from "#app/domain/errors.ts";
import { isOurWebhook } from "./channel-signature.server.ts";

/** Retries go on for 5 minutes; what is older than this was recorded and sent again. */
const MAX_AGE_MS = 15 * 60_000;

const text = z.string().max(512);
const webhook = z.object({
  time_ms: z.number().int().nonnegative(),
  events: z
    .array(z.object({ name: z.string().max(64), channel: text, user_id: text.optional(), socket_id: text.optional(), event: text.optional(), data: z.string().max(64 * 1024).optional() }))
    .max(1_000),
});
export type Webhook = z.infer<typeof webhook>;

/**
 * @throws DomainError not-signed-in for bytes that our Channels app did not sign or signed too long ago, malformed for another shape
 */
export function readWebhook(app: ChannelsApp, headers: Headers, body: Uint8Array, now: number): Webhook {
  if (!isOurWebhook(app, headers, body)) throw new DomainError("not-signed-in");
  const parsed = webhook.safeParse(jsonOrUndefined(body));
  if (!parsed.success) throw new DomainError("malformed");
  if (Math.abs(now - parsed.data.time_ms) > MAX_AGE_MS) throw new DomainError("not-signed-in");
  return parsed.data;
}

function jsonOrUndefined(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
