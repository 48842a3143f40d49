import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "#tests/conformance/socket-client.ts";
import { isAlive } from "#tests/ops/supervised.ts";
import { bundled } from "#tests/support/bundle.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { until } from "#tests/support/wait.ts";

const MAIN = await bundled(path.resolve(import.meta.dirname, "../../../worker/channels/main.ts"));
const SECRET = "a-secret-of-our-own-0123456789";
const APP = { PUSHER_APP_ID: "app", PUSHER_KEY: "app-key", PUSHER_SECRET: SECRET };

interface Ready {
  ready: boolean;
  port: number;
  pid: number;
}

/** The server as an operator runs it: from settings alone. */
function start(env: Record<string, string>, main = MAIN) {
  // A process group of its own, as the supervisor gives it one.
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", CHANNELS_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  let errors = "";
  const said: Ready[] = [];
  child.stdout!.on("data", (chunk) => (output += String(chunk)));
  child.stderr!.on("data", (chunk) => (errors += String(chunk)));
  child.on("message", (message) => said.push(message as Ready));
  // Not before all who hold its outputs are gone, those whom it started among them.
  const ended = new Promise<{ code: number | null; output: string; errors: string }>((resolve) => child.once("close", (code) => resolve({ code, output, errors })));
  /** What it said when it was ready for the `times`th time. */
  const ready = (times = 1) => until(() => said[times - 1], { timeout: 30_000, what: `${times} times ready (${errors})` });
  return { child, ended, ready, said, errors: () => errors };
}

const APP_OF = { id: "app", key: "app-key", secret: SECRET };
const targetOf = (port: number) => ({ host: "127.0.0.1", port, app: APP_OF, stop: () => Promise.resolve() });

/** @throws the system's error when nobody listens */
async function knock(port: number): Promise<void> {
  await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).arrayBuffer();
}

describe("the channels process", () => {
  it("serves, says so, and stops gracefully without having written its secret", async () => {
    const { child, ended, ready } = start(APP);
    const { port } = await ready();
    const client = await connect(targetOf(port));
    await client.join("private-room");
    child.kill("SIGTERM");
    expect((await client.closing()).code).toBe(4200);
    const { code, output, errors } = await ended;
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(output).toContain('"msg":"channels ready"');
    expect(output).not.toContain(SECRET);
  });

  it("stops gracefully, too, when its parent has let go of it", async () => {
    const { child, ready } = start(APP);
    await ready();
    // Not "close": Node does not report that after a parent's own disconnect.
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.disconnect();
    child.kill("SIGINT");
    expect(await exited).toBe(0);
  });

  it.each([
    ["no app", {}, "PUSHER_APP_ID"],
    ["no secret", { PUSHER_APP_ID: "a", PUSHER_KEY: "k" }, "PUSHER_SECRET"],
    ["a bad port", { ...APP, CHANNELS_PORT: "99999" }, "CHANNELS_PORT"],
    ["a public address without permission", { ...APP, CHANNELS_HOST: "0.0.0.0" }, "CHANNELS_HOST"],
    ["a public address with generated secrets", { ...APP, CHANNELS_HOST: "0.0.0.0", CHANNELS_ALLOW_PUBLIC: "1", ROOST_GENERATED_SECRETS: "1" }, "PUSHER_SECRET"],
    ["a public address with a short secret", { ...APP, PUSHER_SECRET: "short", CHANNELS_HOST: "0.0.0.0", CHANNELS_ALLOW_PUBLIC: "1" }, "PUSHER_SECRET"],
  ])("does not start with %s: one line that names the setting", async (_, env, setting) => {
    const { code, output, errors } = await start(env).ended;
    expect({ code, output }).toEqual({ code: 1, output: "" });
    expect(errors.trimEnd().split("\n")).toHaveLength(1);
    expect(errors).toContain(`${setting}: `);
    expect(errors).not.toContain(SECRET);
  });

  it.each([
    ["permission", {}],
    ["real secrets", { CHANNELS_ALLOW_PUBLIC: "1", ROOST_GENERATED_SECRETS: "1" }],
  ])("says what to use for more than one machine, where it lacks %s", async (_, env) => {
    const { errors } = await start({ ...APP, CHANNELS_HOST: "0.0.0.0", ...env }).ended;
    expect(errors).toContain("Pusher Channels or another compatible server");
  });

  it("listens publicly with permission and a secret of its own", async () => {
    const { ready } = start({ ...APP, CHANNELS_HOST: "0.0.0.0", CHANNELS_ALLOW_PUBLIC: "1" });
    expect((await ready()).ready).toBe(true);
  });

  it("does not start on a port in use: one line that names the setting", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void holder.close());
    const { code, errors } = await start({ ...APP, CHANNELS_PORT: String((holder.address() as AddressInfo).port) }).ended;
    expect({ code, errors }).toEqual({ code: 1, errors: "channels: CHANNELS_PORT: the port is already in use; stop the other program or choose another port\n" });
  });
});

