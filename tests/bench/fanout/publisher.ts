/** The load: signed requests over kept connections, several under way, never far ahead of the slowest subscriber. */
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { bodyMd5, requestSignature } from "#worker/channels/credentials.ts";
import { APP } from "./contenders.ts";
import type { Crowd } from "./crowd.ts";

export const CHANNEL = "fanout";
/** As long as a short chat message with its envelope. */
const DATA = JSON.stringify({ id: "0".repeat(26), body: "x".repeat(86) });
const UNDER_WAY = 4;
/**
 * Events that may be on their way to the slowest subscriber: enough that no server waits for work, too few for any
 * server's limit of what a slow reader may keep waiting.
 */
const AHEAD = 400;

/** Publishes for so long, and waits for the last delivery. @returns deliveries a second, over all subscribers */
export async function publish(port: number, crowd: Crowd, subscribers: number, batch: number, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: UNDER_WAY });
  const before = crowd.received();
  const started = performance.now();
  const end = started + seconds * 1_000;
  let sent = before;
  try {
    await Promise.all(
      Array.from({ length: UNDER_WAY }, async () => {
        while (performance.now() < end) {
          while (sent - crowd.received() > AHEAD) await pause(1);
          sent += batch;
          await post(agent, port, batch);
        }
      }),
    );
    await crowd.reached(sent);
    return ((sent - before) * subscribers * 1_000) / (performance.now() - started);
  } finally {
    agent.destroy();
  }
}

function post(agent: Agent, port: number, batch: number): Promise<void> {
  const event = { name: "news", channel: CHANNEL, data: DATA };
  const body = Buffer.from(JSON.stringify(batch === 1 ? event : { batch: Array.from({ length: batch }, () => event) }));
  const path = `/apps/${APP.id}/${batch === 1 ? "events" : "batch_events"}`;
  const query: [string, string][] = [["auth_key", APP.key], ["auth_timestamp", String(Math.floor(Date.now() / 1_000))], ["auth_version", "1.0"], ["body_md5", bodyMd5(body)]];
  const signed = `${path}?${query.map(([name, value]) => `${name}=${value}`).join("&")}&auth_signature=${requestSignature(APP.secret, "POST", path, query)}`;
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: "127.0.0.1", port, path: signed, method: "POST", headers: { "content-type": "application/json", "content-length": body.length } }, (answer) => {
      answer.resume();
      answer.once("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`an event was answered ${answer.statusCode}`))));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}
