/**
 * Whether node_modules and the build are those of the sources that stand here. By content, not by time stamps: a
 * clone or a checkout gives every file a new time. Plain JavaScript without packages: it runs before the install.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

const SOURCES = ["app", "db", "worker", "public", "package.json", "package-lock.json", "remix.config.js", "vite.config.ts", "tsconfig.json"];
const STAMP = "build/sources.sha256";
const ABI = "node_modules/.node-abi";
const OUTPUTS = ["build/server/index.js", "build/client/assets", "build/worker/relay.js", "build/worker/supervisor.js"];

/** @returns {string} a hash over names and contents of everything that the build is made of */
export function sourcesHash(root) {
  const hash = createHash("sha256").update(`node-abi ${process.versions.modules}\0`);
  for (const source of SOURCES) for (const file of filesUnder(path.join(root, source))) hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/** @returns {boolean} true when the build was made from exactly these sources */
export function buildIsFresh(root, hash = sourcesHash(root)) {
  const stamp = path.join(root, STAMP);
  return OUTPUTS.every((output) => existsSync(path.join(root, output))) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

/** Notes what the build was made of. Take the hash before building: a file saved meanwhile makes the build old. */
export function stampBuild(root, hash) {
  mkdirSync(path.join(root, "build"), { recursive: true });
  writeFileSync(path.join(root, STAMP), hash);
}

/**
 * npm writes node_modules/.package-lock.json as the last thing of an install, so a newer lock file means that
 * what it names may not be there.
 * @returns {boolean}
 */
export function installIsFresh(root) {
  const installed = path.join(root, "node_modules/.package-lock.json");
  const abi = path.join(root, ABI);
  if (!existsSync(installed)) return false;
  // Native modules are compiled for one Node ABI: another Node version needs another install.
  if (existsSync(abi) && readFileSync(abi, "utf8") !== process.versions.modules) return false;
  return sameVersions(readLock(installed), readLock(path.join(root, "package-lock.json")));
}

/** Notes for which Node the native modules were installed. */
export const stampInstall = (root) => writeFileSync(path.join(root, ABI), process.versions.modules);

function sameVersions(installed, wanted) {
  const names = Object.keys(wanted).filter((name) => name !== "" && !wanted[name].optional);
  return names.every((name) => installed[name]?.version === wanted[name].version);
}

const readLock = (file) => JSON.parse(readFileSync(file, "utf8")).packages ?? {};

function filesUnder(entry) {
  if (!existsSync(entry)) return [];
  if (!statSync(entry).isDirectory()) return [entry];
  return readdirSync(entry, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => path.join(found.parentPath ?? found.path, found.name))
    .sort();
}
