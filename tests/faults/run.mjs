/**
 * `npm run faults [-- NAME …] [-- --seed N]`: fault and property suites at full size. Without a name: all; `--list`
 * says which there are. Each prints its seed and how to see a failure again, and ends with its figures, which are
 * also written to bench-results/faults-NAME.json.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuild } from "../../worker/supervisor/prepare.mjs";
import { SUITES } from "./suites.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
/** A suite at full size may take its time; what takes longer hangs. */
const TEST_TIMEOUT_MS = 60 * 60_000;

const { names, seed, list } = read(process.argv.slice(2));
const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
if (list || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no suite named ${unknown.join(", ")}; there are:`);
  for (const { name, about } of SUITES) console.log(`  ${name.padEnd(16)} ${about}`);
  process.exit(unknown.length > 0 ? 1 : 0);
}
const chosen = SUITES.filter(({ name }) => names.length === 0 || names.includes(name));
if (chosen.some(({ processes }) => processes)) await ensureBuild(root);
const failed = chosen.filter((suite) => !run(suite));
for (const { name } of failed) console.log(`failed: ${name}`);
process.exit(failed.length > 0 ? 1 : 0);

function read(args) {
  const names = [];
  let seed = "";
  let list = false;
  for (let index = 0; index < args.length; index++) {
    const [option, value] = args[index].split("=");
    if (option === "--seed") seed = value ?? args[++index] ?? "";
    else if (option === "--list") list = true;
    else if (option !== "--") names.push(option);
  }
  if (seed !== "" && !/^\d+$/.test(seed)) {
    console.error(`--seed takes a whole number, not ${JSON.stringify(seed)}`);
    process.exit(1);
  }
  return { names, seed, list };
}

/** @returns whether it passed */
function run(suite) {
  const { name, about } = suite;
  console.log(`\n── ${name}: ${about}`);
  // Chosen here where none was given, so that a failure of any suite can be seen again.
  const used = seed || String(Math.floor(Math.random() * 2 ** 31));
  const folder = mkdtempSync(path.join(os.tmpdir(), "roost-faults-"));
  const report = path.join(folder, "figures");
  const started = Date.now();
  const env = { ...process.env, ROOST_FAULTS: "full", ROOST_FAULTS_SEED: used, ROOST_FAULTS_REPORT: report, ...suite.env?.(used) };
  const { status } = spawnSync(process.execPath, command(suite), { cwd: root, stdio: "inherit", env });
  const seconds = Math.round((Date.now() - started) / 1000);
  const figures = existsSync(report) ? Object.assign({}, ...readFileSync(report, "utf8").trim().split("\n").map((line) => JSON.parse(line))) : {};
  rmSync(folder, { recursive: true, force: true });
  const passed = status === 0;
  const target = path.join(root, "bench-results", `faults-${name}.json`);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, `${JSON.stringify({ suite: name, passed, seed: Number(used), seconds, figures }, null, 2)}\n`);
  console.log(`\n${name}: ${passed ? "passed" : "FAILED"} in ${seconds} s, seed ${used}`);
  for (const [what, value] of Object.entries(figures)) console.log(`  ${what}: ${value}`);
  if (!passed) console.log(`see it again: npm run faults -- ${name} --seed ${used}`);
  return passed;
}

function command({ runner, files }) {
  const bin = (file) => path.join(root, "node_modules", file);
  if (runner === "playwright") return [bin("@playwright/test/cli.js"), "test", `--timeout=${TEST_TIMEOUT_MS}`, "--workers=1", ...files];
  return [bin("vitest/vitest.mjs"), "run", `--testTimeout=${TEST_TIMEOUT_MS}`, "--disableConsoleIntercept", "--reporter=dot", ...files];
}
