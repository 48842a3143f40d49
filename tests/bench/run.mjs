/** `npm run bench [NAME …] [-- --OPTION VALUE …]`: benchmarks side by side with their peers, each in one run. Without a name: all. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const main = (name) => path.join(here, name, "main.ts");
const all = readdirSync(here).filter((name) => existsSync(main(name)));
const given = process.argv.slice(2);
const firstOption = given.findIndex((arg) => arg.startsWith("--"));
const [names, options] = firstOption < 0 ? [given, []] : [given.slice(0, firstOption), given.slice(firstOption)];
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark named ${unknown.join(", ")}; there are: ${all.join(", ")}`);
  process.exit(1);
}
let failed = 0;
for (const name of names.length > 0 ? names : all) {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", main(name), ...options], { stdio: "inherit", cwd: path.resolve(here, "../..") });
  failed ||= status ?? 1;
}
process.exit(failed);
