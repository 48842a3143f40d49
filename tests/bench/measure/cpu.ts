import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second, whatever the kernel's own tick. */
const MS_PER_TICK = 10;

/** Processor time that the process has used so far, all its threads, in ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** @returns a function that gives each process's share of one core since now, in percent */
export function cpuMeter(pids: Record<string, number>): () => Record<string, number> {
  const started = performance.now();
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, cpuMs(pid)] as const);
  return () => Object.fromEntries(before.map(([name, pid, used]) => [name, Math.round(((cpuMs(pid) - used) / (performance.now() - started)) * 1000) / 10]));
}
