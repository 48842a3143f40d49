/** The shapes of the outbox as pages show it. Shared with the browser: types only. */
export type { BrowsedEvent, EventState } from "#db/outbox/browse.ts";
export type { FailureGroup, Waiting } from "#db/outbox/overview.ts";
