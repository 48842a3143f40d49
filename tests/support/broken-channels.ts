/** Channels in each of the states that a live test must tell apart, by real servers: bar 1 of the console, and the doctor's. */
import type { Cause } from "#app/domain/health/codes.ts";
import type { Stage } from "#app/domain/health/live-test-result.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import { startChannelsFront } from "./channels-front.ts";
import { freePort } from "./ports.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

export const CHANNELS_APP = { id: "health-app", key: "health-key", secret: "health-secret-of-the-test" };

export interface BrokenChannels {
  name: string;
  cause: Cause | null;
  /** Where it fails; null: it does not. */
  stage: Stage | null;
  /** A setting that the answer must name. */
  setting?: string;
  /** It costs a time limit, seconds: kept out of tests that walk all states at once. */
  slow?: true;
  /** @returns the settings under which it is so, and how to stop what was started */
  start(): Promise<{ env: Record<string, string>; stop(): Promise<void>; openSockets?(): number }>;
}

async function server(app = CHANNELS_APP) {
  return startChannelsServer({ host: "127.0.0.1", port: 0, app });
}

export function channelsEnv(port: number, more: Record<string, string> = {}): Record<string, string> {
  return { PUSHER_APP_ID: CHANNELS_APP.id, PUSHER_KEY: CHANNELS_APP.key, PUSHER_SECRET: CHANNELS_APP.secret, PUSHER_HOST: "127.0.0.1", PUSHER_PORT: String(port), PUSHER_USE_TLS: "off", ...more };
}

const whole = (more: Record<string, string>) => async () => {
  const running = await server();
  return { env: channelsEnv(running.port, more), stop: () => running.close() };
};

const behindFront = (break_: (front: Awaited<ReturnType<typeof startChannelsFront>>) => void) => async () => {
  const running = await server();
  const front = await startChannelsFront(running.port);
  break_(front);
  return {
    env: channelsEnv(front.port),
    openSockets: () => front.sockets,
    async stop() {
      await front.stop();
      await running.close();
    },
  };
};

/** The API alone answers so; sockets work. */
const api = (status: number, method?: "POST", headers: Record<string, string> = {}) =>
  behindFront((front) => (front.api = (request) => (method === undefined || request.method === method ? { status, body: "as a service would", headers } : null)));

export const BROKEN_CHANNELS: readonly BrokenChannels[] = [
  { name: "nothing broken", cause: null, stage: null, start: whole({}) },
  { name: "a wrong secret", cause: "credentials", stage: "credentials", setting: "PUSHER_SECRET", start: whole({ PUSHER_SECRET: "another" }) },
  { name: "a wrong key", cause: "credentials", stage: "credentials", setting: "PUSHER_KEY", start: whole({ PUSHER_KEY: "another" }) },
  { name: "a wrong app id", cause: "app-id", stage: "credentials", setting: "PUSHER_APP_ID", start: whole({ PUSHER_APP_ID: "another" }) },
  {
    name: "another cluster on the server",
    cause: "server-cluster",
    stage: "credentials",
    setting: "PUSHER_HOST",
    async start() {
      const [ours, others] = [await server(), await server({ id: "other", key: "other-key", secret: "other-secret" })];
      // Browsers are told the right one: the server alone is wrong.
      return { env: channelsEnv(others.port, { PUBLIC_PUSHER_PORT: String(ours.port) }), stop: async () => void (await Promise.all([ours.close(), others.close()])) };
    },
  },
  {
    name: "an answer that speaks of the cluster",
    cause: "server-cluster",
    stage: "credentials",
    setting: "PUSHER_HOST",
    start: behindFront((front) => (front.api = () => ({ status: 400, body: "App key not in this cluster. Did you forget to specify the cluster?" }))),
  },
  { name: "another public key", cause: "public-cluster", stage: "connect", setting: "PUBLIC_PUSHER_KEY", start: whole({ PUBLIC_PUSHER_KEY: "another" }) },
  {
    name: "another public cluster",
    cause: "public-cluster",
    stage: "connect",
    setting: "PUBLIC_PUSHER_CLUSTER",
    async start() {
      const [ours, others] = [await server(), await server({ id: "other", key: "other-key", secret: "other-secret" })];
      return { env: channelsEnv(ours.port, { PUBLIC_PUSHER_PORT: String(others.port), PUBLIC_PUSHER_CLUSTER: "eu" }), stop: async () => void (await Promise.all([ours.close(), others.close()])) };
    },
  },
  { name: "nobody listening", cause: "server-network", stage: "credentials", setting: "PUSHER_HOST", start: async () => ({ env: channelsEnv(await freePort()), stop: () => Promise.resolve() }) },
  {
    name: "nobody listening where browsers go",
    cause: "public-network",
    stage: "connect",
    setting: "PUBLIC_PUSHER_HOST",
    async start() {
      const running = await server();
      return { env: channelsEnv(running.port, { PUBLIC_PUSHER_PORT: String(await freePort()) }), stop: () => running.close() };
    },
  },
  {
    name: "a black hole",
    cause: "server-silent",
    stage: "credentials",
    setting: "PUSHER_HOST",
    slow: true,
    async start() {
      const running = await server();
      const proxy = await startTcpProxy({ host: "127.0.0.1", port: running.port });
      proxy.set({ stalled: true });
      return {
        env: channelsEnv(proxy.port),
        async stop() {
          await proxy.stop();
          await running.close();
        },
      };
    },
  },
  {
    name: "a black hole where browsers go",
    cause: "public-silent",
    stage: "connect",
    setting: "PUBLIC_PUSHER_HOST",
    slow: true,
    async start() {
      const running = await server();
      const proxy = await startTcpProxy({ host: "127.0.0.1", port: running.port });
      proxy.set({ stalled: true });
      return {
        env: channelsEnv(running.port, { PUBLIC_PUSHER_PORT: String(proxy.port) }),
        async stop() {
          await proxy.stop();
          await running.close();
        },
      };
    },
  },
  { name: "too many requests", cause: "rate-limited", stage: "credentials", start: api(429) },
  { name: "too many triggers", cause: "rate-limited", stage: "trigger", start: api(429, "POST", { "retry-after": "30" }) },
  { name: "an app that is switched off", cause: "forbidden", stage: "credentials", start: api(403) },
  { name: "an app over its quota", cause: "forbidden", stage: "connect", start: behindFront((front) => (front.refuseSocket = () => 4004)) },
  { name: "a trigger said to be too large", cause: "payload-too-large", stage: "trigger", start: api(413, "POST") },
  { name: "a service that is ill", cause: "service-error", stage: "credentials", start: api(503) },
  { name: "an event that is swallowed", cause: "not-received", stage: "receive", setting: "PUBLIC_PUSHER_KEY", slow: true, start: behindFront((front) => (front.swallow = (event) => event === "health-ping")) },
];
