/** Servers of our own for one test, gone when it is over. */
import { onTestFinished } from "vitest";
import type { ChannelsServer, ChannelsServerOptions } from "#worker/channels/server.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import type { Target } from "#tests/conformance/target.ts";

export const app = { id: "app", key: "app-key", secret: "app-secret" };

export async function startServer(options: Partial<ChannelsServerOptions> = {}): Promise<{ server: ChannelsServer; target: Target }> {
  const server = await startChannelsServer({ host: "127.0.0.1", port: 0, app, ...options });
  onTestFinished(() => server.close());
  return { server, target: { host: server.host, port: server.port, app, stop: () => server.close() } };
}
