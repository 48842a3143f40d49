/** A browser for the tests: the one that is named, Debian's, Debian's installed now, or Playwright's own. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { PrepareError } from "../../worker/supervisor/prepare.mjs";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/** @returns {Promise<string>} the path of a browser, or "" for Playwright's own @throws PrepareError */
export async function findBrowser() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new PrepareError(`CHROMIUM_PATH names ${named}, which does not exist`);
    return named;
  }
  if (existsSync(DEBIAN_CHROMIUM)) return DEBIAN_CHROMIUM;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get") && installDebianChromium()) return DEBIAN_CHROMIUM;
  if (run("Installing Playwright's own Chromium", process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"])) return "";
  throw new PrepareError("no browser: set CHROMIUM_PATH, or install Debian's chromium package");
}

function installDebianChromium() {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("Reading the package lists", "apt-get", ["update", "-qq"], env);
  run("Installing Debian's Chromium", "apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], env);
  return existsSync(DEBIAN_CHROMIUM);
}

function run(title, command, args, env = process.env) {
  console.log(`${title} …`);
  const result = spawnSync(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  return result.status === 0;
}
