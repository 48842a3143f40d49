/** The plan of a database at Turso, asked of the provider's own API (docs.turso.tech/api-reference). */
import { z } from "zod";
import type { Settings } from "#app/config/settings.ts";
import type { ProviderAnswer } from "./database-check.ts";

const ANSWER_WITHIN_MS = 3_000;
const NAME = "Turso";
const LONGEST_PLAN = 60;

const answer = z.object({ subscription: z.object({ plan: z.string().min(1).max(LONGEST_PLAN) }) });

/** Never rejects: the card says what came of it. The token goes nowhere but into the request. */
export async function tursoPlan(turso: Settings["turso"]): Promise<ProviderAnswer> {
  if (!turso) return { state: "not-configured" };
  try {
    const response = await fetch(`${turso.url}/v1/organizations/${encodeURIComponent(turso.organization)}/subscription`, {
      headers: { authorization: `Bearer ${turso.token}`, accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const body = await response.text();
    if (response.status === 401 || response.status === 403) return { state: "failed", name: NAME, code: "UNAUTHORIZED" };
    const read = response.status === 200 ? answer.safeParse(JSON.parse(body)) : null;
    return read?.success ? { state: "known", name: NAME, plan: read.data.subscription.plan } : { state: "failed", name: NAME, code: "UNREACHABLE" };
  } catch (error) {
    // The network's TypeError, the deadline, or a page that is no JSON.
    if (error instanceof Error) return { state: "failed", name: NAME, code: "UNREACHABLE" };
    throw error;
  }
}
