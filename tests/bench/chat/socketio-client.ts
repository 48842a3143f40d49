import { socketIoClient } from "#tests/bench/clients/socketio.ts";
import type { Connect, Way } from "./client.ts";

/** A Socket.IO client in the room of its chat. */
export const connectSocketIo: Connect<Extract<Way, { kind: "socket.io" }>> = async ({ origin }, { userId, conversationId }, arrived) => {
  const socket = socketIoClient()(origin);
  socket.on("new-message", (message) => {
    if (message.senderId !== userId) arrived(message);
  });
  await socket.emitWithAck("join", [conversationId]);
};
