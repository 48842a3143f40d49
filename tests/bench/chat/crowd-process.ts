/** A process full of clients; started by crowd.ts, ends with it. */
import { preciseNow } from "#tests/bench/measure/figures.ts";
import type { Arrived, Client, Connect, Way } from "./client.ts";
import type { FromCrowd, ToCrowd } from "./crowd.ts";
import { connectPolling } from "./polling-client.ts";
import { connectPush } from "./push-client.ts";
import { connectSocketIo } from "./socketio-client.ts";

/** Deliveries are told together, so that telling is not what is measured. */
const TELL_EVERY_MS = 200;
/** Of one process: a stampede of sign-ins is not what is measured. */
const CONNECTING_AT_ONCE = 4;

const connect: { [Kind in Way["kind"]]: Connect<Extract<Way, { kind: Kind }>> } = { push: connectPush, "socket.io": connectSocketIo, polling: connectPolling };
const tell = (message: FromCrowd) => process.send?.(message);

let arrivals: [string, number, number][] = [];
const arrived = ({ clientId, createdAt }: Arrived) => arrivals.push([clientId, createdAt, preciseNow()]);

process.once("disconnect", () => process.exit());
process.once("message", (message: ToCrowd) => void open(message));

async function open({ way, clients }: ToCrowd) {
  const waiting = [...clients];
  await Promise.all(
    Array.from({ length: CONNECTING_AT_ONCE }, async () => {
      for (let client = waiting.shift(); client; client = waiting.shift()) await connectOne(way, client);
    }),
  );
  setInterval(() => {
    if (arrivals.length > 0) tell({ kind: "arrivals", arrivals });
    arrivals = [];
  }, TELL_EVERY_MS);
  tell({ kind: "ready" });
}

function connectOne(way: Way, client: Client): Promise<void> {
  switch (way.kind) {
    case "push":
      return connect.push(way, client, arrived);
    case "socket.io":
      return connect["socket.io"](way, client, arrived);
    case "polling":
      return connect.polling(way, client, arrived);
  }
}