describe("a reload (SIGHUP)", () => {
  it("brings in a new process on the same port, and sends clients to it", async () => {
    const { child, ended, ready } = start(APP);
    const before = await ready();
    const client = await connect(targetOf(before.port));
    await client.join("private-room");
    child.kill("SIGHUP");
    const after = await ready(2);
    expect(after.port).toBe(before.port);
    expect(after.pid).not.toBe(before.pid);
    expect((await client.closing()).code).toBe(4200);
    await (await connect(targetOf(after.port))).join("private-room");
    await until(() => !isAlive(before.pid), { what: "the process before to be gone" });
    child.kill("SIGTERM");
    const { code, output, errors } = await ended;
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(output).toContain('"replaced":true');
  });

  it("refuses nobody meanwhile, and does what is asked during it afterwards", async () => {
    const { child, ready } = start(APP);
    const { port } = await ready();
    child.kill("SIGHUP");
    const first = ready(2).then(() => child.kill("SIGHUP"));
    let over = false;
    const third = ready(3).then(() => (over = true));
    let answered = 0;
    while (!over) {
      await knock(port);
      answered += 1;
    }
    await Promise.all([first, third]);
    expect(answered).toBeGreaterThan(10);
  });

  it("is done once more when it is asked for while one is starting", async () => {
    const { child, ready, said } = start(APP);
    await ready();
    child.kill("SIGHUP");
    // Signals that come together are one: the second one has to find the first one under way.
    await until(() => childCount(child.pid!) === 2, { interval: 5, what: "the new process to start" });
    child.kill("SIGHUP");
    await ready(3);
    expect(new Set(said.map(({ pid }) => pid)).size).toBe(3);
  });

  it("changes nothing when the new process does not come up", async () => {
    const folder = await mkdtemp(path.join(dataFolder(), "roost-channels-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const broken = path.join(folder, "broken");
    // Stands for a new version that does not start.
    const main = path.join(folder, "main.mjs");
    await writeFile(main, `import cluster from "node:cluster";\nimport { existsSync } from "node:fs";\nif (cluster.isWorker && existsSync(${JSON.stringify(broken)})) process.exit(7);\nawait import(${JSON.stringify(pathToFileURL(MAIN).href)});\n`);
    const { child, ready, errors } = start(APP, main);
    const { port } = await ready();
    const client = await connect(targetOf(port));
    await writeFile(broken, "");
    child.kill("SIGHUP");
    await until(() => errors().includes("the new process did not come up (exit code 7); the one before goes on"), { what: "it to be said" });
    await client.settled();
    expect(client.closed).toBeNull();
    await rm(broken);
    child.kill("SIGHUP");
    await ready(2);
    expect((await client.closing()).code).toBe(4200);
  });
});

describe("the two processes of it", () => {
  it("end together when the first is killed, and leave the port", async () => {
    const { child, ended, ready } = start(APP);
    const { port, pid } = await ready();
    child.kill("SIGKILL");
    await ended;
    await until(() => !isAlive(pid), { what: "the process that serves to be gone" });
    await expect(knock(port)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  it("end together when the one that serves is killed, with one line and exit code 1", async () => {
    const { ended, ready } = start(APP);
    process.kill((await ready()).pid, "SIGKILL");
    expect(await ended).toMatchObject({ code: 1, errors: "channels: the process that serves ended (SIGKILL)\n" });
  });

  it("stop gracefully when both are told, as service managers do", async () => {
    const { child, ended, ready } = start(APP);
    const { port } = await ready();
    const client = await connect(targetOf(port));
    process.kill(-child.pid!, "SIGTERM");
    expect((await client.closing()).code).toBe(4200);
    expect(await ended).toMatchObject({ code: 0, errors: "" });
  });

  it("do not outlive their terminal", async () => {
    const { child, ended, ready } = start(APP);
    await ready();
    process.kill(-child.pid!, "SIGHUP");
    expect((await ended).code).toBe(1);
  });
});

const childCount = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").length;
