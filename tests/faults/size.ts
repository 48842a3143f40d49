/**
 * A fault suite has two sizes of the same code: a short one in `npm test`, a full one by `npm run faults -- NAME`.
 * The runner (run.mjs) says by the environment which, with which seed, and where the figures go.
 */
import { appendFileSync } from "node:fs";

export interface FaultSuite<Size> {
  size: Size;
  full: boolean;
  seed: number;
  /** Notes what was measured; the runner prints it and writes it to bench-results/. */
  figures: (values: Record<string, number | string>) => void;
  /** What to run to see the same again. */
  replay: string;
}

/** @param name the suite's, as in suites.mjs */
export function faultSuite<Size>(name: string, sizes: { short: Size; full: Size }): FaultSuite<Size> {
  const full = process.env["ROOST_FAULTS"] === "full";
  const seed = Number(process.env["ROOST_FAULTS_SEED"] || Math.floor(Math.random() * 2 ** 31));
  const replay = `npm run faults -- ${name} --seed ${seed}`;
  console.log(`${name}: ${full ? "full" : "short"} size, seed ${seed}; again: ${replay}`);
  return {
    size: full ? sizes.full : sizes.short,
    full,
    seed,
    replay,
    figures(values) {
      console.log(`${name}: ${Object.entries(values).map(([what, value]) => `${what} ${value}`).join(", ")}`);
      const report = process.env["ROOST_FAULTS_REPORT"];
      if (report) appendFileSync(report, `${JSON.stringify(values)}\n`);
    },
  };
}
