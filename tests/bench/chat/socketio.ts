/** Socket.IO as its guide shows it, in one process that stores and emits. */
import { strangers } from "#tests/bench/clients/people.ts";
import { sendBySocket, socketIoClient, startSocketIo } from "#tests/bench/clients/socketio.ts";
import { until } from "#tests/support/wait.ts";
import { clientsOf } from "./client.ts";
import { bothWays, type MakeChat } from "./contender.ts";
import { gather } from "./crowd.ts";

/** The sending of all clients goes over so many connections of its own. */
const SENDERS = 4;

export const socketIo: MakeChat = async (clients, delivered) => {
  const server = await startSocketIo();
  const senders = Array.from({ length: SENDERS }, () => socketIoClient()(server.url));
  try {
    const pairs = strangers(clients / 2);
    const crowd = await gather({ kind: "socket.io", origin: server.url }, clientsOf(pairs), delivered);
    await until(() => senders.every((socket) => socket.connected), { what: "the senders to be connected" });
    let turn = 0;
    return {
      name: "Socket.IO",
      pairs: bothWays(pairs),
      crowd,
      send: (pair, clientId, body) => sendBySocket(senders[turn++ % SENDERS]!, pair, clientId, body),
      pids: () => ({ server: server.pid() }),
      async stop() {
        for (const socket of senders) socket.disconnect();
        await crowd.leave();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
};
