/** Events of timers. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";
import type { TimerData } from "./machine.ts";

export const timerStarted = durable<{ timer: TimerData }>()("timer:started");
/** Paused, resumed or extended. */
export const timerUpdated = durable<{ timer: TimerData }>()("timer:updated");
export const timerExpired = durable<{ timer: TimerData }>()("timer:expired");
export const timerCancelled = durable<{ timerId: string }>()("timer:cancelled");
export const timerCompleted = durable<{ timer: TimerData; starsAwarded: number }>()("timer:completed");
