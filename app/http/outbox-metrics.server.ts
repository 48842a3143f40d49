/**
 * What the database knows of deliveries, as Prometheus series: the same whichever process is asked. Counters go back
 * when figures are pruned (35 days) or a relay starts anew, which Prometheus takes for a restart.
 */
import type { Queries } from "#db/database.ts";
import { heartbeats, RELAY_SILENT_AFTER_MS } from "#db/outbox/heartbeat.ts";
import { valueOf } from "#db/outbox/histogram.ts";
import { logHead } from "#db/outbox/log.ts";
import { HOUR_MS, rolledUp } from "#db/outbox/rollups.ts";

/** In seconds: the goal is some milliseconds, an outage takes minutes. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

type Labels = Record<string, string>;

/** A family of series in Prometheus' text format. */
function family(name: string, type: "counter" | "gauge" | "histogram", help: string, samples: readonly { suffix?: string; labels?: Labels; value: number }[]): string {
  const lines = samples.map(({ suffix = "", labels = {}, value }) => {
    const named = Object.entries(labels).map(([label, text]) => `${label}="${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`);
    return `${name}${suffix}${named.length > 0 ? `{${named.join(",")}}` : ""} ${value}`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}${lines.length > 0 ? "\n" : ""}`;
}

/** @param now ms since 1970 */
export async function outboxSeries(db: Queries, now: number): Promise<string> {
  const rolled = await rolledUp(db, ["accepted", "retried", "dead"], { span: HOUR_MS, slot: HOUR_MS, from: 0, to: now + HOUR_MS });
  const relays = (await heartbeats(db)).filter(({ seenAt }) => seenAt > now - RELAY_SILENT_AFTER_MS);
  const [online] = await db.all<{ users: number }>("SELECT count(*) AS users FROM user_presence INDEXED BY user_presence_online WHERE online = 1");
  const count = (measure: string) => rolled.filter((each) => each.measure === measure).reduce((sum, each) => sum + each.count, 0);
  const accepted = rolled.filter(({ measure }) => measure === "accepted").map(({ bucket, count }) => ({ seconds: valueOf(bucket) / 1_000, count }));
  const upTo = (limit: number) => accepted.reduce((sum, { seconds, count }) => sum + (seconds <= limit ? count : 0), 0);
  return [
    family("roost_outbox_last_seq", "counter", "The number of the newest event: how many were ever committed", [{ value: (await logHead(db)).seq }]),
    family("roost_outbox_published_total", "counter", "Events that Channels has accepted", [{ value: count("accepted") }]),
    family("roost_outbox_retried_total", "counter", "Sends that failed and were put off", [{ value: count("retried") }]),
    family("roost_outbox_dead_total", "counter", "Events that Channels refused for good", [{ value: count("dead") }]),
    family("roost_outbox_latency_seconds", "histogram", "Time from an event's commit to its acceptance by Channels, in seconds", [
      ...LATENCY_BUCKETS.map((limit) => ({ suffix: "_bucket", labels: { le: String(limit) }, value: upTo(limit) })),
      { suffix: "_bucket", labels: { le: "+Inf" }, value: count("accepted") },
      { suffix: "_sum", value: accepted.reduce((sum, { seconds, count }) => sum + seconds * count, 0) },
      { suffix: "_count", value: count("accepted") },
    ]),
    family("roost_relays", "gauge", "Relay processes that show that they live", [
      { labels: { role: "leading" }, value: relays.filter(({ token }) => token !== null).length },
      { labels: { role: "standby" }, value: relays.filter(({ token }) => token === null).length },
    ]),
    family("roost_relay_in_flight", "gauge", "Events in requests to Channels that are under way", [{ value: relays.reduce((sum, { inFlight }) => sum + inFlight, 0) }]),
    family("roost_users_online", "gauge", "People who are here, in a browser that is connected or asks", [{ value: online!.users }]),
  ].join("");
}
