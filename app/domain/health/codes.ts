/**
 * What can be wrong, told apart as product.md G2 asks. A cause is what the texts explain (one each, in both
 * languages); several causes may share a code, which is what programs read.
 */

export const HEALTH_CODES = ["CONFIG_MISSING", "UNAUTHORIZED", "CLUSTER_MISMATCH", "FORBIDDEN", "NETWORK", "TIMEOUT", "RATE_LIMITED", "PAYLOAD_TOO_LARGE", "UNKNOWN"] as const;
export type HealthCode = (typeof HEALTH_CODES)[number];

const CODE_OF = {
  "config-missing": "CONFIG_MISSING",
  credentials: "UNAUTHORIZED",
  "app-id": "UNAUTHORIZED",
  "server-cluster": "CLUSTER_MISMATCH",
  "public-cluster": "CLUSTER_MISMATCH",
  forbidden: "FORBIDDEN",
  "server-network": "NETWORK",
  "public-network": "NETWORK",
  "server-silent": "TIMEOUT",
  "public-silent": "TIMEOUT",
  "not-received": "TIMEOUT",
  "rate-limited": "RATE_LIMITED",
  "payload-too-large": "PAYLOAD_TOO_LARGE",
  "service-error": "UNKNOWN",
  "not-subscribed": "UNKNOWN",
  /** These two say nothing about Channels: the test could not be run. */
  "app-unreachable": "UNKNOWN",
  "app-refused": "UNKNOWN",
} as const satisfies Record<string, HealthCode>;

export type Cause = keyof typeof CODE_OF;
export const CAUSES = Object.keys(CODE_OF) as [Cause, ...Cause[]];
export const codeOf = (cause: Cause): HealthCode => CODE_OF[cause];
/** Whether the test could not be run at all: then nothing is known, and nothing is shown as failed or as well. */
export const isUnknown = (cause: Cause): boolean => cause === "app-unreachable" || cause === "app-refused";

export const DATABASE_CODES = ["UNAUTHORIZED", "DB_ERROR"] as const;
export type DatabaseCode = (typeof DATABASE_CODES)[number];

/** How a stage of the live test failed, as whoever carried it out saw it. */
export type FailureReason =
  /** What a Channels server or its network answered to our server. */
  | "network" | "tls" | "timeout" | "server-error" | "unauthorized" | "forbidden" | "not-found" | "wrong-cluster" | "rate-limited" | "unexpected-answer" | "aborted" | "bad-request" | "payload-too-large"
  /** The app id is not there, while the key is. */
  | "unknown-app-id"
  /** The settings are not all there. */
  | "missing"
  /** The subscriber's socket: never opened; opened and silent; lost again and again; ended by Channels' own codes. */
  | "socket-refused" | "socket-silent" | "socket-lost" | "socket-unknown-app" | "socket-forbidden" | "socket-error"
  | "not-subscribed" | "subscription-silent" | "not-received"
  /** Our own app gave no answer, or refused to run the test. */
  | "app-unreachable" | "app-refused";

const CAUSE_OF: Record<FailureReason, Cause> = {
  missing: "config-missing",
  unauthorized: "credentials",
  "unknown-app-id": "app-id",
  "not-found": "server-cluster",
  "wrong-cluster": "server-cluster",
  forbidden: "forbidden",
  "socket-forbidden": "forbidden",
  network: "server-network",
  tls: "server-network",
  timeout: "server-silent",
  aborted: "server-silent",
  "rate-limited": "rate-limited",
  "payload-too-large": "payload-too-large",
  "server-error": "service-error",
  "unexpected-answer": "service-error",
  "bad-request": "service-error",
  "socket-error": "service-error",
  "socket-refused": "public-network",
  "socket-lost": "public-network",
  "socket-silent": "public-silent",
  "subscription-silent": "public-silent",
  "socket-unknown-app": "public-cluster",
  "not-subscribed": "not-subscribed",
  "not-received": "not-received",
  "app-unreachable": "app-unreachable",
  "app-refused": "app-refused",
};

export const FAILURE_REASONS = Object.keys(CAUSE_OF) as [FailureReason, ...FailureReason[]];
export const causeOf = (reason: FailureReason): Cause => CAUSE_OF[reason];

/**
 * The names of the settings to look at, the likeliest first.
 * @param byHost whether a compatible server is named by its host, instead of pusher.com by its cluster
 * @param missing those that are not set
 */
export function settingsToLookAt(cause: Cause, { byHost, missing = [] }: { byHost: boolean; missing?: readonly string[] }): string[] {
  const server = byHost ? ["PUSHER_HOST", "PUSHER_PORT", "PUSHER_USE_TLS"] : ["PUSHER_CLUSTER"];
  const browser = byHost ? ["PUBLIC_PUSHER_HOST", "PUBLIC_PUSHER_PORT", "PUBLIC_PUSHER_USE_TLS"] : ["PUBLIC_PUSHER_CLUSTER"];
  switch (cause) {
    case "config-missing":
      return [...missing];
    case "credentials":
      return ["PUSHER_SECRET", "PUSHER_KEY", "PUSHER_APP_ID"];
    case "app-id":
      return ["PUSHER_APP_ID"];
    case "server-cluster":
      return [...server.slice(0, 2), "PUSHER_APP_ID"];
    case "public-cluster":
      return ["PUBLIC_PUSHER_CLUSTER", "PUBLIC_PUSHER_KEY", ...(byHost ? ["PUBLIC_PUSHER_HOST"] : [])];
    case "server-network":
    case "server-silent":
      return server;
    case "public-network":
    case "public-silent":
      return browser;
    case "not-received":
      return ["PUBLIC_PUSHER_KEY", ...browser.slice(0, 1)];
    case "forbidden":
    case "rate-limited":
    case "payload-too-large":
    case "service-error":
    case "not-subscribed":
    case "app-unreachable":
    case "app-refused":
      return [];
  }
}
