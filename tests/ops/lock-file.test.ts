/**
 * `npm ci` installs from this lock file on every platform, or on none: where a registry lacks a build for some other
 * platform, `npm install` leaves its entry out in silence, and then `npm ci` refuses the whole file.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "#tests/support/build.ts";

interface Entry {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}
const { packages } = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, Entry> };

/** As Node looks it up: in the package's own node_modules, then in those above. */
function isLocked(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (packages[`${folder ? `${folder}/` : ""}node_modules/${name}`]) return true;
    if (folder === "") return false;
  }
}

test("every build of a package for another platform is locked, too", () => {
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) => Object.keys(optionalDependencies).filter((name) => !isLocked(from, name)).map((name) => `${from} → ${name}`));
  expect(missing).toEqual([]);
});

test("no entry names a registry's host", () => {
  expect(Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});
