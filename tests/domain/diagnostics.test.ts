/** The diagnostics file: what it holds, what it cannot hold, and that a secret in it is found however it is written. Covers G6. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSettings } from "#app/config/settings.ts";
import type { Surroundings } from "#app/domain/diagnostics/collect.server.ts";
import { exportDiagnostics } from "#app/domain/diagnostics/export.server.ts";
import { findLeaks } from "#app/domain/diagnostics/leaks.ts";
import { diagnosticsSchema } from "#app/domain/diagnostics/schema.ts";
import { secretsIn } from "#app/domain/diagnostics/secrets.ts";
import { disableUser } from "#app/domain/accounts/commands.server.ts";
import { recordOperation } from "#app/domain/maintenance/operations.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, person } from "./people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

let canaries = 0;
/** With what encodings change: blanks, signs, a letter beyond ASCII. */
const canary = () => `cAnary ${++canaries}+/?&=%é${randomBytes(6).toString("hex")}`;
const plain = () => `canary${++canaries}${randomBytes(16).toString("hex")}`;

const env: Record<string, string> = {
  SESSION_SECRET: `${plain()},${plain()}`,
  DATABASE_URL: `libsql://someone:${encodeURIComponent(canary())}@db.example:8080?${new URLSearchParams({ authToken: canary(), region: "eu" })}`,
  DATABASE_AUTH_TOKEN: canary(),
  PUSHER_APP_ID: "1234567",
  PUSHER_KEY: "the-public-key",
  PUSHER_SECRET: canary(),
  PUSHER_CLUSTER: "eu",
  CRON_SECRET: canary(),
  METRICS_TOKEN: canary(),
  TURSO_API_TOKEN: canary(),
  TURSO_ORGANIZATION: "nest",
  CHANNELS_WEBHOOK_URL: `https://hooks.example/roost?${new URLSearchParams({ "api-key": canary() })}`,
  AWS_SECRET_ACCESS_KEY: canary(),
  // Not ours; nested; under names of somebody's own choice.
  HTTPS_PROXY: `http://${plain()}@proxy.example:3128`,
  SENTRY_DSN: `https://${plain()}@sentry.example/1`,
  SMTP_PASSWORD: canary(),
  COMPANY_CONFIG: JSON.stringify({ mail: { servers: [{ host: "mail.example", credentials: { user: plain(), pass: canary() } }] }, backup: `s3://key:${plain()}@bucket` }),
};
const CANARIES = secretsIn(env).filter(({ value }) => /canary/i.test(value));

let test: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let admin: Viewer;
const around = (more: Partial<Surroundings["versions"]> & Record<string, string> = {}, vars = env): Surroundings => ({
  settings: parseSettings(vars),
  env: vars,
  versions: { app: "0.1.0", remix: "2.17.5", node: "22.1.0", platform: "linux", architecture: "x64", ...more },
});
const refusal = (work: Promise<unknown>) => work.then(() => null, (error: unknown) => error as { code: string; details: { values: Record<string, string> } });

beforeAll(async () => {
  test = await testDatabase();
  ctx = contextOver(test.db);
  admin = await person(ctx, "Robin", "admin");
  const member = await person(ctx, "Secretive");
  await disableUser(ctx, admin, member);
  await ctx.db.transact((tx) => recordOperation(tx, { kind: "revalidate-tags", actor: admin, items: [env["CRON_SECRET"]!, "products"], failures: [{ item: env["CRON_SECRET"]!, code: "unavailable" }] }, ctx));
  await ctx.db.batch([
    { sql: "INSERT INTO outbox_events (id, channel, offset, event, payload, state, available_at, created_at, first_error, last_error) VALUES ('e1', 'private-admin', 1, 'x', ?, 'dead', 0, 0, ?, ?)", args: [JSON.stringify({ body: "what a member wrote" }), env["PUSHER_SECRET"]!, `POST https://api.example?auth=${env["PUSHER_SECRET"]!}`] },
    { sql: "INSERT INTO relay_heartbeats (id, version, started_at, seen_at, outage) VALUES ('host-7.example:42', '0.1.0', 1, 2, ?)", args: [`network: connect to ${env["PUSHER_SECRET"]!}`] },
    { sql: "INSERT INTO health_results (name, at, healthy, result, healthy_at, healthy_ms) VALUES ('database', 5, 0, ?, 4, 12)", args: [JSON.stringify({ code: "UNAUTHORIZED", text: env["DATABASE_AUTH_TOKEN"] })] },
  ]);
});
afterAll(() => test.close());

