/** Whether a message is worth a notification: the one place that decides. Pure; tests/realtime/notification-verdict.test.ts is its table. */
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";

/** unsupported: plain http, or a browser that has none. */
export type Permission = "granted" | "denied" | "default" | "unsupported";

export interface Facts {
  /** Written by whom this browser belongs to, on whatever device. */
  own: boolean;
  /** No longer a member of the conversation. */
  gone: boolean;
  /** Read already, on whatever device. */
  read: boolean;
  /** What the conversation notifies of. */
  level: NotifyLevel;
  /** In a private chat every message is meant for one. */
  direct: boolean;
  /** The message names this person. */
  named: boolean;
  /** The chat is on a screen that somebody looks at. */
  looking: boolean;
  permission: Permission;
}

export type Verdict = "show" | "own" | "gone" | "read" | "muted" | "not-named" | "looking" | "not-permitted";

export function verdictOn(facts: Facts): Verdict {
  if (facts.own) return "own";
  if (facts.gone) return "gone";
  if (facts.level === "none") return "muted";
  if (facts.level === "mentions" && !facts.direct && !facts.named) return "not-named";
  if (facts.read) return "read";
  if (facts.looking) return "looking";
  return facts.permission === "granted" ? "show" : "not-permitted";
}

const BY_QUIET = ["none", "mentions", "all"] as const satisfies readonly NotifyLevel[];

/** The level that tells less. */
export const quieter = (a: NotifyLevel, b: NotifyLevel): NotifyLevel => BY_QUIET.find((level) => level === a || level === b)!;
