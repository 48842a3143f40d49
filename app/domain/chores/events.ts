/** Events of chores. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";
import type { ChoreData } from "./chore.ts";

/** Somebody's claim counts. */
export const choreCompleted = durable<{ chore: ChoreData; memberId: string; starsAwarded: number }>()("chore:completed");
/** Made, changed, claimed, refused, undone, or taken off the list. */
export const choreUpdated = durable<{ chore: ChoreData }>()("chore:updated");
