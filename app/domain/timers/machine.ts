/** The states of a timer and what leads from one to another. Pure: the server rules by it, screens offer by it. */

export const TIMER_STATES = ["running", "paused", "expired", "completed", "cancelled"] as const;
export type TimerState = (typeof TIMER_STATES)[number];
export const TIMER_ACTIONS = ["start", "pause", "resume", "extend", "cancel", "expire", "confirm", "sync"] as const;
export type TimerAction = (typeof TIMER_ACTIONS)[number];

const _ = null;
/**
 * The whole machine: the state after an action, or none where it is impossible. `expire` here is of a timer whose
 * time has come; `confirm` of a completed one is the same confirmation again, and gives the same answer.
 */
export const TRANSITIONS: Readonly<Record<TimerState | "none", Readonly<Record<TimerAction, TimerState | null>>>> = {
  none: { start: "running", pause: _, resume: _, extend: _, cancel: _, expire: _, confirm: _, sync: _ },
  running: { start: _, pause: "paused", resume: _, extend: "running", cancel: "cancelled", expire: "expired", confirm: _, sync: "running" },
  paused: { start: _, pause: _, resume: "running", extend: "paused", cancel: "cancelled", expire: _, confirm: _, sync: "paused" },
  expired: { start: _, pause: _, resume: _, extend: _, cancel: "cancelled", expire: _, confirm: "completed", sync: "expired" },
  completed: { start: _, pause: _, resume: _, extend: _, cancel: _, expire: _, confirm: "completed", sync: "completed" },
  cancelled: { start: _, pause: _, resume: _, extend: _, cancel: _, expire: _, confirm: _, sync: "cancelled" },
};

/** One run. Durations in ms, instants in ms since 1970 by the server's clock. */
export interface TimerData {
  id: string;
  templateId: string | null;
  /** Whom it is for, and who gets its stars. */
  memberId: string | null;
  startedBy: string;
  name: string;
  icon: string | null;
  hue: number;
  stars: number;
  state: TimerState;
  /** Goes up by one with every change; a command says which it saw. */
  version: number;
  firstDurationMs: number;
  /** With all extensions. */
  durationMs: number;
  startedAt: number;
  /** While running, and of the end it came to; null while paused. */
  endsAt: number | null;
  /** What is left while paused; null otherwise. */
  remainingMs: number | null;
  confirmedBy: string | null;
  finishedAt: number | null;
}

/** A longer one is a mistake: a day. Also with all extensions. */
export const MAX_TIMER_MS = 24 * 60 * 60 * 1000;

const OPEN = new Set<TimerState>(["running", "paused", "expired"]);
/** Whether it is still on the dashboard. */
export const isOpen = ({ state }: Pick<TimerData, "state">): boolean => OPEN.has(state);

/** What a screen may offer in a state. */
export const actionsIn = (state: TimerState): TimerAction[] => TIMER_ACTIONS.filter((action) => TRANSITIONS[state][action] !== null);

/** How much is left, never below zero. */
export const remainingOf = (timer: TimerData, now: number): number => (timer.state === "paused" ? (timer.remainingMs ?? 0) : timer.state === "running" ? Math.max(0, timer.endsAt! - now) : 0);

/** Brings a timer up to now: expired if its time has come, else the same object. */
export function settle(timer: TimerData, now: number): TimerData {
  if (TRANSITIONS[timer.state].expire === null || timer.endsAt! > now) return timer;
  return { ...timer, state: TRANSITIONS[timer.state].expire!, version: timer.version + 1 };
}

export type TimerStep = { action: "pause" | "resume" | "cancel" | "sync" } | { action: "extend"; byMs: number } | { action: "confirm"; by: string };

/**
 * Does one thing to a settled timer.
 * @returns the timer after it, with the next version; the same object where nothing is to change; null where the table says impossible
 */
export function step(timer: TimerData, wanted: TimerStep, now: number): TimerData | null {
  const state = TRANSITIONS[timer.state][wanted.action];
  if (state === null) return null;
  const next = { ...timer, state, version: timer.version + 1 };
  switch (wanted.action) {
    case "sync":
      return timer;
    case "pause":
      // Another server's clock may be a little behind the one that started it: never more than all of it.
      return { ...next, endsAt: null, remainingMs: Math.min(timer.endsAt! - now, timer.durationMs) };
    case "resume":
      return { ...next, endsAt: now + timer.remainingMs!, remainingMs: null };
    case "extend":
      return {
        ...next,
        durationMs: timer.durationMs + wanted.byMs,
        endsAt: timer.endsAt === null ? null : timer.endsAt + wanted.byMs,
        remainingMs: timer.remainingMs === null ? null : timer.remainingMs + wanted.byMs,
      };
    case "cancel":
      return { ...next, finishedAt: now };
    case "confirm":
      return timer.state === "completed" ? timer : { ...next, confirmedBy: wanted.by, finishedAt: now };
  }
}
