/** What axe finds in a page, as fast as it can be found. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What Playwright has pages say in which it keeps service workers away. */
export const WORKER_BLOCKED = "Service Worker registration blocked by Playwright";

/**
 * What is right is not written down: describing every element that passes takes most of an audit's time. No page here
 * has frames with content ("legacy mode"), so that there is one document to look at, and no second page to sum up in.
 * @returns one line for each rule that the page breaks, with the elements
 */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).withTags(RULES).setLegacyMode().analyze();
  return found.map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}
