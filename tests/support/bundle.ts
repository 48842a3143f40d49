/** Scripts for processes of their own, as one file of JavaScript each: compiling TypeScript would be most of what a short process does. */
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { ROOT } from "./build.ts";

/** Below the project, whose packages the bundles import. `run-folder.ts` removes what a run has made. */
export const bundlesOf = (run: string) => path.join(ROOT, ".cache/test-bundles", path.basename(run));

/**
 * Bundles a script as worker/build.mjs does: ours goes in, packages stay outside. Once a run, whoever asks first.
 * @param script its absolute path
 * @returns the bundle's, for `node`
 */
export async function bundled(script: string): Promise<string> {
  // Outside a run (`node --import tsx`) nobody would remove it, and nobody could tell when it is out of date.
  const folder = bundlesOf(process.env["TEST_RUN_FOLDER"] ?? `of-${process.pid}`);
  const outfile = path.join(folder, `${path.relative(ROOT, script).replaceAll(/[^\w]+/g, "-")}.mjs`);
  if (existsSync(outfile)) return outfile;
  await mkdir(folder, { recursive: true });
  // Made aside and put in place whole: two files of tests may ask at once.
  const aside = `${outfile}.${process.pid}`;
  await build({ absWorkingDir: ROOT, entryPoints: [script], outfile: aside, bundle: true, packages: "external", platform: "node", target: "node20", format: "esm", sourcemap: "inline", sourcesContent: false, logLevel: "warning" });
  await rename(aside, outfile);
  return outfile;
}
