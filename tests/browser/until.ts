import { until as untilSoon } from "#tests/support/wait.ts";

/** What a page is asked costs it time to answer in: fifty times a second it does little else. */
const INTERVAL_MS = 100;

/** `until` of tests/support, for what is asked of pages. */
export const until: typeof untilSoon = (condition, options = {}) => untilSoon(condition, { interval: INTERVAL_MS, ...options });
