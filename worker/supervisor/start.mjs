/**
 * `npm start` and `npm run dev`: from a bare checkout to a running house. Node alone, no packages: what is missing
 * gets installed and built here, then build/worker/supervisor.js takes over in this same process.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuild, ensureInstall, nodeProblem } from "./prepare.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dev = process.argv.includes("--dev");

const problem = nodeProblem(process.versions.node);
if (problem) {
  process.stderr.write(`roost: ${problem}\n`);
  process.exit(1);
}

process.chdir(root);
if (existsSync(".env")) process.loadEnvFile?.(".env");
process.env.NODE_ENV ||= dev ? "development" : "production";

try {
  await ensureInstall(root);
  if (!dev) await ensureBuild(root);
} catch (error) {
  if (error.name !== "PrepareError") throw error;
  process.stderr.write(`roost: ${error.message}\n`);
  process.exit(1);
}

if (dev) {
  const { register } = await import("tsx/esm/api");
  register();
  await import("./main.ts");
} else {
  await import(path.join(root, "build/worker/supervisor.js"));
}
