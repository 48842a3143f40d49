import type { Queries } from "#db/database.ts";
import { encodeCursor } from "./cursor.ts";
import type { Position } from "./event.ts";
import { HEAD_SQL } from "./log.ts";

/** One statement, hence one snapshot. Indexes: the primary keys of outbox_log, outbox_events and outbox_channels. */
export const POSITION_SQL = `
  SELECT log.epoch AS epoch, ${HEAD_SQL} AS seq, wanted.value AS channel, coalesce(given.last_offset, 0) AS offset
  FROM outbox_log AS log
  LEFT JOIN json_each(?) AS wanted
  LEFT JOIN outbox_channels AS given ON given.channel = wanted.value
  WHERE log.id = 1`;

/**
 * Where the log stands for a reader of these channels. Read it *before* the data: an event that lies in between
 * comes twice (harmless, told by its id) instead of never.
 */
export async function positionOf(db: Queries, channels: readonly string[]): Promise<Position> {
  const rows = await db.all<{ epoch: string; seq: number; channel: string | null; offset: number }>(POSITION_SQL, [JSON.stringify(channels)]);
  const [head] = rows;
  if (!head) throw new Error("outbox_log has no row: run the migrations");
  const offsets: Record<string, number> = {};
  for (const { channel, offset } of rows) if (channel !== null) offsets[channel] = offset;
  return { epoch: head.epoch, seq: head.seq, cursor: encodeCursor(head), offsets };
}
