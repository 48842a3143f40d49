/** The live test against real servers (G1, G2; bar 1). Broken at every stage in turn it is run by the doctor: tests/worker/doctor.test.ts. */
import { expect, test } from "vitest";
import { parseSettings } from "#app/config/settings.ts";
import { CAUSES, codeOf } from "#app/domain/health/codes.ts";
import { liveTestSchema, readLiveTest, STAGES, type LiveTest } from "#app/domain/health/live-test-result.ts";
import { serverLiveTest } from "#app/domain/health/server-live-test.server.ts";
import { channelsProbe } from "#worker/relay/publishers/probe.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import { CHANNELS_APP, channelsEnv } from "#tests/support/broken-channels.ts";
import { startChannelsFront } from "#tests/support/channels-front.ts";
import { INSTALL_TIMEOUT_MS, soketiUnavailable, startSoketi } from "#tests/support/soketi.ts";
import { until } from "#tests/support/wait.ts";

async function run(env: Record<string, string>): Promise<LiveTest> {
  const settings = parseSettings(env);
  const publisher = settings.channels ? pusherPublisher(settings.channels) : null;
  try {
    const result = await serverLiveTest({ by: "server", settings, probe: settings.channels && publisher ? channelsProbe(settings.channels, publisher) : null });
    // What is kept can be read again.
    expect(readLiveTest(JSON.stringify(result))).toEqual(result);
    return result;
  } finally {
    publisher?.close();
  }
}

test("a missing setting is named, nothing is opened and the rest is not tried", async () => {
  const result = await run({});
  expect(result).toMatchObject({ state: "failed", cause: "config-missing", settings: ["PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET", "PUSHER_CLUSTER"], receivedMs: null });
  expect(result.stages.map(({ outcome }) => outcome)).toEqual(["failed", "waiting", "waiting", "waiting", "waiting", "waiting"]);
});

test.concurrent("pusher.com's cluster is what is named where no host is set", async () => {
  // No such name: the resolver says so, here as anywhere.
  const result = await run({ PUSHER_APP_ID: "1", PUSHER_KEY: "k", PUSHER_SECRET: "s", PUSHER_CLUSTER: "no-such-cluster" });
  expect(["server-network", "server-silent"]).toContain(result.cause);
  expect(result.settings).toEqual(["PUSHER_CLUSTER"]);
});

test.concurrent("a hundred runs leave no subscription and no socket behind", async () => {
  const server = await startChannelsServer({ host: "127.0.0.1", port: 0, app: CHANNELS_APP });
  for (let round = 0; round < 10; round++) {
    const results = await Promise.all(Array.from({ length: 10 }, () => run(channelsEnv(server.port))));
    expect(results.map(({ state }) => state)).toEqual(Array(10).fill("verified"));
  }
  await until(() => server.connectionCount === 0 && server.channelCount === 0, { what: "nobody to be subscribed" });
  await server.close();
});

test.concurrent("a connection that is ended in the middle comes back, and what was lost is sent again", async () => {
  const server = await startChannelsServer({ host: "127.0.0.1", port: 0, app: CHANNELS_APP });
  const front = await startChannelsFront(server.port);
  let pings = 0;
  front.swallow = (event) => {
    if (event !== "health-ping" || ++pings > 1) return false;
    front.endSockets(4200);
    return true;
  };
  let refusals = 2;
  front.refuseSocket = () => (refusals-- > 0 ? 4100 : null);
  const result = await run(channelsEnv(front.port));
  expect([result.state, result.cause, result.reconnects, pings]).toEqual(["verified", null, 3, 2]);
  await front.stop();
  await server.close();
});

test.concurrent("a server that ends every connection is given up", async () => {
  const server = await startChannelsServer({ host: "127.0.0.1", port: 0, app: CHANNELS_APP });
  const front = await startChannelsFront(server.port);
  front.refuseSocket = () => 4200;
  expect(await run(channelsEnv(front.port))).toMatchObject({ state: "failed", cause: "public-network", reconnects: 5 });
  await front.stop();
  await server.close();
});

test.skipIf(soketiUnavailable !== null)("an independent server is told whole and broken, too", { timeout: INSTALL_TIMEOUT_MS }, async () => {
  const soketi = await startSoketi(CHANNELS_APP);
  const causes = async (more: Record<string, string>) => (await run(channelsEnv(soketi.port, more))).cause;
  expect(await causes({})).toBe(null);
  expect(await causes({ PUSHER_SECRET: "another" })).toBe("credentials");
  expect(await causes({ PUSHER_APP_ID: "another" })).toBe("app-id");
  expect(await causes({ PUBLIC_PUSHER_KEY: "another" })).toBe("public-cluster");
  await soketi.stop();
});

test("what is no result of ours is not shown as one, above all not as a good one", () => {
  const stages = STAGES.map((stage) => ({ stage, outcome: "passed", ms: 1 }));
  const good = { at: 1, by: "browser", state: "verified", cause: null, settings: [], receivedMs: 12, stages, reconnects: 0 };
  expect(liveTestSchema.safeParse(good).success).toBe(true);
  for (const bad of [{ ...good, cause: "credentials" }, { ...good, receivedMs: null }, { ...good, state: "failed" }, { ...good, stages: stages.slice(1) }, { ...good, settings: ["my secret"] }, { ...good, at: "now" }, null])
    expect(liveTestSchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  for (const text of [null, "", "{", "[]", "null"]) expect(readLiveTest(text)).toBe(null);
  expect(CAUSES.every((cause) => codeOf(cause).length > 0)).toBe(true);
});
