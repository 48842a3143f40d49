import type { Log } from "./environment.ts";

/** The browser's console is where somebody looks who was asked to. Never `error`: nothing here is the user's concern. */
export const browserLog: Log = (message, details) => console.info(`[roost] ${message}`, details ?? "");
