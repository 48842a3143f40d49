/**
 * Runs one process of a finished build: `node worker/run.mjs app|relay|channels|migrate|seed|grant-admin|doctor|backup|restore|import-messages|export-messages [arguments]`.
 * Plain JavaScript, so that a machine without the build gets one clear line instead of a module error.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { letGoOfOutputs } from "./supervisor/outputs.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const workerBuild = (name) => path.join(root, "build/worker", `${name}.js`);

const PROCESSES = {
  app: path.join(root, "build/server/index.js"),
  relay: workerBuild("relay"),
  channels: workerBuild("channels"),
  migrate: workerBuild("migrate"),
  seed: workerBuild("seed"),
  "grant-admin": workerBuild("grant-admin"),
  doctor: workerBuild("doctor"),
  backup: workerBuild("backup"),
  restore: workerBuild("restore"),
  "import-messages": workerBuild("import-messages"),
  "export-messages": workerBuild("export-messages"),
};

/** Errors that an operator can mend: their message says all, a stack would hide it. */
const EXPECTED_CODES = new Set(["EADDRINUSE", "EADDRNOTAVAIL", "EACCES", "ENOTDIR", "EROFS", "ENOSPC", "SQLITE_CANTOPEN"]);

const [name = "", ...rest] = process.argv.slice(2);

process.on("uncaughtException", stop);

const file = Object.hasOwn(PROCESSES, name) ? PROCESSES[name] : undefined;
if (!file) refuse(`expected one of ${Object.keys(PROCESSES).join(", ")}, got "${name}"`);
if (!existsSync(file)) refuse("there is no build yet: run npm ci && npm run build first");
if (existsSync(path.join(root, ".env")) && process.env.ROOST_SUPERVISED !== "1") process.loadEnvFile?.(path.join(root, ".env"));
process.env.NODE_ENV ||= "production";

// Under the supervisor a process lives no longer than its parent, however that one died.
if (process.connected) {
  process.once("disconnect", endWithParent);
  process.channel?.unref();
}

process.argv.splice(1, process.argv.length - 1, file, ...rest);
const runs = name === "app" ? import("./supervisor/app.mjs").then(({ serveApp }) => serveApp(root, file)) : import(pathToFileURL(file).href);
await runs.catch(stop);

function endWithParent() {
  letGoOfOutputs();
  if (process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
  else process.exit(0);
}

function stop(error) {
  const expected = error?.name === "SettingsError" || EXPECTED_CODES.has(error?.code);
  refuse(expected ? lineOf(error) : (error?.stack ?? String(error)));
}

function lineOf(error) {
  if (error.code === "EADDRINUSE") return `port ${error.port} on ${error.address} is already in use`;
  return error.message.split("\n")[0];
}

function refuse(message) {
  process.stderr.write(`roost ${name}: ${message}\n`);
  process.exit(1);
}
