/** The first pause is up to this long, each later one up to twice the one before. */
export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_LONGEST_MS = 60_000;

/** The longest pause after so many attempts, in ms. */
export const backoffCeiling = (attempts: number) => Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.max(0, attempts - 1));

/** Full jitter: anything from 0 to the ceiling, so that channels that failed together do not come back together. */
export const backoff = (attempts: number, random: () => number) => Math.round(random() * backoffCeiling(attempts));
