/** The app under real HTTP: remix-serve on the finished build, with a database that the test can look into. */
import { openDatabase, type Database } from "#db/database.ts";
import { startRoost, type Roost } from "./processes.ts";

export const DEMO_PASSWORD = "roost-demo-pass";
export const CHANNELS = { PUSHER_APP_ID: "test-app", PUSHER_KEY: "test-key", PUSHER_SECRET: "test-secret-of-channels", PUSHER_HOST: "127.0.0.1", PUSHER_PORT: "9", PUSHER_USE_TLS: "off" };

export interface TestApp {
  roost: Roost;
  origin: string;
  db: Database;
  browser(): TestBrowser;
  /** A browser that is signed in as one of the demo household. */
  signedIn(email: string, password?: string): Promise<TestBrowser>;
  stop(): Promise<void>;
}

export async function startApp(env: Record<string, string> = {}): Promise<TestApp> {
  const roost = await startRoost({ relay: false, channels: "none", env });
  const db = await openDatabase(roost.databaseUrl, { authToken: env["DATABASE_AUTH_TOKEN"] });
  const app: TestApp = {
    roost,
    origin: roost.url,
    db,
    browser: () => new TestBrowser(roost.url),
    async signedIn(email, password = DEMO_PASSWORD) {
      const browser = app.browser();
      const answer = await browser.post("/login", { email, password });
      if (answer.status !== 302) throw new Error(`signing in as ${email} answered ${answer.status}`);
      return browser;
    },
    async stop() {
      await db.close();
      await roost.stop();
    },
  };
  return app;
}

/** A browser without scripts: keeps its cookies, names its own origin, and follows nothing by itself. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  constructor(readonly origin: string) {}

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0 && !headers.has("cookie")) headers.set("cookie", this.cookieHeader);
    const ask = () => fetch(this.origin + path, { redirect: "manual", ...init, headers });
    const answer = await ask().catch((error: unknown) => {
      if (wasIdle(error)) return ask();
      throw error;
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split("; ");
      const [name = "", ...value] = pair.split("=");
      if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value.join("="));
    }
    return answer;
  }

  get = (path: string, headers: Record<string, string> = {}) => this.send(path, { headers });

  post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    this.send(path, { method: "POST", body: new URLSearchParams(fields), headers: { origin: this.origin, ...headers } });

  postJson = (path: string, value: unknown, headers: Record<string, string> = {}) =>
    this.send(path, { method: "POST", body: JSON.stringify(value), headers: { origin: this.origin, "content-type": "application/json", ...headers } });
}

/** The server closed a kept connection in the very moment it was used again, before it read anything of the request. */
function wasIdle(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "UND_ERR_SOCKET";
}
