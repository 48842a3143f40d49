/** A process that looks for due timers until it is killed. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bundled } from "#tests/support/bundle.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";

const SCRIPT = await bundled(fileURLToPath(new URL("./children/expire.ts", import.meta.url)));
/** One that found nothing for so long came when all was done. */
const OLD_MS = 1_500;

export function expirer(url: string) {
  const child = spawn(process.execPath, [SCRIPT, url], { stdio: ["ignore", "pipe", "inherit"], env: cleanEnvironment() as NodeJS.ProcessEnv });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const started = performance.now();
  const lines: string[] = [];
  child.stdout.on("data", (chunk) => lines.push(String(chunk)));
  return {
    lines,
    old: () => performance.now() - started > OLD_MS,
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