describe("the file", () => {
  it("holds versions, switches, which settings have a value, health, the outbox and the last operations", async () => {
    const file: unknown = JSON.parse(await exportDiagnostics(ctx, admin, around()));
    expect(file).toMatchObject({
      format: "roost-diagnostics",
      versions: { app: "0.1.0", remix: "2.17.5", node: "22.1.0", schema: { newest: expect.stringMatching(/^\d{4}_/), pending: 0 } },
      features: { channels: "pusher.com", channelsTls: true, publicChannelsDiffer: false, signups: "open", relayMode: "worker", providerApi: true, drainRoute: true },
      configuration: { SESSION_SECRET: true, DATABASE_AUTH_TOKEN: true, PUBLIC_PUSHER_KEY: false },
      health: [{ name: "database", healthy: false, lastHealthyMs: 12, code: "UNAUTHORIZED", stages: [] }],
      outbox: { pending: 1, dead: 1, relays: [{ version: "0.1.0", leads: false, outage: "network" }] },
    });
    const { operations } = file as { operations: { kind: string }[] };
    expect(operations.find(({ kind }) => kind === "revalidate-tags")).toEqual({ kind: "revalidate-tags", state: "partial", items: 2, failures: 1, failureCodes: ["unavailable"], startedAt: expect.any(String), tookMs: 0 });
    // Whatever is in it, the list of allowed fields names: reading it strictly changes nothing.
    expect(diagnosticsSchema.parse(file)).toEqual(file);
  });

  it("holds no secret of the house in any form, and nothing of its people", async () => {
    const text = await exportDiagnostics(ctx, admin, around());
    expect(CANARIES.length).toBeGreaterThanOrEqual(18);
    expect(findLeaks(JSON.parse(text), CANARIES)).toEqual([]);
    expect(text).not.toMatch(/canary|Robin|Secretive|people\.test|what a member wrote|products|host-7|proxy\.example|db\.example|hooks\.example|1234567|the-public-key|someone/i);
  });

  it("takes over nothing that the list does not name, whatever the collector brings", async () => {
    const versions = { ...around().versions, PUSHER_SECRET: "smuggled in under another name" } as Surroundings["versions"];
    expect(await exportDiagnostics(ctx, admin, { ...around(), versions })).not.toContain("smuggled");
  });

  it("is for admins only", async () => {
    const member = await person(ctx, "Member");
    expect((await refusal(exportDiagnostics(ctx, member, around())))?.code).toBe("forbidden");
  });
});

describe("a secret that gets through the list", () => {
  it.each([
    ["as it is", (secret: string) => secret],
    ["in base64", (secret: string) => Buffer.from(secret).toString("base64url")],
    ["in hex", (secret: string) => Buffer.from(secret).toString("hex")],
    ["in capitals", (secret: string) => secret.toUpperCase()],
  ])("%s: there is no file, and the error names setting and place, never the value", async (_, write) => {
    const secret = "planted9secret8value";
    const failed = await refusal(exportDiagnostics(ctx, admin, around({ app: `1.0.0-${write(secret)}` }, { ...env, METRICS_TOKEN: secret })));
    expect(failed).toMatchObject({ code: "diagnostics-leak", details: { values: { settings: "METRICS_TOKEN", places: "versions.app" } } });
    expect(JSON.stringify(failed)).not.toContain(secret);
  });

  it("short as it may be, is found as a word, and not within others", () => {
    const secrets = secretsIn({ PUSHER_SECRET: "abc" });
    expect([findLeaks({ a: "x-abc.y" }, secrets), findLeaks({ a: "xabcy", abc: 1 }, secrets)]).toEqual([[{ secret: "PUSHER_SECRET", at: "a" }], []]);
  });
});

