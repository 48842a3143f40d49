/** A chore as pages and events show it. Shared with the browser: no server import here. */
import type { CalendarDate } from "#app/domain/calendar-days.ts";
import type { Recurrence } from "./recurrence.ts";

export const ASSIGNMENTS = ["fixed", "rotating", "first-come"] as const;
export type Assignment = (typeof ASSIGNMENTS)[number];

export const OCCURRENCE_STATES = ["open", "claimed", "done"] as const;
export type OccurrenceState = (typeof OCCURRENCE_STATES)[number];

/** One time that it is due. */
export interface ChoreOccurrence {
  dueOn: CalendarDate;
  /** 0, 1, 2 … of this chore. */
  turn: number;
  state: OccurrenceState;
  /** Null: whoever comes first. */
  assignedTo: string | null;
  claim: { id: string; memberId: string; claimedAt: number; stars: number } | null;
}

export interface ChoreData {
  id: string;
  name: string;
  icon: string | null;
  stars: number;
  recurrence: Recurrence;
  assignment: Assignment;
  /** Whose turn it can be, in order; none: everybody's. */
  assignees: string[];
  /** Goes up by one with every change. */
  version: number;
  isArchived: boolean;
  /** All that are open or claimed, and the last one that was done; by turn. */
  occurrences: ChoreOccurrence[];
}

/**
 * Whose turn it is. By the number of the turn alone: whatever is undone and done again, everybody has as many turns as
 * the others, give or take one.
 * @returns null: whoever comes first
 */
export function assigneeOf(assignment: Assignment, assignees: readonly string[], turn: number): string | null {
  if (assignment === "first-come") return null;
  return assignees[assignment === "fixed" ? 0 : turn % Math.max(1, assignees.length)] ?? null;
}

/** Whether it is theirs to claim. */
export const isTheirs = ({ assignees }: Pick<ChoreData, "assignees">, { assignedTo }: Pick<ChoreOccurrence, "assignedTo">, memberId: string): boolean =>
  assignedTo === null ? assignees.length === 0 || assignees.includes(memberId) : assignedTo === memberId;
