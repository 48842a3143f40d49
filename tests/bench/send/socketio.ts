/** (c) Socket.IO: one process that stores and emits. */
import { countStored, strangers } from "#tests/bench/clients/people.ts";
import { preciseNow } from "#tests/bench/measure/figures.ts";
import { sendBySocket, socketIoClient, startSocketIo } from "#tests/bench/clients/socketio.ts";
import { until } from "#tests/support/wait.ts";
import type { MakeContender } from "./contender.ts";

const CONNECTIONS = 4;
const PAIRS = 100;

export const socketIo: MakeContender = async (delivered) => {
  const server = await startSocketIo();
  const io = socketIoClient();
  const pairs = strangers(PAIRS);
  const connect = () => io(server.url);
  const senders = Array.from({ length: CONNECTIONS }, connect);
  let joined = 0;
  const receivers = Array.from({ length: CONNECTIONS }, (_, n) => {
    const socket = connect();
    socket.on("new-message", (message) => delivered(message.clientId, message.createdAt, preciseNow()));
    const rooms = pairs.filter((_pair, index) => index % CONNECTIONS === n).map((pair) => pair.conversationId);
    socket.on("connect", () => void socket.emitWithAck("join", rooms).then(() => joined++));
    return socket;
  });
  const allJoined = async () => void (await until(() => joined >= CONNECTIONS && senders.every((socket) => socket.connected), { timeout: 60_000, what: "all rooms to be joined" }));
  await allJoined();
  let turn = 0;
  return {
    name: "(c) Socket.IO insert, emit",
    pairs,
    send: (pair, clientId, body) => sendBySocket(senders[turn++ % CONNECTIONS]!, pair, clientId, body),
    pids: () => ({ server: server.pid() }),
    killChannels: async () => {
      joined = 0;
      await server.kill();
    },
    restartChannels: async () => {
      await server.start();
      await allJoined();
    },
    catchUp: async () => undefined,
    stored: (prefix) => countStored(`file:${server.databaseFile}`, prefix),
    stop: async () => {
      for (const socket of [...senders, ...receivers]) socket.disconnect();
      await server.stop();
    },
  };
};
