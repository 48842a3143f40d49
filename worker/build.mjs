/**
 * Bundles the worker processes and commands into build/worker, one file each plus what they share. Packages stay
 * outside; `#app/…`, `#db/…` and `#worker/…` are ours and go in.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const entries = {
  relay: "worker/relay/main.ts",
  channels: "worker/channels/main.ts",
  supervisor: "worker/supervisor/main.ts",
  migrate: "worker/cli/migrate.ts",
  seed: "worker/cli/seed.ts",
  "grant-admin": "worker/cli/grant-admin.ts",
  doctor: "worker/cli/doctor.ts",
  backup: "worker/cli/backup.ts",
  restore: "worker/cli/restore.ts",
  "import-messages": "worker/cli/import-messages.ts",
  // A thread of the command before.
  "import-reader": "worker/cli/import-reader.ts",
  "export-messages": "worker/cli/export-messages.ts",
};

const missing = Object.values(entries).filter((file) => !existsSync(path.join(root, file)));
if (missing.length > 0) {
  console.error(`worker/build.mjs: missing ${missing.join(", ")}`);
  process.exit(1);
}

const outdir = path.join(root, "build/worker");
// Built aside and put in place whole: a process that is started meanwhile finds the old bundles or the new ones.
const aside = `${outdir}.${process.pid}`;
await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: aside,
  bundle: true,
  packages: "external",
  splitting: true,
  chunkNames: "shared/[name]-[hash]",
  platform: "node",
  target: "node20",
  format: "esm",
  sourcemap: "linked",
  sourcesContent: false,
  logLevel: "warning",
});
rmSync(outdir, { recursive: true, force: true });
renameSync(aside, outdir);