describe("the search", () => {
  const ENCODINGS: [string, (text: string) => string][] = [
    ["plain", (text) => text],
    ["url", encodeURIComponent],
    ["url, small letters", (text) => encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
    ["every byte for a url", (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")],
    ["query", (text) => new URLSearchParams({ a: text }).toString()],
    ["address", (text) => `https://me:${encodeURIComponent(text)}@host.example/path?x=1`],
    ["base64", (text) => Buffer.from(text).toString("base64")],
    ["base64 for urls", (text) => Buffer.from(text).toString("base64url")],
    ["base64 behind a user's name", (text) => `Basic ${Buffer.from(`user:${text}`).toString("base64")}`],
    ["hex", (text) => Buffer.from(text).toString("hex")],
    ["JSON in JSON", (text) => JSON.stringify({ inner: JSON.stringify({ text }) })],
    ["JSON escapes", (text) => [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")],
  ];
  const encoding = fc.constantFrom(...ENCODINGS);
  const place = fc.constantFrom<(text: string) => unknown>(
    (text) => ({ a: text }),
    (text) => ({ a: [{ b: { c: `before ${text} after` } }] }),
    (text) => ({ deep: { [text]: true } }),
    (text) => ({ renamed: { harmless: [1, 2, `x=${text};`] } }),
  );
  const secret = fc.oneof(fc.string({ minLength: 8, maxLength: 60, unit: "grapheme-ascii" }), fc.base64String({ minLength: 32, maxLength: 64 }), fc.constantFrom(...CANARIES.map(({ value }) => value)))
    .filter((value) => value.trim().length >= 8);

  it("finds any secret in any encoding, and one encoding within another, anywhere", () => {
    fc.assert(
      fc.property(secret, encoding, encoding, place, (value, [, inner], [outerName, outer], put) => {
        const text = outerName === "plain" ? inner(value) : outer(inner(value));
        return findLeaks(put(text), [{ name: "A_SECRET", value, isOurs: true }]).length > 0;
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it("never repeats the secret where it tells of it", () => {
    fc.assert(fc.property(secret, place, (value, put) => findLeaks(put(value), [{ name: "A_SECRET", value, isOurs: true }]).every((leak) => leak.secret === "A_SECRET" && !JSON.stringify(leak).includes(value))), { numRuns: 200, seed: 5 });
  });

  it("finds nothing where there is nothing", async () => {
    const file: unknown = JSON.parse(await exportDiagnostics(ctx, admin, around()));
    fc.assert(fc.property(fc.base64String({ minLength: 12, maxLength: 40 }), (value) => findLeaks(file, [{ name: "A_SECRET", value, isOurs: true }]).length === 0), { numRuns: 20, seed: 5 });
  });
});

it("knows a secret by the name of its variable, by its place in an address and by its name within JSON, and nothing else", () => {
  const names = (vars: Record<string, string>) => secretsIn(vars).map(({ value }) => value);
  expect(names({ PUSHER_KEY: "public-key-value", HOME: "/home/someone", LANG: "en_GB.UTF-8", PORT: "3000", EDITOR: "vi", KEYBOARD: "qwertz-layout", XDG_SESSION_TYPE: "wayland-something" })).toEqual([]);
  expect(names({ MY_API_KEY: "none", GITHUB_TOKEN: "short" })).toEqual([]);
  expect(names({ github_token: "long enough for one" })).toEqual(["long enough for one"]);
  expect(names({ ANYTHING: "postgres://u:p%20w@h/db" })).toEqual(["p%20w", "p w"]);
  expect(names({ ANYTHING: '{"a":[{"Password":{"is":["deep"]}}],"b":"plain"}' })).toEqual(["deep"]);
  expect(names({ ANYTHING: "{not json", OTHER: "http://%zz:%zz@h/" })).toEqual(["%zz"]);
});
