/** The supervisor: everything from settings to a running house, and back down again. Started by start.mjs. */
import { spawnSync } from "node:child_process";
import { parseSettings, SettingsError, type Settings } from "#app/config/settings.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { migrate, MigrationError } from "#db/migrate.ts";
import { assertWritable, freePort } from "./checks.ts";
import { keepAlive, type Child } from "./child.ts";
import { demoAccounts, demoAllowed, isEmpty } from "./demo.ts";
import { childEnvironment, processes, type Environment } from "./household.ts";
import { outputTo } from "./output.ts";
import { addressOf, untilReady } from "./ready.ts";
import { keptSecrets } from "./secrets.ts";
import { StartError } from "./start-error.ts";
import { stopAll } from "./stop.ts";

/** A process that dies this often before the house was ever ready will not come up. */
const GIVE_UP_AFTER_DEATHS = 5;
const WATCH_MS = 250;
/** npm passes Ctrl-C on although the terminal has sent it already: within this time two signals are one key press. */
const SAME_KEY_PRESS_MS = 1_000;

const dev = process.argv.includes("--dev");
const output = outputTo(process.stdout);

try {
  await run();
} catch (error) {
  if (!(error instanceof StartError || error instanceof SettingsError || error instanceof MigrationError)) throw error;
  process.stderr.write(`roost: ${error.message}\n`);
  process.exit(1);
}

async function run() {
  const settings = await withFreePorts(parseSettings(process.env));
  const env = childEnvironment(process.env, settings, await keptSecrets(settings.dataDir));
  const accounts = await prepareDatabase(settings, env);
  const children: Child[] = [];
  const stopping = stopOnSignals(children);
  for (const plan of processes(settings, env, dev)) children.push(keepAlive(plan, process.cwd(), output));
  const giveUp = setInterval(() => {
    const failing = children.find((child) => child.deaths >= GIVE_UP_AFTER_DEATHS);
    if (failing) stopping.now(1, `${failing.name} does not start`);
  }, WATCH_MS);
  const ready = await untilReady(addressOf(settings), stopping.signal);
  clearInterval(giveUp);
  if (ready) announce(settings, accounts);
}

async function withFreePorts(settings: Settings): Promise<Settings> {
  await assertWritable(settings.dataDir);
  const port = await freePort("PORT", settings.host, settings.port);
  if (settings.channels) return { ...settings, port };
  const { channelsServer } = settings;
  return { ...settings, port, channelsServer: { ...channelsServer, port: await freePort("CHANNELS_PORT", channelsServer.host, channelsServer.port) } };
}

async function prepareDatabase(settings: Settings, env: Environment): Promise<string[]> {
  const db = await openOrRefuse(settings);
  try {
    const { applied } = await migrate(db);
    if (applied.length > 0) output.line("roost", `database brought up to date (${applied.join(", ")})`);
    if (demoAllowed(settings) && (await isEmpty(db))) seed(env);
    return await demoAccounts(db);
  } finally {
    await db.close();
  }
}

async function openOrRefuse(settings: Settings): Promise<Database> {
  try {
    const db = await openDatabase(settings.databaseUrl, { authToken: settings.databaseAuthToken });
    await db.all("SELECT 1");
    return db;
  } catch (error) {
    // Drivers have many errors for this; all of them mean the same to whoever starts the house.
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new StartError(withoutCredentials(`DATABASE_URL: cannot open ${settings.databaseUrl} (${reason})`), { cause: error });
  }
}

/** A URL may carry a password, or a token as its query; errors of drivers repeat it. */
function withoutCredentials(text: string) {
  return text.replaceAll(/\/\/[^/@\s]*@/g, "//").replaceAll(/\?[^\s)]*/g, "");
}

function seed(env: Environment) {
  output.line("roost", "making the demo household");
  const args = dev ? ["--import", "tsx", "worker/cli/seed.ts"] : ["worker/run.mjs", "seed"];
  const result = spawnSync(process.execPath, args, { env: env as NodeJS.ProcessEnv, encoding: "utf8" });
  if (result.status !== 0) throw new StartError(`the demo household could not be made: ${result.stderr.trim()}`);
}

function announce(settings: Settings, accounts: string[]) {
  const lines = ["", `Roost is ready: ${addressOf(settings)}`];
  if (accounts.length > 0) lines.push(`Demo accounts (password roost-demo-pass): ${accounts.join(", ")}`);
  lines.push("Ctrl-C stops everything.", "");
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** The first signal stops in order; a second one does not wait. */
function stopOnSignals(children: Child[]) {
  const aborted = new AbortController();
  let firstAt = 0;
  const now = (code: number, reason: string) => {
    if (aborted.signal.aborted) {
      if (performance.now() - firstAt > SAME_KEY_PRESS_MS) for (const child of children) child.kill();
      return;
    }
    firstAt = performance.now();
    aborted.abort();
    output.line("roost", `${reason}: stopping`);
    void stopAll(children, output).then(() => process.exit(code));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => now(0, signal));
  return { signal: aborted.signal, now };
}
