/** The files of docs/deployment, tried as far as a machine allows: units verified, the proxy started for real. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import https from "node:https";
import path from "node:path";
import { promisify } from "node:util";
import WebSocket from "ws";
import { beforeAll, expect, test } from "vitest";
import { SETTING_NAMES } from "#app/config/settings.ts";
import { ensureBuilt, ROOT } from "#tests/support/build.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { DEMO_PASSWORD } from "#tests/support/http.ts";
import { freePort } from "#tests/support/ports.ts";
import { startRoost } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";

const run = promisify(execFile);
const GUIDES = path.join(ROOT, "docs/deployment");
const there = (...paths: string[]) => paths.find((file) => existsSync(file));
const NGINX = there("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx");
const OPENSSL = there("/usr/bin/openssl", "/usr/local/bin/openssl");
const SYSTEMD = there("/usr/bin/systemd-analyze");

// A build may take longer than what is tried of it.
beforeAll(() => ensureBuilt());

test("every unit starts a process that there is, as somebody who is not root", async () => {
  const starter = await readFile(path.join(ROOT, "worker/run.mjs"), "utf8");
  const units = (await readdir(path.join(GUIDES, "systemd"))).filter((name) => name.endsWith(".service"));
  expect(units.sort()).toEqual(["roost-app.service", "roost-backup.service", "roost-channels.service", "roost-migrate.service", "roost-relay.service"]);
  for (const unit of units) {
    const text = await readFile(path.join(GUIDES, "systemd", unit), "utf8");
    const name = /^ExecStart=\/usr\/bin\/node (?:--enable-source-maps )?worker\/run\.mjs ([a-z-]+)/m.exec(text)?.[1];
    expect(starter, unit).toMatch(new RegExp(`^  "?${name}"?: `, "m"));
    expect(text, unit).toMatch(/^User=roost$/m);
    // Only the Channels server is replaced by it; it ends the others.
    expect(text.includes("ExecReload=/bin/kill -HUP $MAINPID"), unit).toBe(name === "channels");
  }
});

test.skipIf(!SYSTEMD)("systemd-analyze finds nothing wrong with the units (skipped where it is not installed)", async () => {
  const units = (await readdir(path.join(GUIDES, "systemd"))).map((name) => path.join(GUIDES, "systemd", name));
  const { stdout, stderr } = await run(SYSTEMD!, ["verify", ...units]);
  expect(`${stdout}${stderr}`.split("\n").filter((line) => line.includes("roost"))).toEqual([]);
});

test("the container's image copies what there is, and the guides name settings that there are", async () => {
  const containerfile = await readFile(path.join(GUIDES, "Containerfile"), "utf8");
  for (const [, sources] of containerfile.matchAll(/^COPY (?!--from)(.+) \.\/?$/gm)) for (const source of sources!.split(" ")) expect(existsSync(path.join(ROOT, source)), source).toBe(true);
  const known = new Set([...SETTING_NAMES, "NODE_ENV", "CHROMIUM_PATH"]);
  for (const name of (await readdir(GUIDES)).filter((each) => each.endsWith(".md") && each !== "moving.md")) {
    const named = (await readFile(path.join(GUIDES, name), "utf8")).match(/\b(?:PUSHER|PUBLIC|CHANNELS|DATABASE|CRON|METRICS|SESSION|RELAY|TRUST|TURSO)_[A-Z_]*[A-Z]\b/g) ?? [];
    expect([...new Set(named)].filter((setting) => !known.has(setting)), name).toEqual([]);
  }
});

test.skipIf(!NGINX || !OPENSSL)("nginx with the guide's file serves pages, forms and WebSockets over TLS (skipped where nginx or openssl is not installed)", { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(path.join(dataFolder(), "roost-nginx-"));
  const [tls, plain] = [await freePort(), await freePort()];
  const roost = await startRoost({ env: { TRUST_PROXY: "1", PUBLIC_ORIGIN: "https://roost.example" } });
  let nginx: ChildProcess | undefined;
  try {
    await run(OPENSSL!, ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=roost.example", "-addext", "subjectAltName=DNS:roost.example", "-keyout", path.join(folder, "privkey.pem"), "-out", path.join(folder, "fullchain.pem")]);
    const site = (await readFile(path.join(GUIDES, "nginx.conf"), "utf8"))
      .replaceAll("/etc/letsencrypt/live/roost.example", folder)
      .replace("listen 443 ssl", `listen 127.0.0.1:${tls} ssl`)
      .replace("listen 80", `listen 127.0.0.1:${plain}`)
      .replace("127.0.0.1:3000", new URL(roost.url).host)
      .replace("127.0.0.1:6001", `127.0.0.1:${roost.env["CHANNELS_PORT"]}`);
    for (const name of ["body", "proxy", "fastcgi", "uwsgi", "scgi"]) await mkdir(path.join(folder, name));
    const temporary = ["client_body_temp_path body", "proxy_temp_path proxy", "fastcgi_temp_path fastcgi", "uwsgi_temp_path uwsgi", "scgi_temp_path scgi"].map((line) => `${line};`).join("\n");
    await writeFile(path.join(folder, "nginx.conf"), `pid ${folder}/pid;\nerror_log stderr;\nworker_processes 1;\ndaemon off;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}\n}\n`);
    nginx = spawn(NGINX!, ["-p", folder, "-c", path.join(folder, "nginx.conf"), "-e", "stderr"], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    nginx.stderr?.on("data", (chunk) => (said += String(chunk)));
    const ca = await readFile(path.join(folder, "fullchain.pem"));
    const to = { host: "127.0.0.1", port: tls, ca, servername: "roost.example" };

    const ask = (method: string, at: string, headers: Record<string, string> = {}, body = "") =>
      new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
        const request = https.request({ ...to, method, path: at, headers: { host: "roost.example", ...headers } }, (response) => {
          response.resume().once("end", () => resolve({ status: response.statusCode!, headers: response.headers }));
        });
        request.once("error", reject).end(body);
      });
    await until(() => ask("GET", "/readyz").then(({ status }) => status === 200), { what: `nginx to serve (${said})` });

    const form = { "content-type": "application/x-www-form-urlencoded", origin: "https://roost.example" };
    const credentials = new URLSearchParams({ email: "parent@roost.test", password: DEMO_PASSWORD }).toString();
    const signedIn = await ask("POST", "/login", form, credentials);
    expect(signedIn.status).toBe(302);
    expect(String(signedIn.headers["set-cookie"])).toContain("Secure");
    expect((await ask("POST", "/login", { ...form, origin: "https://evil.example" }, credentials)).status).toBe(403);

    const socket = new WebSocket(`wss://roost.example:${tls}/app/${roost.env["PUSHER_KEY"]}?protocol=7&client=js&version=8.6.0`, { ca, lookup: (_name, options, done) => (options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4)), headers: { host: "roost.example" } });
    const [first] = await new Promise<[string]>((resolve, reject) => socket.once("error", reject).once("message", (data: Buffer) => resolve([data.toString()])));
    expect(JSON.parse(first)).toMatchObject({ event: "pusher:connection_established" });
    socket.close();

    const redirect = await fetch(`http://127.0.0.1:${plain}/chats`, { redirect: "manual", headers: { host: "roost.example" } });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([301, expect.stringMatching(/^https:\/\/[^/]+\/chats$/)]);
  } finally {
    if (nginx && nginx.exitCode === null) {
      const ended = new Promise((resolve) => nginx!.once("close", resolve));
      nginx.kill("SIGQUIT");
      await ended;
    }
    await roost.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
