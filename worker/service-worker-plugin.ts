/**
 * Bundles app/service-worker into one script and hands it to the /sw.js route as a string: in the server's bundle it
 * needs no file at run time, on no platform. The list of the app's files is that of the client build, which comes first.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import type { Plugin } from "vite";

const ID = "virtual:roost/service-worker";
const RESOLVED = `\0${ID}`;
const ENTRY = "app/service-worker/main.ts";
const CLIENT_FILES = "build/client/assets";
/** What a page may load; anything else there (a source map, say) is for people. */
const LOADED = /\.(?:js|css|woff2)$/;

export function serviceWorkerPlugin(): Plugin {
  let root = process.cwd();
  return {
    name: "roost-service-worker",
    configResolved(config) {
      root = config.root;
    },
    resolveId: (id) => (id === ID ? RESOLVED : undefined),
    load: async (id) => (id === RESOLVED ? `export const source = ${JSON.stringify(await bundle(root))};` : undefined),
  };
}

async function bundle(root: string): Promise<string> {
  const files = clientFiles(path.join(root, CLIENT_FILES));
  const code = await script(root, files, "");
  const version = createHash("sha256").update(code).digest("hex").slice(0, 12);
  return script(root, files, version);
}

/** Its version is that of its content: other files or other code make another one. */
async function script(root: string, files: string[], version: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    define: { __VERSION__: JSON.stringify(version), __ASSETS__: JSON.stringify(files) },
    logLevel: "warning",
  });
  return outputFiles[0]!.text;
}

const clientFiles = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => LOADED.test(name))
        .sort()
        .map((name) => `/assets/${name}`)
    : [];
