/** The process of channels-process.ts; ends with its parent. */
import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { startChannelsServer, type ChannelsServer } from "#worker/channels/server.ts";
import type { ChannelsQuestion, FromChannelsProcess, Holdings, ToChannelsProcess } from "./channels-process.ts";

const tell = (message: FromChannelsProcess) => process.send?.(message);

process.once("disconnect", () => process.exit());
process.once("message", (wish: ToChannelsProcess) => void serve(wish));

async function serve({ app, port, limits, webhookUrl }: ToChannelsProcess): Promise<void> {
  const server = await startChannelsServer({ host: "127.0.0.1", port, app, limits, webhookUrl });
  process.on("message", ({ ask }: ChannelsQuestion) => ask === "holdings" && void holdings(server).then((told) => tell({ holdings: told })));
  tell({ port: server.port });
}

async function holdings(server: ChannelsServer): Promise<Holdings> {
  // Twice, with a turn between: what the first finds has finalizers that let go of more.
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc?.();
    await pause(20);
  }
  const { heapUsed, rss } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  return {
    connections: server.connectionCount,
    channels: server.channelCount,
    timers: resources.filter((name) => name === "Timeout" || name === "Immediate").length,
    sockets: resources.filter((name) => name === "TCPSocketWrap").length,
    heapUsed,
    rss,
    files: readdirSync("/proc/self/fd").length,
  };
}
