/**
 * Roost as docs/deployment/scaling-out.md has it, on one machine: two nodes (an app and a relay each), a libSQL primary
 * and its read replica, soketi for Channels. By hand: `npm run scaled-out`.
 */
import { randomBytes } from "node:crypto";
import { openDatabase } from "#db/database.ts";
import { readLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import type { ReplicaRead } from "#db/outbox/replica.ts";
import { ensureBuilt } from "./build.ts";
import { startFront, type Front } from "./next-node.ts";
import { startNode, type RoostNode } from "./node.ts";
import { channelsSettings, cleanEnvironment, runCommand } from "./processes.ts";
import { startSqld, type Sqld } from "./sqld.ts";

export interface ScaledNode extends RoostNode {
  /** Comes to this node while it takes connections, else to the other one. */
  front: Front;
}

export interface ScaledOut {
  nodes: [ScaledNode, ScaledNode];
  primary: Sqld;
  replica: Sqld;
  /** The node whose relay leads now; undefined while none does. */
  leader(): Promise<ScaledNode | undefined>;
  /** What the replica did for the syncs of one node, by its own figures. */
  replicaReads(node: RoostNode): Promise<Partial<Record<ReplicaRead, number>>>;
  stop(): Promise<void>;
}

/** @throws Error where the servers cannot be had: soketi runs on Node 20 only (`soketiUnavailable`) */
export async function startScaledOut(): Promise<ScaledOut> {
  await ensureBuilt();
  const cleanups: (() => Promise<unknown>)[] = [];
  const kept = <T extends { stop(): Promise<unknown> }>(started: T): T => {
    cleanups.push(() => started.stop());
    return started;
  };
  async function stop() {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  }

  try {
    const primary = kept(await startSqld());
    const metricsToken = randomBytes(16).toString("hex");
    const shared = {
      ...cleanEnvironment(),
      LOG_LEVEL: "info",
      SESSION_SECRET: randomBytes(32).toString("hex"),
      METRICS_TOKEN: metricsToken,
      DATABASE_URL: primary.url,
      ...(await channelsSettings("soketi", cleanups)),
    };
    await runCommand("seed", ["--without-pictures"], shared);
    const replica = kept(await startSqld({ replicaOf: primary.replicationUrl }));
    const env = { ...shared, DATABASE_REPLICA_URL: replica.url };
    // One that comes up after the other has failed ends with this process.
    const [one, two] = await Promise.all([startNode(env).then(kept), startNode(env).then(kept)]);
    const nodes: ScaledOut["nodes"] = [
      { ...one, front: kept(await startFront([one.port, two.port])) },
      { ...two, front: kept(await startFront([two.port, one.port])) },
    ];
    const db = await openDatabase(primary.url);
    cleanups.push(() => db.close());
    return {
      nodes,
      primary,
      replica,
      async leader() {
        const holder = (await readLease(db, RELAY_LEASE))?.holder;
        return nodes.find(({ relay }) => relay.pid !== undefined && holder && relay.log.includes(`"holder":"${holder}"`));
      },
      async replicaReads({ url }) {
        const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
        const counted = (await answer.text()).matchAll(/^roost_replica_reads_total\{result="(\w+)"\} (\d+)$/gm);
        return Object.fromEntries(Array.from(counted, ([, result, count]) => [result, Number(count)]));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
