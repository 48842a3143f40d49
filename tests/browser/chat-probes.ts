/** Measurements inside a page, and their counterpart in the database. */
import type { Page } from "@playwright/test";
import { openDatabase } from "#db/database.ts";
import type { Roost } from "#tests/support/processes.ts";
import { percentile } from "./household.ts";

/** Notes when each bubble first appears, by its key. */
export async function watchArrivals(page: Page) {
  await page.evaluate(() => {
    const arrivals: Record<string, number> = {};
    const note = () => {
      for (const bubble of document.querySelectorAll<HTMLElement>("[data-message]")) arrivals[bubble.dataset["message"]!] ??= Date.now();
    };
    note();
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
    Object.assign(window, { arrivals });
  });
}

/** Notes the time from pressing Enter to the bubble being in the page and laid out, in ms. */
export async function watchOptimism(page: Page) {
  await page.evaluate(() => {
    const took: number[] = [];
    const count = () => document.querySelectorAll("[data-message]").length;
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Enter") return;
        const from = performance.now();
        const before = count();
        const watching = new MutationObserver(() => {
          if (count() <= before) return;
          watching.disconnect();
          document.body.getBoundingClientRect();
          took.push(performance.now() - from);
        });
        watching.observe(document.body, { childList: true, subtree: true });
      },
      { capture: true },
    );
    Object.assign(window, { took });
  });
}

export const optimismOf = (page: Page) => page.evaluate(() => (window as unknown as { took: number[] }).took);

/** From commit to the receiver's screen, in ms, for every message that came while the page was watched. */
export async function commitToScreen(roost: Roost, page: Page, conversationId: string, prefix: string): Promise<number[]> {
  const arrivals = await page.evaluate(() => (window as unknown as { arrivals: Record<string, number> }).arrivals);
  const db = await openDatabase(roost.databaseUrl);
  const rows = await db.all<{ key: string; at: number }>("SELECT sender_id || ':' || client_id AS key, created_at AS at FROM messages WHERE conversation_id = ? AND body LIKE ? || '%'", [conversationId, prefix]);
  await db.close();
  return rows.flatMap(({ key, at }) => (arrivals[key] === undefined ? [] : [arrivals[key] - at]));
}

export function report(what: string, values: readonly number[]) {
  console.info(`${what}: p50 ${percentile(values, 0.5).toFixed(1)} ms, p95 ${percentile(values, 0.95).toFixed(1)} ms, worst ${Math.max(...values).toFixed(1)} ms (${values.length})`);
}
