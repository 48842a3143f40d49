/**
 * What pages and the service worker say to each other. A page of an older version may talk to a newer worker: kinds
 * and fields are only ever added.
 */
export type ToWorker =
  /** This page is on screen: keep a copy of it for opening offline. */
  | { kind: "keep"; path: string; language: string }
  /** Signing out: delete all private copies. Answered on the port. */
  | { kind: "forget" };

/** Answered when done. */
export const FORGOTTEN = "forgotten";

/** Of the caches that hold private copies. */
export const COPIES_PREFIX = "roost-pages-";

/** What stands on screen is a copy of that time (milliseconds since 1970). */
export interface FromWorker {
  kind: "shown-from-copy";
  keptAt: number;
}

/**
 * A notification was clicked: this page is to show that path. Answered on the port, so that a page that is too busy,
 * or too old, to understand is sent there by the browser instead.
 */
export interface OpenPath {
  kind: "open";
  path: string;
}
export const OPENED = "opened";

/** On <html> of a stored document: when it was stored. */
export const KEPT_AT_ATTRIBUTE = "data-kept-at";

const CHAT = /^\/chats\/[0-9a-f]{32}$/;

/** Whether a page of this path can be opened offline. */
export const isKept = (path: string): boolean => path === "/" || path === "/chats" || CHAT.test(path);
export const isChat = (path: string): boolean => CHAT.test(path);
