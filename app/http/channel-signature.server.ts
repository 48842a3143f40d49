/** Signatures of the Channels protocol: what lets a browser subscribe, and what proves a webhook. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import type { ChannelsApp } from "#app/config/settings.ts";
import { DomainError } from "#app/domain/errors.ts";
import { sameSecret } from "./secret.server.ts";

const MAX_CHANNEL_LENGTH = 164;
const MAX_SOCKET_ID_LENGTH = 64;

const hmac = (app: Pick<ChannelsApp, "secret">, text: string | Uint8Array) => createHmac("sha256", app.secret).update(text).digest("hex");

/** For a private channel, or with `channelData` for a presence channel. */
export function signChannel(app: ChannelsApp, socketId: string, channel: string, channelData?: string) {
  const signed = channelData === undefined ? `${socketId}:${channel}` : `${socketId}:${channel}:${channelData}`;
  return { auth: `${app.key}:${hmac(app, signed)}`, ...(channelData === undefined ? {} : { channel_data: channelData }) };
}

/** For signing a connection's user in. */
export const signUser = (app: ChannelsApp, socketId: string, userData: string) => ({ auth: `${app.key}:${hmac(app, `${socketId}::user::${userData}`)}`, user_data: userData });

/** Whether these bytes were signed by our Channels app; every header is checked before any work. */
export function isOurWebhook(app: ChannelsApp, headers: Headers, body: Uint8Array): boolean {
  const key = headers.get("x-pusher-key");
  const signature = headers.get("x-pusher-signature");
  return key !== null && signature !== null && sameSecret(key, app.key) && sameSecret(signature.toLowerCase(), hmac(app, body));
}

const socketId = z.string().max(MAX_SOCKET_ID_LENGTH).regex(/^\d+\.\d+$/);
const channelRequest = z.object({ socket_id: socketId, channel_name: z.string().min(1).max(MAX_CHANNEL_LENGTH) });
const userRequest = z.object({ socket_id: socketId });

/** What pusher-js posts, form-encoded. A field that comes twice is a list, and no string. @throws DomainError malformed */
export const readChannelRequest = (body: Uint8Array) => readRequest(channelRequest, body);
export const readUserRequest = (body: Uint8Array) => readRequest(userRequest, body);

function readRequest<S extends z.ZodType>(schema: S, body: Uint8Array): z.output<S> {
  const fields = new URLSearchParams(new TextDecoder().decode(body));
  const once = [...new Set(fields.keys())].map((name): [string, unknown] => [name, fields.getAll(name).length === 1 ? fields.get(name) : null]);
  const parsed = schema.safeParse(Object.fromEntries(once));
  if (!parsed.success) throw new DomainError("malformed");
  return parsed.data;
}
