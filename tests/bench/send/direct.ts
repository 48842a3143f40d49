/**
 * (a) The usual way: insert, then await the `pusher` package in the request. The same remix-serve, the same gate of
 * session, origin, limit and schema, the same rows, the same channels server; only the delivery differs.
 */
import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { build } from "esbuild";
import { httpSender } from "#tests/bench/clients/http-sender.ts";
import { countStored, makePeople } from "#tests/bench/clients/people.ts";
import { ROOT } from "#tests/support/build.ts";
import { freePort } from "#tests/support/ports.ts";
import { startRoost } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";
import type { MakeContender } from "./contender.ts";
import { subscribe } from "./subscribers.ts";

const BUNDLE = path.join(ROOT, ".cache/bench/direct-app.js");

/**
 * How the two events of a message go out: each by an awaited `trigger`, as issue and tutorials have it; both by one
 * `triggerBatch`; and that over connections which are kept, which the package's documentation does not do.
 */
export type Delivery = "trigger" | "batch" | "batch-keep-alive";

const NAMES: Record<Delivery, string> = {
  trigger: "(a) insert, await each trigger",
  batch: "(a') insert, await one triggerBatch",
  "batch-keep-alive": "(a'') the same, keep-alive",
};

export const direct = (delivery: Delivery): MakeContender => async (delivered) => {
  const house = await startRoost({ relay: false, env: { LOG_LEVEL: "warn" } });
  await house.kill("app");
  const port = String(await freePort());
  const origin = `http://127.0.0.1:${port}`;
  const app = await startDirectApp({ ...house.env, PORT: port, BENCH_DELIVERY: delivery }, origin);
  const pairs = await makePeople(house.databaseUrl, house.env["SESSION_SECRET"]!);
  const subscribers = await subscribe(house.env, pairs.map((pair) => pair.channel), delivered);
  const http = httpSender(origin);
  return {
    name: NAMES[delivery],
    pairs,
    send: async (pair, clientId, body) => (await http.post("/api/messages", pair.senderCookie, { conversationId: pair.conversationId, clientId, body })) === 201,
    pids: () => ({ app: app.pid!, channels: house.pid("channels")! }),
    killChannels: () => house.kill("channels", "SIGKILL"),
    restartChannels: async () => {
      await house.restart("channels");
      await subscribers.allSubscribed();
    },
    catchUp: async () => undefined,
    stored: (prefix) => countStored(house.databaseUrl, prefix),
    stop: async () => {
      subscribers.close();
      http.close();
      app.kill("SIGKILL");
      await house.stop();
    },
  };
};

async function startDirectApp(env: Record<string, string>, origin: string): Promise<ChildProcess> {
  await build({ absWorkingDir: ROOT, entryPoints: ["tests/bench/send/direct-app.ts"], outfile: BUNDLE, bundle: true, packages: "external", platform: "node", target: "node20", format: "esm", logLevel: "warning" });
  const child = spawn(process.execPath, ["node_modules/@remix-run/serve/dist/cli.js", BUNDLE], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "ignore", "inherit"] });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  await until(async () => (await fetch(`${origin}/healthz`)).status === 200, { what: "the direct app to answer" });
  return child;
}
