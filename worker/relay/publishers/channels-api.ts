/**
 * Where the HTTP API of a Channels server is, and the signature of a request, by the `pusher` package: the only module that
 * knows it. Each caller sends its requests itself. What the package sends has a deadline for the headers at most and none for
 * the body, loses the headers of an error answer, and its errors carry the signed URL.
 */
import { isIPv6 } from "node:net";
import Pusher from "pusher";
import type { ChannelsApp } from "#app/config/settings.ts";

export interface ChannelsApi {
  /** A name, or an address without brackets. */
  host: string;
  /** Undefined: that of the scheme. */
  port: number | undefined;
  /** With a scheme, no path. */
  origin: string;
  /** @param path within the app, "/events" @returns what follows the origin; it carries the key and the signature, so it is for no log */
  signed(method: "GET" | "POST", path: string, content?: { params?: Record<string, string>; body?: string }): string;
}

/** Of pusher.com by cluster, or of a compatible server by host. */
export function channelsApi({ appId, key, secret, useTLS, cluster, host = `api-${cluster}.pusher.com`, port }: ChannelsApp): ChannelsApi {
  const client = new Pusher({ appId, key, secret, useTLS, cluster });
  return {
    host,
    port,
    origin: `${useTLS ? "https" : "http"}://${isIPv6(host) ? `[${host}]` : host}${port ? `:${port}` : ""}`,
    signed(method, within, content) {
      const path = `/apps/${appId}${within}`;
      return `${path}?${client.createSignedQueryString({ method, path, ...content })}`;
    },
  };
}
