import { freePort } from "#tests/support/ports.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";

export interface HouseBehindProxy {
  roost: Roost;
  /** Between browsers and Channels; the relay goes there directly. */
  channels: TcpProxy;
  /** Between browsers and the app. */
  app: TcpProxy;
  /** The app's origin as browsers see it. */
  url: string;
  stop: () => Promise<void>;
}

/** A house whose browsers reach it over a network that a test can spoil. */
export async function houseBehindProxy(): Promise<HouseBehindProxy> {
  const port = await freePort();
  const channels = await startTcpProxy({ host: "127.0.0.1", port });
  const roost = await startRoost({ env: { CHANNELS_PORT: String(port), PUSHER_PORT: String(port), PUBLIC_PUSHER_PORT: String(channels.port) } }).catch(async (error: unknown) => {
    await channels.stop();
    throw error;
  });
  const app = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(roost.url).port) });
  const stop = async () => {
    await Promise.all([channels.stop(), app.stop()]);
    await roost.stop();
  };
  return { roost, channels, app, url: `http://127.0.0.1:${app.port}`, stop };
}
