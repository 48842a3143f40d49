/** Roost's server build with one route exchanged: its own gate, rows without an outbox, and a trigger that is awaited. */
import { Agent } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { ServerBuild } from "@remix-run/node";
import Pusher from "pusher";
import { userChannel } from "#app/domain/channels.ts";
import { messageNotification, newMessage, type MessageData } from "#app/domain/conversations/events.ts";
import { PREVIEW_LENGTH } from "#app/domain/conversations/queries.server.ts";
import { sendJsonSchema } from "#app/domain/conversations/schema.ts";
import { SEND_LIMIT } from "#app/http/limits.server.ts";
import { jsonAction } from "#app/http/mutation.server.ts";
import { services } from "#app/http/services.server.ts";
import { ROOT } from "#tests/support/build.ts";
import type { Delivery } from "./direct.ts";

const DELIVERY = process.env["BENCH_DELIVERY"] as Delivery;
const { settings } = await services();
const { appId, key, secret, cluster, host, port } = settings.channels!;
const pusher = new Pusher({ appId, key, secret, ...(host ? { host, port: String(port) } : { cluster }), useTLS: false, ...(DELIVERY === "batch-keep-alive" ? { agent: new Agent({ keepAlive: true }) } : {}) });

const INSERT_MESSAGE = `
  INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, kind, created_at)
  SELECT ?, c.id, c.last_seq + 1, m.user_id, ?, ?, 'text', ?
  FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = ?
  WHERE c.id = ?
  ON CONFLICT (sender_id, client_id) DO NOTHING
  RETURNING seq, (SELECT channel FROM conversations WHERE id = conversation_id) AS channel,
    (SELECT other.user_id FROM conversation_members AS other WHERE other.conversation_id = messages.conversation_id AND other.user_id <> messages.sender_id) AS receiverId`;
const BUMP_CONVERSATION = "UPDATE conversations SET last_seq = last_seq + 1, last_message_at = ? WHERE id = ?";

const action = jsonAction({
  access: "member",
  schema: sendJsonSchema,
  limit: SEND_LIMIT,
  run: async ({ ctx, viewer, input }) => {
    const message: MessageData = {
      id: ctx.newId(),
      conversationId: input.conversationId,
      seq: 0,
      senderId: viewer.userId,
      senderName: viewer.name,
      senderHue: viewer.hue,
      clientId: input.clientId,
      body: input.body,
      kind: "text",
      images: [],
      createdAt: ctx.now(),
      editedAt: null,
      deletedAt: null, reactions: [], reactionVersion: 0,
    };
    const [rows] = await ctx.db.batch([
      { sql: INSERT_MESSAGE, args: [message.id, input.clientId, input.body, message.createdAt, viewer.userId, input.conversationId] },
      { sql: BUMP_CONVERSATION, args: [message.createdAt, input.conversationId] },
    ]);
    message.seq = Number(rows![0]!["seq"]);
    // To the chat, and to whoever has another page open: what Roost delivers of a message.
    await deliver([
      { channel: String(rows![0]!["channel"]), name: newMessage.name, data: message },
      { channel: userChannel(String(rows![0]!["receiverId"])), name: messageNotification.name, data: { conversationId: input.conversationId, messageId: message.id, senderName: viewer.name, preview: input.body.slice(0, PREVIEW_LENGTH) } },
    ]);
    return { data: { message }, status: 201 };
  },
});

async function deliver(events: Pusher.BatchEvent[]) {
  if (DELIVERY !== "trigger") return void (await pusher.triggerBatch(events));
  for (const { channel, name, data } of events) await pusher.trigger(channel, name, data);
}

/** Everything else is the finished build: a router with one route would be faster than any real app's. */
const roost = (await import(pathToFileURL(path.join(ROOT, "build/server/index.js")).href)) as ServerBuild;
const ROUTE = "routes/api.messages";
export const routes = { ...roost.routes, [ROUTE]: { ...roost.routes[ROUTE]!, module: { action, default: undefined } } };
export const { entry, assets, future, publicPath, assetsBuildDirectory, basename, mode, isSpaMode } = roost;
