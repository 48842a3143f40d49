/**
 * The settings of every process, parsed once from the environment (names and defaults: docs/settings.md
 * and .env.example). A leaf: it imports nothing of the project, so that app, worker and tests share it.
 */
import path from "node:path";
import { z } from "zod";

/** A setting that cannot be used. Its message is one line: the name, what came, what is expected. */
export class SettingsError extends Error {
  override name = "SettingsError";
  constructor(readonly setting: string, expected: string) {
    super(`${setting}: ${expected}`);
  }
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "[::1]", "localhost"]);
export const isLoopback = (host: string) => LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);

const port = z.coerce.number("a port number, 0 to 65535").int("a port number, 0 to 65535").min(0, "a port number, 0 to 65535").max(65535, "a port number, 0 to 65535");
const flag = z
  .enum(["1", "0", "true", "false", "on", "off", "yes", "no"], "on or off")
  .transform((value) => ["1", "true", "on", "yes"].includes(value));
const secretList = z
  .string()
  .transform((value) => value.split(",").map((part) => part.trim()).filter(Boolean))
  .refine((list) => list.length > 0 && list.every((part) => part.length >= 32), "at least 32 characters each (several are separated by commas)");
const publisherName = /^[A-Za-z0-9._-]+$/;

const schema = z.object({
  NODE_ENV: z.string().default("production"),
  PORT: port.default(3000),
  HOST: z.string().min(1).default("127.0.0.1"),
  DATA_DIR: z.string().min(1).default("./data"),
  DATABASE_URL: z
    .string()
    .regex(/^(file|libsql|http|https|ws|wss):/, "a URL that begins with file:, libsql:, http:, https:, ws: or wss:")
    .optional(),
  DATABASE_REPLICA_URL: z
    .string()
    .regex(/^(libsql|http|https|ws|wss):/, "a URL that begins with libsql:, http:, https:, ws: or wss:")
    .optional(),
  DATABASE_AUTH_TOKEN: z.string().min(1).optional(),
  SESSION_SECRET: secretList.optional(),
  SIGNUPS: z.enum(["open", "invited"], "open or invited").default("open"),
  PUSHER_APP_ID: z.string().regex(publisherName, "the app id of a Channels app").optional(),
  PUSHER_KEY: z.string().regex(publisherName, "the key of a Channels app").optional(),
  PUSHER_SECRET: z.string().min(1).optional(),
  PUSHER_CLUSTER: z.string().regex(/^[a-z0-9-]+$/, "a cluster such as eu or mt1").optional(),
  PUSHER_HOST: z.string().min(1).optional(),
  PUSHER_PORT: port.optional(),
  PUSHER_USE_TLS: flag.optional(),
  PUBLIC_PUSHER_KEY: z.string().regex(publisherName, "the key of a Channels app").optional(),
  PUBLIC_PUSHER_CLUSTER: z.string().regex(/^[a-z0-9-]+$/, "a cluster such as eu or mt1").optional(),
  PUBLIC_PUSHER_HOST: z.string().min(1).optional(),
  PUBLIC_PUSHER_PORT: port.optional(),
  PUBLIC_PUSHER_USE_TLS: flag.optional(),
  CLIENT_EVENTS: flag.default(true),
  RELAY_MODE: z.enum(["worker", "inline"], "worker or inline").default("worker"),
  CRON_SECRET: z.string().min(16, "at least 16 characters").optional(),
  METRICS_TOKEN: z.string().min(16, "at least 16 characters").optional(),
  TRUST_PROXY: flag.default(false),
  PUBLIC_ORIGIN: z.url("an origin such as https://roost.example").optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], "a pino level").default("info"),
  TURSO_API_TOKEN: z.string().min(1).optional(),
  TURSO_ORGANIZATION: z.string().regex(/^[A-Za-z0-9_-]+$/, "the slug of a Turso organization").optional(),
  TURSO_API_URL: z.url("a URL such as https://api.turso.tech").default("https://api.turso.tech"),
  UPLOADS: z.string().regex(/^(file|s3):/, "a folder (file:…) or a store (s3://bucket?endpoint=…)").optional(),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  AWS_SESSION_TOKEN: z.string().min(1).optional(),
  AWS_REGION: z.string().regex(/^[a-z0-9-]+$/, "a region such as eu-central-1").default("us-east-1"),
  CHANNELS_PORT: port.default(6001),
  CHANNELS_HOST: z.string().min(1).default("127.0.0.1"),
  CHANNELS_WEBHOOK_URL: z.url("a URL").optional(),
  CHANNELS_ALLOW_PUBLIC: flag.default(false),
  ROOST_DEMO: flag.default(false),
});

