/**
 * `npm test`: everything, from a bare checkout. Node alone until the packages are there.
 * The last line is always `N passed, N failed, N skipped`; the exit code is 0 only when nothing failed.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstall, nodeProblem } from "../worker/supervisor/prepare.mjs";
import { findBrowser } from "./run/browser.mjs";
import { build, fetchServers, lint, types, unitAndIntegration, browser } from "./run/stages.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);
const total = { passed: 0, failed: 0, skipped: [], failures: [], unsteady: [] };

function count(title, result) {
  total.passed += result.passed;
  total.failed += result.failed;
  total.skipped.push(...result.skipped);
  total.failures.push(...result.failures);
  total.unsteady.push(...(result.unsteady ?? []));
  console.log(`\n── ${title}: ${result.passed} passed, ${result.failed} failed, ${result.skipped.length} skipped (${result.seconds} s)`);
}

/** What stops everything counts as one failure, told in one line. */
async function attempt(title, work) {
  try {
    return await work();
  } catch (error) {
    if (error.name !== "PrepareError") throw error;
    count(title, { passed: 0, failed: 1, skipped: [], failures: [`${title}: ${error.message}`], seconds: 0 });
    return null;
  }
}

const nodeTooOld = nodeProblem(process.versions.node);
if (nodeTooOld) finish([`Node: ${nodeTooOld}`]);
const installed = await attempt("Install", async () => (await ensureInstall(root), true));
if (!installed) finish();
const browserPath = await attempt("Browser", findBrowser);

// The lint takes as long as all the rest of this together.
const [linted, [typed, built]] = await Promise.all([lint(root), types(root).then(async (typed) => [typed, await build(root)]), fetchServers(root)]);
count("Lint", linted);
count("Types", typed);
count("Build", built);
count("Unit and integration", await unitAndIntegration(root));
if (browserPath !== null && built.failed === 0) count("Browser", await browser(root, browserPath));
finish();

function finish(problems = []) {
  total.failed += problems.length;
  total.failures.push(...problems);
  if (total.skipped.length > 0) console.log(`\nSkipped:\n${total.skipped.map((line) => `  ${line}`).join("\n")}`);
  if (total.unsteady.length > 0) console.log(`\nPassed only at the second try, each a bug to find:\n${total.unsteady.map((line) => `  ${line}`).join("\n")}`);
  if (total.failures.length > 0) console.log(`\nFailed:\n${total.failures.map((line) => `  ${line}`).join("\n")}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  process.exit(total.failed === 0 ? 0 : 1);
}
