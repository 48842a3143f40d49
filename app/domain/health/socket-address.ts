import type { PublicChannels } from "#app/config/settings.ts";

const PROTOCOL = 7;

/**
 * Where a subscriber connects, as pusher-js does.
 * @param pageHost where a loopback server is reached: under the name of the page itself
 */
export function socketAddress({ key, cluster, host, port, useTLS }: Pick<PublicChannels, "key" | "cluster" | "host" | "port" | "useTLS">, pageHost: string): string {
  const name = host === undefined ? `ws-${cluster}.pusher.com` : (host ?? pageHost);
  return `${useTLS ? "wss" : "ws"}://${name}:${port ?? (useTLS ? 443 : 80)}/app/${encodeURIComponent(key)}?protocol=${PROTOCOL}&client=roost-health&version=1&flash=false`;
}
