/** One more machine of a house: an app and a relay of their own, on the database and the Channels service that all share. */
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { dataFolder } from "./data-folder.ts";
import { freePort } from "./ports.ts";
import { RoostProcess } from "./roost-process.ts";

export interface RoostNode {
  /** The origin of its app. */
  url: string;
  port: number;
  app: RoostProcess;
  relay: RoostProcess;
  stop(): Promise<void>;
}

/** @param shared the settings that all machines have; folder and port are made here */
export async function startNode(shared: Record<string, string>): Promise<RoostNode> {
  const folder = await mkdtemp(path.join(dataFolder(), "roost-node-"));
  const port = await freePort();
  const env = { ...shared, DATA_DIR: folder, HOST: "127.0.0.1", PORT: String(port) };
  const [app, relay] = [new RoostProcess("app", env), new RoostProcess("relay", env)];

  async function stop() {
    await app.kill();
    await relay.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  try {
    await Promise.all([app.start(), relay.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, port, app, relay, stop };
}
