/**
 * Functions: no relay, no process that stays. The finished build under Remix's own handler, in processes that stand still
 * between requests, on one libSQL server (docs/deployment/vercel.md). At full size (`npm run faults -- functions`) also what
 * Vercel's own builder makes of this repository, started from nothing but the function's files.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { directChannel } from "#app/domain/channels.ts";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { startHousehold, type Household } from "#tests/faults/household.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { ROOT } from "#tests/support/build.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { DEMO_PASSWORD, TestBrowser } from "#tests/support/http.ts";
import { freePort } from "#tests/support/ports.ts";
import { listenOn } from "#tests/support/push-listener.ts";
import { vercelOutput, type VercelOutput } from "#tests/support/vercel-output.ts";
import { until } from "#tests/support/wait.ts";

const { size, figures } = faultSuite("functions", { short: { makers: ["remix"] }, full: { makers: ["remix", "vercel"] } });
/** The platform takes no larger ones. */
const MOST_FUNCTION_BYTES = 250 * 1024 * 1024;
const CRON = "cron-secret-of-the-test";
const WITHIN_MS = 20_000;
const GOES_ON_MS = 50;

let house: Household;
let folder: string;
let vercel: VercelOutput | null = null;
const functions: Instance[] = [];
beforeAll(async () => {
  house = await startHousehold({ database: "libsql", env: { RELAY_MODE: "inline", CRON_SECRET: CRON } });
  // Whoever answers from here on is a function.
  await house.roost.kill("app");
  folder = await mkdtemp(path.join(dataFolder(), "roost-functions-"));
});
afterAll(async () => {
  for (const instance of functions.splice(0)) instance.kill();
  await house?.stop();
  vercel?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** One process of a function. */
class Instance {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(freezes: "after-work" | "at-answer"): Promise<Instance> {
    const port = String(await freePort());
    const program: Record<string, string> = vercel ? { HANDLER: vercel.handler } : { BUILD: path.join(ROOT, "build/server/index.js") };
    const env: Record<string, string> = { ...house.roost.env, DATA_DIR: folder, PORT: port, FREEZES: freezes, ...program };
    const child = spawn(process.execPath, [path.join(ROOT, "tests/support/function-main.mjs")], { cwd: vercel?.folder ?? folder, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const instance = new Instance(child, `http://127.0.0.1:${port}`);
    functions.push(instance);
    await once(child, "message");
    return instance;
  }

  /** Asks it as the platform does: it goes on for the request, and stands still again after it. */
  async ask<T>(request: (url: string) => Promise<T>): Promise<T> {
    this.child.kill("SIGCONT");
    // Its standing still after the request before may come only now.
    const going = setInterval(() => this.child.kill("SIGCONT"), GOES_ON_MS);
    try {
      return await request(this.url);
    } finally {
      clearInterval(going);
    }
  }

  kill() {
    this.child.kill("SIGKILL");
  }
}

const pending = async () => (await house.db.all<{ count: number }>("SELECT count(*) AS count FROM outbox_events WHERE state = 'pending'"))[0]!.count;
const drain = (instance: Instance) => instance.ask((url) => fetch(`${url}/api/outbox/drain`, { method: "POST", headers: { authorization: `Bearer ${CRON}`, connection: "close" } }));
const send = (instance: Instance, cookie: string, conversationId: string, body: string) =>
  instance.ask((url) => fetch(`${url}/api/messages`, { method: "POST", headers: { "content-type": "application/json", cookie, origin: url, connection: "close" }, body: JSON.stringify({ conversationId, clientId: newId(), body }) }));

describe.each(size.makers)("functions made by %s", (maker) => {
  beforeAll(() => {
    if (maker === "vercel") vercel = vercelOutput();
  }, 600_000);

  if (maker === "vercel")
    test("the platform is given one function, small enough, and every file that a browser may ask for", async () => {
      const built = await readdir(path.join(ROOT, "build/client"), { recursive: true, withFileTypes: true });
      const files = built.filter((entry) => entry.isFile()).map((entry) => path.relative(path.join(ROOT, "build/client"), path.join(entry.parentPath, entry.name)));
      expect(vercel!.files.toSorted()).toEqual(files.toSorted());
      expect(vercel!.functions).toBe(1);
      const [filesFirst, rest] = vercel!.routes;
      expect([filesFirst?.handle, rest?.src, rest?.dest]).toEqual(["filesystem", "/(.*)", "/"]);
      const parts = await readdir(vercel!.folder, { recursive: true, withFileTypes: true });
      const bytes = parts.filter((entry) => entry.isFile()).reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
      figures({ "function, MiB": Math.round(bytes / 1024 / 1024), "files served without it": files.length, runtime: vercel!.runtime });
      expect(bytes).toBeLessThan(MOST_FUNCTION_BYTES);
    });

  test("pages, forms and files of a sign-in; what is sent is pushed although the process stands still after each answer", { timeout: 300_000 }, async () => {
    const [ada, bo] = [house.clients[0]!, house.clients[1]!];
    const { conversationId } = await openDirect(house.ctx, ada.viewer, { userId: bo.viewer.userId });
    const pushed = await listenOn(house.roost.env, directChannel(ada.viewer.userId, bo.viewer.userId));
    const instance = await Instance.start("after-work");

    const browser = new TestBrowser(instance.url);
    const asked = (await instance.ask(() => browser.post("/login", { email: "parent@roost.test", password: DEMO_PASSWORD }))).status;
    expect(asked).toBe(302);
    const page = await instance.ask((url) => fetch(`${url}/chats/${conversationId}`, { headers: { cookie: browser.cookieHeader, connection: "close" } }));
    expect({ status: page.status, type: page.headers.get("content-type"), policy: page.headers.get("content-security-policy") }).toEqual({ status: 200, type: "text/html; charset=utf-8", policy: expect.stringContaining("'nonce-") });
    expect(await page.text()).toContain("</html>");

    for (let n = 0; n < 5; n++) expect((await send(instance, browser.cookieHeader, conversationId, `function ${n}`)).status).toBe(201);
    await until(() => pushed.length >= 5, { what: "all by push", timeout: WITHIN_MS });
    expect(pushed).toEqual([0, 1, 2, 3, 4].map((n) => `function ${n}`));
  });

  test("a process that was stopped in the middle of delivering, and never went on, holds nothing up: the cron's call delivers the rest, in order, once", { timeout: 300_000 }, async () => {
    const [ada, bo] = [house.clients[0]!, house.clients[1]!];
    const { conversationId } = await openDirect(house.ctx, ada.viewer, { userId: bo.viewer.userId });
    const pushed = await listenOn(house.roost.env, directChannel(ada.viewer.userId, bo.viewer.userId));
    const [frozen, other] = [await Instance.start("at-answer"), await Instance.start("after-work")];
    for (let n = 0; n < 5; n++) expect((await send(frozen, ada.cookie, conversationId, `frozen ${n}`)).status).toBe(201);
    // Whatever lease it holds runs out; each call of the cron does what may be done.
    await until(async () => ((await drain(other)).status === 200 ? (await pending()) === 0 : false), { what: "everything delivered", timeout: WITHIN_MS, interval: 500 });
    await until(() => new Set(pushed).size === 5, { what: "all by push", timeout: WITHIN_MS });
    // Stopped between the push and its note, one may come twice, with the same id: whoever listens drops it by that.
    expect([...new Set(pushed)]).toEqual([0, 1, 2, 3, 4].map((n) => `frozen ${n}`));
  });
});
