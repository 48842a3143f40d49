/**
 * `node build.mjs REPOSITORY FOLDER`: what Vercel does with a repository of Remix once it is installed and built. The
 * function's files are laid down in FOLDER, and beside them, in output.json, what the platform is told: routes, files, function.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { download } from "@vercel/build-utils";
import { build } from "@vercel/remix-builder";

const [workPath, target] = process.argv.slice(2);
const config = { zeroConfig: true, framework: "remix", installCommand: "true", buildCommand: "true" };
const { output, routes } = await build({ entrypoint: "package.json", files: {}, workPath, repoRootPath: workPath, config, meta: {} });
const functions = Object.entries(output).filter(([, one]) => one.type === "Lambda");
const [[name, made]] = functions;
await download(made.files, target);
writeFileSync(
  path.join(target, "output.json"),
  JSON.stringify({ name, functions: functions.length, handler: made.handler, runtime: made.runtime, files: Object.keys(output).filter((file) => output[file].type === "FileFsRef"), routes }),
);