/** Every setting there is, by name; .env.example and docs/settings.md list the same. */
export const SETTING_NAMES: readonly string[] = Object.keys(schema.shape);

/** Where the server publishes to, and with what. `host` undefined: pusher.com, by `cluster`. */
export interface ChannelsApp {
  appId: string;
  key: string;
  secret: string;
  cluster: string;
  host: string | undefined;
  port: number | undefined;
  useTLS: boolean;
}

/** What a browser needs to connect; `host` null: the page's own host name. Never holds a secret. */
export interface PublicChannels {
  key: string;
  cluster: string;
  host: string | null | undefined;
  port: number | undefined;
  useTLS: boolean;
  /** Whether the Channels app lets clients send each other events (CLIENT_EVENTS). */
  clientEvents: boolean;
}

export type Settings = ReturnType<typeof parseSettings>;

/**
 * Reads and checks all settings.
 * @param env usually `process.env`; empty strings count as unset
 * @throws SettingsError with the first bad setting and what is expected
 */
export function parseSettings(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SettingsError(String(issue?.path[0] ?? "settings"), `expected ${issue?.message ?? "another value"}`);
  }
  const raw = parsed.data;
  const dataDir = path.resolve(raw.DATA_DIR);
  const channels = channelsApp(raw);
  requireTls(raw);
  if (raw.DATABASE_REPLICA_URL && !isServer(raw.DATABASE_URL)) throw new SettingsError("DATABASE_REPLICA_URL", "expected DATABASE_URL to be a libSQL server, too: a file has no replicas");
  return {
    production: raw.NODE_ENV !== "development",
    port: raw.PORT,
    host: raw.HOST,
    dataDir,
    databaseUrl: raw.DATABASE_URL ?? `file:${path.join(dataDir, "roost.db")}`,
    /** A read replica of that server; undefined: there is none. */
    databaseReplicaUrl: raw.DATABASE_REPLICA_URL,
    databaseAuthToken: raw.DATABASE_AUTH_TOKEN,
    sessionSecrets: raw.SESSION_SECRET,
    signups: raw.SIGNUPS,
    channels,
    publicChannels: channels && publicChannels(raw, channels),
    /** Names of what is missing before Channels can be used; empty when it is configured. */
    missingChannels: missingChannels(raw),
    clientEvents: raw.CLIENT_EVENTS,
    relayMode: raw.RELAY_MODE,
    /** The Unix socket on which the relay is nudged after a commit. */
    relaySocket: path.join(dataDir, "relay.sock"),
    cronSecret: raw.CRON_SECRET,
    metricsToken: raw.METRICS_TOKEN,
    /** Where pictures and files lie. */
    uploads: uploadsSetting(raw, dataDir),
    /** Of the database's provider, for the console's database card; undefined: not asked. */
    turso: tursoApi(raw),
    trustProxy: raw.TRUST_PROXY,
    publicOrigin: raw.PUBLIC_ORIGIN && new URL(raw.PUBLIC_ORIGIN).origin,
    logLevel: raw.LOG_LEVEL,
    channelsServer: {
      port: raw.CHANNELS_PORT,
      host: raw.CHANNELS_HOST,
      webhookUrl: raw.CHANNELS_WEBHOOK_URL ?? `http://${isLoopback(raw.HOST) ? raw.HOST : "127.0.0.1"}:${raw.PORT}/api/pusher/webhook`,
      allowPublic: raw.CHANNELS_ALLOW_PUBLIC,
    },
    demo: raw.ROOST_DEMO,
  };
}

type Raw = z.infer<typeof schema>;

const CHANNELS_NAMES = ["PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET", "PUSHER_CLUSTER"] as const;

/**
 * Which of the four are not set. A compatible server has no clusters, so there a cluster is not asked for.
 * @param env as `parseSettings` takes it
 */
export function missingChannels(env: Readonly<Record<string, unknown>>): string[] {
  const needed = env["PUSHER_HOST"] ? CHANNELS_NAMES.slice(0, 3) : CHANNELS_NAMES;
  return needed.filter((name) => env[name] === undefined || env[name] === "");
}

