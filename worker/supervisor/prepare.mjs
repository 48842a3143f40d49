/** Install and build when they are due, with a sign of life while they run. Shared by start, tests/run.mjs and the tests. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { buildIsFresh, installIsFresh, sourcesHash, stampBuild, stampInstall } from "./freshness.mjs";

const MIN_NODE = [20, 19];
const SIGN_OF_LIFE_MS = 10_000;
const LOCK_POLL_MS = 200;

/** What a person at the keyboard can mend; the message says how. */
export class PrepareError extends Error {
  name = "PrepareError";
}

/** @returns {string | null} what is wrong with this Node, or null */
export function nodeProblem(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const enough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return enough ? null : `Node ${MIN_NODE.join(".")} or newer is needed, this is ${version}`;
}

/** Installs from the lock file unless what it names is there. @throws PrepareError */
export async function ensureInstall(root) {
  await exclusively(path.join(root, ".cache/install.lock"), async () => {
    if (installIsFresh(root)) return;
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
    // devDependencies build the app, also where NODE_ENV says production.
    // A native package that has to be compiled takes all processors (node-gyp's own setting).
    await step("Installing packages from the lock file", root, [...npm, "ci", "--include=dev", "--no-audit", "--no-fund"], { JOBS: "max", ...process.env });
    stampInstall(root);
  });
}

/** Builds unless the build was made from these very sources. @returns {Promise<boolean>} whether it built @throws PrepareError */
export async function ensureBuild(root) {
  if (buildIsFresh(root)) return false;
  return exclusively(path.join(root, ".cache/build.lock"), async () => {
    const hash = sourcesHash(root);
    if (buildIsFresh(root, hash)) return false;
    const env = { ...process.env, NODE_ENV: "production" };
    await step("Building the app", root, [process.execPath, "node_modules/@remix-run/dev/dist/cli.js", "vite:build"], env);
    await step("Building the workers", root, [process.execPath, "worker/build.mjs"], env);
    stampBuild(root, hash);
    return true;
  });
}

/** Runs a command quietly; its output is shown only when it fails. */
async function step(title, cwd, [command, ...args], env = process.env) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  say(`${title} …`);
  const alive = setInterval(() => say(`${title} … ${seconds()} s`), SIGN_OF_LIFE_MS);
  let output = "";
  const code = await new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => clearInterval(alive));
  if (code === 0) return say(`${title}: done in ${seconds()} s`);
  process.stderr.write(output);
  const compiler = /node-gyp|gyp ERR/.test(output) ? "; a native package had to be compiled: python3, make and a C++ compiler are needed" : "";
  throw new PrepareError(`${title} failed (${[command, ...args].map((part) => path.basename(part)).join(" ")}, exit code ${code})${compiler}`);
}

const say = (line) => process.stdout.write(`${line}\n`);

/** One process at a time, waiting for the others; a lock left by a dead process is taken over. */
async function exclusively(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  while (!claim(file)) await wait(LOCK_POLL_MS);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function claim(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!holderLives(file)) rmSync(file, { force: true });
    return false;
  }
}

function holderLives(file) {
  if (!existsSync(file)) return true;
  const holder = Number(readFileSync(file, "utf8"));
  // Just created, its number not yet written.
  if (!holder) return true;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}
