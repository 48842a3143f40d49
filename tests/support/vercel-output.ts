/** What Vercel's own builder makes of this repository: the builder is installed when it is asked for, in a folder of its own. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ROOT } from "./build.ts";

const BUILDER = path.join(ROOT, "tests/ops/vercel");
/** Where it notes what it has found. */
const NOTES = path.join(ROOT, ".vercel");

export interface VercelOutput {
  /** Where the function's files lie, without anything else of the repository. */
  folder: string;
  /** The function's module, whose default export takes Node's request and response. */
  handler: string;
  functions: number;
  runtime: string;
  /** What is served without the function, as paths below the site's root. */
  files: string[];
  routes: { src?: string; dest?: string; handle?: string }[];
  remove(): void;
}

/** Of the finished build, which must be there. @throws Error with the builder's output */
export function vercelOutput(): VercelOutput {
  if (!existsSync(path.join(BUILDER, "node_modules/@vercel/remix-builder"))) execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], { cwd: BUILDER, stdio: "inherit" });
  const folder = mkdtempSync(path.join(os.tmpdir(), "roost-vercel-"));
  try {
    execFileSync(process.execPath, [path.join(BUILDER, "build.mjs"), ROOT, folder], { cwd: BUILDER, stdio: ["ignore", "ignore", "pipe"] });
  } finally {
    rmSync(NOTES, { recursive: true, force: true });
  }
  const told = JSON.parse(readFileSync(path.join(folder, "output.json"), "utf8")) as Omit<VercelOutput, "folder" | "remove">;
  return { ...told, folder, handler: path.join(folder, told.handler), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