function channelsApp(raw: Raw): ChannelsApp | undefined {
  const missing = missingChannels(raw);
  if (CHANNELS_NAMES.every((name) => raw[name] === undefined)) return undefined;
  if (missing[0]) throw new SettingsError(missing[0], "expected a value, since other PUSHER_ settings are set (all or none)");
  const useTLS = raw.PUSHER_USE_TLS ?? true;
  if (raw.PUSHER_HOST && !useTLS && raw.NODE_ENV !== "development" && !isLoopback(raw.PUSHER_HOST))
    throw new SettingsError("PUSHER_USE_TLS", "expected on: in production only a loopback host may go without TLS");
  return {
    appId: raw.PUSHER_APP_ID!,
    key: raw.PUSHER_KEY!,
    secret: raw.PUSHER_SECRET!,
    cluster: raw.PUSHER_CLUSTER ?? "local",
    host: raw.PUSHER_HOST,
    port: raw.PUSHER_PORT,
    useTLS,
  };
}

/** A store in the network, with its keys, or a folder. */
function uploadsSetting(raw: Raw, dataDir: string) {
  const value = raw.UPLOADS ?? `file:${path.join(dataDir, "uploads")}`;
  if (value.startsWith("file:")) return { kind: "file" as const, folder: path.resolve(value.slice("file:".length).replace(/^\/\/(?=\/)/, "")) };
  if (!URL.canParse(value)) throw new SettingsError("UPLOADS", "expected s3://bucket?endpoint=https://…");
  const { hostname: bucket, searchParams } = new URL(value);
  const endpoint = searchParams.get("endpoint") ?? `https://s3.${searchParams.get("region") ?? raw.AWS_REGION}.amazonaws.com`;
  if (!bucket || !URL.canParse(endpoint)) throw new SettingsError("UPLOADS", "expected s3://bucket?endpoint=https://…");
  const { protocol, hostname } = new URL(endpoint);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback(hostname))) throw new SettingsError("UPLOADS", "expected an endpoint with https: pictures would travel in clear text");
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) if (!raw[name]) throw new SettingsError(name, "expected a value, since UPLOADS names a store");
  return {
    kind: "s3" as const,
    bucket,
    endpoint: endpoint.replace(/\/+$/, ""),
    region: searchParams.get("region") ?? raw.AWS_REGION,
    accessKeyId: raw.AWS_ACCESS_KEY_ID!,
    secretAccessKey: raw.AWS_SECRET_ACCESS_KEY!,
    sessionToken: raw.AWS_SESSION_TOKEN,
  };
}

const isServer = (databaseUrl: string | undefined) => databaseUrl !== undefined && !databaseUrl.startsWith("file:");

/** In production nothing that the settings name may go over a network in clear text. @throws SettingsError */
function requireTls(raw: Raw) {
  if (raw.NODE_ENV === "development") return;
  for (const name of ["DATABASE_URL", "DATABASE_REPLICA_URL"] as const) {
    const url = raw[name];
    if (!url || !isServer(url)) continue;
    if (!URL.canParse(url)) throw new SettingsError(name, "expected a URL such as libsql://name.example");
    const { protocol, hostname, searchParams } = new URL(url);
    const isPlain = protocol === "http:" || protocol === "ws:" || (protocol === "libsql:" && searchParams.get("tls") === "0");
    if (isPlain && !isLoopback(hostname)) throw new SettingsError(name, "expected libsql:, https: or wss: in production, where only a loopback host may go without TLS");
  }
  if (raw.PUBLIC_PUSHER_USE_TLS === false && raw.PUBLIC_PUSHER_HOST && !isLoopback(raw.PUBLIC_PUSHER_HOST))
    throw new SettingsError("PUBLIC_PUSHER_USE_TLS", "expected on: in production only a loopback host may go without TLS");
}

function tursoApi(raw: Raw) {
  if (!raw.TURSO_API_TOKEN || !raw.TURSO_ORGANIZATION) return undefined;
  const { protocol, hostname } = new URL(raw.TURSO_API_URL);
  if (protocol !== "https:" && !isLoopback(hostname)) throw new SettingsError("TURSO_API_URL", "expected https: the token would travel in clear text");
  return { token: raw.TURSO_API_TOKEN, organization: raw.TURSO_ORGANIZATION, url: raw.TURSO_API_URL.replace(/\/$/, "") };
}

function publicChannels(raw: Raw, channels: ChannelsApp): PublicChannels {
  const own = channels.host && isLoopback(channels.host) ? null : channels.host;
  return {
    key: raw.PUBLIC_PUSHER_KEY ?? channels.key,
    cluster: raw.PUBLIC_PUSHER_CLUSTER ?? channels.cluster,
    host: raw.PUBLIC_PUSHER_HOST ?? own,
    port: raw.PUBLIC_PUSHER_PORT ?? channels.port,
    useTLS: raw.PUBLIC_PUSHER_USE_TLS ?? channels.useTLS,
    clientEvents: raw.CLIENT_EVENTS,
  };
}
