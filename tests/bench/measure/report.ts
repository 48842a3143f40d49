/** How the benchmarks tell what they found. */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import path from "node:path";
import { ROOT } from "#tests/support/build.ts";

export const say = (line: string) => process.stdout.write(`${line}\n`);

/** What the figures below were measured on and in. */
export const sayMachine = () => say(`\nNode ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}; times in ms; CPU in percent of one core\n`);

export const cpuText = (percent: Record<string, number>) =>
  Object.entries(percent)
    .map(([name, value]) => `${name} ${value}`)
    .join(" ");

/** Writes the figures as JSON to bench-results/. */
export async function keep(benchmark: string, figures: object): Promise<void> {
  const folder = path.join(ROOT, "bench-results");
  await mkdir(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = path.join(folder, `${benchmark}-${at.replaceAll(":", "-")}.json`);
  await writeFile(file, JSON.stringify({ benchmark, at, node: process.versions.node, cpus: cpus().length, ...figures }, null, 2));
  say(`Written to ${path.relative(ROOT, file)}`);
}
