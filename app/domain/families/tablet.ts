/** What a wall tablet and the server agree on. Shared with the browser: no server import here. */

/** Whoever stands still for so long is taken to be gone: the server's rule, and the page's. */
export const VISIT_MS = 60_000;
