/** What the doctor found: as data for programs, as lines for people. */
import type { DatabaseCode, HealthCode } from "#app/domain/health/codes.ts";
import type { LiveTest } from "#app/domain/health/live-test-result.ts";

export type CheckName = "configuration" | "database" | "migrations" | "realtime" | "relay";

/** Beside the console's: what only a terminal can find. */
export type DoctorCode = HealthCode | DatabaseCode | "CONFIG_INVALID" | "MIGRATIONS_PENDING" | "SCHEMA_UNKNOWN" | "RELAY_SILENT";

export interface Check {
  name: CheckName;
  /** skipped: does not apply here. unknown: could not be found out, since something else is wrong. */
  state: "ok" | "failed" | "skipped" | "unknown";
  code: DoctorCode | null;
  /** In English, without any secret. */
  message: string;
  /** Names of settings to look at. */
  settings: string[];
  ms: number | null;
  /** Of the realtime check. */
  test?: LiveTest;
}

export interface Report {
  /** Every check that applies is ok. */
  ok: boolean;
  version: string;
  /** Ms since 1970. */
  at: number;
  checks: Check[];
}

export const isWell = (checks: readonly Check[]): boolean => checks.every(({ state }) => state === "ok" || state === "skipped");

const MARKS: Record<Check["state"], string> = { ok: "✓", failed: "✗", skipped: "·", unknown: "?" };
const NAME_WIDTH = 15;
const INDENT = " ".repeat(NAME_WIDTH + 2);

/** The report as text for a terminal. */
export function asText({ ok, version, checks }: Report): string {
  const lines = [`Roost ${version}`, ""];
  for (const check of checks) {
    lines.push(`${MARKS[check.state]} ${check.name.padEnd(NAME_WIDTH)}${check.code === null ? "" : `${check.code}: `}${check.message}`);
    if (check.settings.length > 0) lines.push(`${INDENT}look at ${check.settings.join(", ")}`);
    if (check.test && check.state !== "ok") for (const { stage, outcome, ms } of check.test.stages) lines.push(`${INDENT}${stage.padEnd(NAME_WIDTH)}${outcome}${ms === null ? "" : `, ${ms} ms`}`);
  }
  const wrong = checks.filter(({ state }) => state === "failed" || state === "unknown").length;
  lines.push("", ok ? "All is well." : `${wrong} of ${checks.length} checks ${wrong === 1 ? "needs" : "need"} care.`, "");
  return lines.join("\n");
}
