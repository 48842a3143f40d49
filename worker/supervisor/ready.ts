import { setTimeout as pause } from "node:timers/promises";
import type { Settings } from "#app/config/settings.ts";

const POLL_MS = 100;
const ANSWER_TIMEOUT_MS = 2_000;

/** Where a person opens the app; a wildcard address is reached by localhost. */
export function addressOf({ host, port }: Pick<Settings, "host" | "port">): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** Resolves true once `/readyz` answers 200, false when `signal` aborts first. */
export async function untilReady(address: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await answersReady(`${address}/readyz`)) return true;
    await pause(POLL_MS);
  }
  return false;
}

async function answersReady(url: string) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch (error) {
    // Not listening yet (TypeError: fetch failed), or too busy to answer (TimeoutError).
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) return false;
    throw error;
  }
}
