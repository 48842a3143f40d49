import type { Logger } from "pino";

/** What the relay needs of a pino logger. Lines carry ids, codes and figures; never payloads, URLs or secrets. */
export type RelayLog = Pick<Logger, "debug" | "info" | "warn" | "error">;
