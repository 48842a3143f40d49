import { useRef, useState } from "react";
import type { DatabaseCode } from "#app/domain/health/codes.ts";
import { databaseCheckSchema, type DatabaseCheck } from "#app/domain/health/database-check.ts";

export type Checked = { state: "answered"; check: DatabaseCheck } | { state: "failed"; code: DatabaseCode } | { state: "unknown" };

/**
 * Asks for a check without leaving the page: a database that is away cannot even tell who asks, so the answer is
 * then that of /readyz, which needs nobody to be signed in.
 */
export function useDatabaseCheck(): { busy: boolean; checked: Checked | null; check: () => void } {
  const [busy, setBusy] = useState(false);
  const [checked, setChecked] = useState<Checked | null>(null);
  const running = useRef(false);

  async function check() {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    try {
      setChecked(await ask());
    } finally {
      running.current = false;
      setBusy(false);
    }
  }
  return { busy, checked, check: () => void check() };
}

async function ask(): Promise<Checked> {
  try {
    const response = await fetch("/api/admin/database", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
    if (response.status >= 500) return await whyNotReady();
    const read = databaseCheckSchema.safeParse(await response.json());
    if (!read.success) return { state: "unknown" };
    return read.data.code === null ? { state: "answered", check: read.data } : { state: "failed", code: read.data.code };
  } catch (error) {
    // The network, or a proxy's page: nothing is known of the database.
    if (error instanceof Error) return { state: "unknown" };
    throw error;
  }
}

async function whyNotReady(): Promise<Checked> {
  const answer: unknown = await (await fetch("/readyz")).json();
  const reason = typeof answer === "object" && answer !== null && "reason" in answer ? answer.reason : null;
  if (reason === "database-refused") return { state: "failed", code: "UNAUTHORIZED" };
  return reason === "database-unreachable" || reason === "database-not-writable" ? { state: "failed", code: "DB_ERROR" } : { state: "unknown" };
}
