/** What only the domain knows of a row, and only at the moment of publishing: whom it reaches, and what must not travel. */
import { parseChannel } from "#app/domain/channels.ts";
import { audienceOf, showsText, withheldUpTo } from "#app/domain/conversations/audience.server.ts";
import type { Queries } from "#db/database.ts";
import type { EventType } from "#db/outbox/event.ts";
import type { PendingRow } from "#db/outbox/pending.ts";

/** Told for one row: the channels in place of its audience, and whether only its stamp may travel. */
export interface Reach {
  channels: readonly string[];
  withheld: boolean;
}

/** Whether a row's audience is looked up: nobody knows yet how many channels it goes to. */
export const isReference = (row: Pick<PendingRow, "audience">): boolean => row.audience?.startsWith("{") ?? false;

/** Whose connections end once the row is delivered. Its channel's next row waits for that: what comes later does not reach them. */
export function terminatedBy({ event, payload }: PendingRow, eventTypes: ReadonlyMap<string, EventType>): string | null {
  const type = eventTypes.get(event);
  if (!type?.terminates || payload === null) return null;
  const data = parsedObject(payload);
  return data && type.terminates(data);
}

/** Null for what only a hand in the table can have put there: it must not keep the relay from reading on. */
function parsedObject(payload: string): object | null {
  try {
    const data: unknown = JSON.parse(payload);
    return typeof data === "object" ? data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Asks the database only where an answer depends on it: for references, and for texts of rooms.
 * @throws SyntaxError for an audience that is none
 */
export async function reachOf(db: Queries, rows: readonly PendingRow[]): Promise<Reach[]> {
  const rooms = rows.filter((row) => row.channel !== null && row.payload !== null && showsText(row.event) && parseChannel(row.channel)?.kind === "room");
  const upTo = rooms.length === 0 ? new Map<string, number>() : await withheldUpTo(db, rooms.map(({ channel }) => channel!));
  const reached: Reach[] = [];
  for (const row of rows) {
    const limit = rooms.includes(row) ? (upTo.get(row.channel!) ?? 0) : 0;
    reached.push({ channels: await channelsOf(db, row), withheld: limit > 0 && (JSON.parse(row.payload!) as { seq: number }).seq <= limit });
  }
  return reached;
}

async function channelsOf(db: Queries, row: PendingRow): Promise<string[]> {
  if (row.audience === null) return [row.channel ?? ""];
  return isReference(row) ? audienceOf(db, row.audience, row.payload ?? "{}") : (JSON.parse(row.audience) as string[]);
}
