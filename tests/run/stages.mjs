/** The stages of `npm test`. Each answers with the same figures, and never throws: a stage that crashes is a failure. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureBuild } from "../../worker/supervisor/prepare.mjs";

/** A stage that takes longer hangs, on however slow a machine: it is ended, and counts as failed. */
const CHECK_DEADLINE_MS = 8 * 60_000;
const TESTS_DEADLINE_MS = 60 * 60_000;
/** What is asked to end may still say what it found. */
const LAST_WORDS_MS = 20_000;

const bin = (root, file) => path.join(root, "node_modules", file);

export const lint = (root) => check("Lint", root, [bin(root, "eslint/bin/eslint.js"), ".", "--max-warnings", "0"]);
export const types = (root) => check("Types", root, [bin(root, "typescript/bin/tsc"), "--noEmit"]);

/** Whoever needs them first would wait for them. What is wrong with them the tests say: here nothing fails. */
export const fetchServers = (root) => run(root, ["--import", "tsx", "tests/support/fetch-servers.ts"], {}, CHECK_DEADLINE_MS, false);

export async function build(root) {
  const seconds = stopwatch();
  try {
    await ensureBuild(root);
    return { passed: 1, failed: 0, skipped: [], failures: [], seconds: seconds() };
  } catch (error) {
    if (error.name !== "PrepareError") throw error;
    return { passed: 0, failed: 1, skipped: [], failures: [`Build: ${error.message}`], seconds: seconds() };
  }
}

export const unitAndIntegration = (root) =>
  suite("Unit and integration", root, "vitest.json", (report) => [[bin(root, "vitest/vitest.mjs"), "run", "--reporter=default", "--reporter=./tests/run/vitest-reporter.mjs"], { ROOST_TEST_REPORT: report }]);

export const browser = (root, chromium) =>
  suite("Browser", root, "playwright.json", (report) => [
    [bin(root, "@playwright/test/cli.js"), "test", "--reporter=list,./tests/run/playwright-reporter.mjs"],
    { ROOST_TEST_REPORT: report, ...(chromium ? { CHROMIUM_PATH: chromium } : {}) },
  ]);

/** One check that passes or fails as a whole; what it says is shown when it fails. */
async function check(title, root, args) {
  const seconds = stopwatch();
  console.log(`${title} …`);
  const { code, output } = await run(root, args, {}, CHECK_DEADLINE_MS, false);
  if (code !== 0) process.stdout.write(output);
  return code === 0 ? { passed: 1, failed: 0, skipped: [], failures: [], seconds: seconds() } : { passed: 0, failed: 1, skipped: [], failures: [`${title}: exit code ${code}`], seconds: seconds() };
}

/** A test runner, shown live, with its figures read from the report that our reporter writes. */
async function suite(title, root, name, command) {
  const seconds = stopwatch();
  const report = path.join(root, "test-results", name);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const [args, env] = command(report);
  const { code } = await run(root, args, env, TESTS_DEADLINE_MS, true);
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [], failures: [`${title}: ended with exit code ${code} before it could report`], seconds: seconds() };
  const figures = JSON.parse(readFileSync(report, "utf8"));
  if (code !== 0 && figures.failed === 0) {
    figures.failed = 1;
    figures.failures.push(`${title}: exit code ${code}`);
  }
  if (figures.passed + figures.failed === 0) {
    figures.failed = 1;
    figures.failures.push(`${title}: no test ran`);
  }
  return { ...figures, seconds: seconds() };
}

function run(cwd, args, env, deadlineMs, live) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", live ? "inherit" : "pipe", live ? "inherit" : "pipe"], detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    // Its own process group, so that what it started ends with it.
    const end = () => process.kill(-child.pid, "SIGKILL");
    let forced;
    const deadline = setTimeout(() => {
      console.log(`\nEnded after ${deadlineMs / 60_000} minutes.`);
      child.kill("SIGINT");
      forced = setTimeout(end, LAST_WORDS_MS);
    }, deadlineMs);
    const interrupted = () => (end(), process.exit(1));
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
    child.once("close", (code) => {
      clearTimeout(deadline);
      clearTimeout(forced);
      for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
      resolve({ code, output });
    });
  });
}

function stopwatch() {
  const started = Date.now();
  return () => Math.round((Date.now() - started) / 1000);
}
