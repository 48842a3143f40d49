import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parseSettings, SETTING_NAMES, SettingsError } from "#app/config/settings.ts";
import { ROOT } from "#tests/support/build.ts";

const example = readFileSync(path.join(ROOT, ".env.example"), "utf8");
const documented = readFileSync(path.join(ROOT, "docs/settings.md"), "utf8");

test(".env.example names every setting, and no other", () => {
  const names = [...example.matchAll(/^# ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
  expect(names.toSorted()).toEqual([...SETTING_NAMES].sort());
});

test("docs/settings.md explains every setting", () => {
  const missing = SETTING_NAMES.filter((name) => !documented.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});

test("what .env.example shows as defaults is what holds without it", () => {
  const shown = Object.fromEntries([...example.matchAll(/^# ?([A-Z][A-Z0-9_]+)=(.+)$/gm)].map((match) => [match[1]!, match[2]!]));
  const defaults = ["PORT", "HOST", "DATA_DIR", "DATABASE_URL", "SIGNUPS", "LOG_LEVEL", "CLIENT_EVENTS", "RELAY_MODE", "TRUST_PROXY", "ROOST_DEMO", "UPLOADS", "AWS_REGION", "CHANNELS_PORT", "CHANNELS_HOST", "CHANNELS_ALLOW_PUBLIC", "CHANNELS_WEBHOOK_URL"];
  const fromExample = parseSettings(Object.fromEntries(defaults.map((name) => [name, shown[name]])));
  const bare = parseSettings({});
  expect({ ...fromExample, databaseUrl: path.resolve(fromExample.databaseUrl.slice(5)) }).toEqual({ ...bare, databaseUrl: bare.databaseUrl.slice(5) });
});

test.each([
  [{ PORT: "99999" }, "PORT"],
  [{ PORT: "http" }, "PORT"],
  [{ RELAY_MODE: "sometimes" }, "RELAY_MODE"],
  [{ SESSION_SECRET: "short" }, "SESSION_SECRET"],
  [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL"],
  [{ PUSHER_KEY: "k" }, "PUSHER_APP_ID"],
  [{ PUSHER_APP_ID: "1", PUSHER_KEY: "k", PUSHER_SECRET: "s", PUSHER_HOST: "push.example", PUSHER_USE_TLS: "off", NODE_ENV: "production" }, "PUSHER_USE_TLS"],
  [{ PUSHER_APP_ID: "1", PUSHER_KEY: "k", PUSHER_SECRET: "s", PUSHER_HOST: "push.example", PUSHER_USE_TLS: "off", NODE_ENV: "staging" }, "PUSHER_USE_TLS"],
  [{ PUSHER_APP_ID: "1", PUSHER_KEY: "k", PUSHER_SECRET: "s", PUSHER_HOST: "push.example", PUSHER_USE_TLS: "off" }, "PUSHER_USE_TLS"],
  [{ CRON_SECRET: "x" }, "CRON_SECRET"],
  [{ UPLOADS: "ftp://store" }, "UPLOADS"],
  [{ UPLOADS: "s3://roost?endpoint=http://store.example", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, "UPLOADS"],
  [{ UPLOADS: "s3://roost?endpoint=https://store.example", AWS_ACCESS_KEY_ID: "a" }, "AWS_SECRET_ACCESS_KEY"],
  [{ DATABASE_URL: "http://db.example:8080" }, "DATABASE_URL"],
  [{ DATABASE_URL: "ws://user:hunter2@10.0.0.4:8080" }, "DATABASE_URL"],
  [{ DATABASE_URL: "libsql://db.example?tls=0" }, "DATABASE_URL"],
  [{ DATABASE_URL: "http://127.0.0.1.evil.example" }, "DATABASE_URL"],
  [{ DATABASE_URL: "ws://" }, "DATABASE_URL"],
  [{ DATABASE_REPLICA_URL: "wss://replica.example" }, "DATABASE_REPLICA_URL"],
  [{ DATABASE_REPLICA_URL: "wss://replica.example", DATABASE_URL: "file:./data/roost.db" }, "DATABASE_REPLICA_URL"],
  [{ DATABASE_REPLICA_URL: "file:./replica.db", DATABASE_URL: "wss://db.example" }, "DATABASE_REPLICA_URL"],
  [{ DATABASE_REPLICA_URL: "ws://10.0.0.5:8080", DATABASE_URL: "wss://db.example" }, "DATABASE_REPLICA_URL"],
  [{ DATABASE_REPLICA_URL: "libsql://replica.example?tls=0", DATABASE_URL: "wss://db.example" }, "DATABASE_REPLICA_URL"],
  [{ PUBLIC_PUSHER_HOST: "push.example", PUBLIC_PUSHER_USE_TLS: "off" }, "PUBLIC_PUSHER_USE_TLS"],
] as const)("%j is refused by name, in one line", (env, name) => {
  const refused = () => parseSettings(env);
  expect(refused).toThrow(SettingsError);
  expect(refused).toThrow(new RegExp(`^${name}: expected [^\\n]+$`));
});

test.each([
  { DATABASE_URL: "libsql://name.turso.example" },
  { DATABASE_URL: "wss://db.example" },
  { DATABASE_URL: "https://db.example" },
  { DATABASE_URL: "ws://127.0.0.1:8080" },
  { DATABASE_URL: "http://[::1]:8080" },
  { DATABASE_URL: "http://localhost:8080" },
  { DATABASE_URL: "libsql://localhost:8080?tls=0" },
  { DATABASE_URL: "wss://db.example", DATABASE_REPLICA_URL: "libsql://replica.example" },
  { DATABASE_URL: "wss://db.example", DATABASE_REPLICA_URL: "ws://127.0.0.1:8081" },
  { DATABASE_URL: "http://db.example", NODE_ENV: "development" },
  { PUBLIC_PUSHER_HOST: "localhost", PUBLIC_PUSHER_USE_TLS: "off" },
])("%j goes over TLS, stays on this machine, or is no production", (env) => {
  expect(() => parseSettings(env)).not.toThrow();
});

test("a refusal never repeats a secret", () => {
  expect(() => parseSettings({ SESSION_SECRET: "hunter2" })).toThrow(/^(?!.*hunter2).*$/);
});

test("browsers are told whether they may send each other events", () => {
  const channels = { PUSHER_APP_ID: "1", PUSHER_KEY: "k", PUSHER_SECRET: "s", PUSHER_CLUSTER: "eu" };
  expect(parseSettings(channels).publicChannels?.clientEvents).toBe(true);
  expect(parseSettings({ ...channels, CLIENT_EVENTS: "off" }).publicChannels?.clientEvents).toBe(false);
});
