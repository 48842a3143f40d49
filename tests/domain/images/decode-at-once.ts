/**
 * A process that takes pictures in, all at once, and says by how much its memory rose at the highest (bytes), and what
 * became of each: `node --import tsx tests/domain/images/decode-at-once.ts SMALL PICTURE…`. A process of its own: in
 * the test's, what made the pictures would hide what decoding takes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { DomainError } from "#app/domain/errors.ts";
import { normalise } from "#app/domain/images/normalise.server.ts";

/** Bytes. */
function memory(line: "VmRSS" | "VmHWM"): number {
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, "m").exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024;
}

async function outcome(file: string): Promise<string> {
  try {
    const { width, height } = await normalise(file);
    return `${width} × ${height}`;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

const [small = "", ...pictures] = process.argv.slice(2);
// What the libraries load is there before.
await normalise(small);
// From here on the kernel notes the highest anew.
writeFileSync("/proc/self/clear_refs", "5");
const before = memory("VmRSS");
const outcomes = await Promise.all(pictures.map(outcome));
process.stdout.write(JSON.stringify({ rise: memory("VmHWM") - before, left: memory("VmRSS") - before, outcomes }));
