import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "#tests/conformance/socket-client.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../worker/channels/main.ts");
const SECRET = "a-secret-of-our-own-0123456789";
const APP = { PUSHER_APP_ID: "app", PUSHER_KEY: "app-key", PUSHER_SECRET: SECRET };

/** The server as an operator runs it: from settings alone. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", CHANNELS_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  let errors = "";
  child.stdout!.on("data", (chunk) => (output += String(chunk)));
  child.stderr!.on("data", (chunk) => (errors += String(chunk)));
  const ended = new Promise<{ code: number | null; output: string; errors: string }>((resolve) => child.once("close", (code) => resolve({ code, output, errors })));
  const ready = new Promise<{ ready: boolean; port: number }>((resolve) => child.once("message", (message) => resolve(message as { ready: boolean; port: number })));
  return { child, ended, ready };
}

describe("the channels process", () => {
  it("serves, says so, and stops gracefully without having written its secret", async () => {
    const { child, ended, ready } = start(APP);
    const { port } = await ready;
    const client = await connect({ host: "127.0.0.1", port, app: { id: "app", key: "app-key", secret: SECRET }, stop: () => Promise.resolve() });
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
    await ready;
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
    expect((await ready).ready).toBe(true);
  });

  it("does not start on a port in use: one line that names the setting", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void holder.close());
    const { code, errors } = await start({ ...APP, CHANNELS_PORT: String((holder.address() as AddressInfo).port) }).ended;
    expect({ code, errors }).toEqual({ code: 1, errors: "channels: CHANNELS_PORT: the port is already in use; stop the other program or choose another port\n" });
  });
});
