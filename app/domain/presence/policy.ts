/**
 * When somebody is here, as pure steps over one row. Two things tell: the Channels server (a browser is connected:
 * `occupied`) and the browsers' own sync checks (`seenAt`). News of the server may come doubled, late, in any order
 * or never; clocks may differ and jump. All times are milliseconds since 1970.
 */

/** Without a connection and without a sync check for so long, somebody is gone. Polling asks every 5 s, a quiet check every 16 to 24 s. */
export const OFFLINE_AFTER_MS = 60_000;
/** How exact `seenAt` is: a person's row is written at most so often by sync checks. */
export const SEEN_EVERY_MS = 30_000;
/** Channels tells of an empty channel only after this, in case somebody is back (pusher.md). */
const VACATED_DELAY_MS = 3_000;
/** Who was not heard of for longer when the connection was missed had lost it before: the network was gone, not the browser. */
const LOST_BEFORE_MS = 90_000;
/** Clocks of several machines agree so far. */
const CLOCK_TOLERANCE_MS = 5_000;
/** What lies further ahead was written by a clock that has jumped back since. */
const JUMPED_MS = 60_000;

export interface Presence {
  userId: string;
  /** What others are told. */
  online: boolean;
  occupied: boolean;
  /** When the Channels server said so, by its clock. */
  occupiedAt: number;
  /** 0: what was seen no longer counts. */
  seenAt: number;
  lastActive: number;
}

/** What the Channels server said of somebody's own presence channel, by webhook. */
export interface Occupied {
  occupied: boolean;
  /** The webhook's `time_ms`. */
  at: number;
}

export const unknownPresence = (userId: string): Presence => ({ userId, online: false, occupied: false, occupiedAt: 0, seenAt: 0, lastActive: 0 });

/**
 * A webhook. The newest by its own time counts, whichever comes last; of two at the same moment the one that says
 * "here", so that every order ends alike.
 */
export function hear<Row extends Presence>(row: Row, { occupied, at }: Occupied, now: number): Row {
  const isNewer = at > row.occupiedAt || (at === row.occupiedAt && occupied && !row.occupied);
  if (!isNewer) return row;
  const heard = { ...row, occupied, occupiedAt: at };
  if (occupied) return { ...heard, online: true, lastActive: later(row, Math.min(at, now), now) };
  // Another browser of theirs, without push, has asked since: told late, this is about one that left.
  if (isSeen(row, now) && row.seenAt > at + CLOCK_TOLERANCE_MS) return heard;
  const left = Math.min(at - VACATED_DELAY_MS, now);
  const wasLost = row.lastActive > 0 && left - row.lastActive > LOST_BEFORE_MS;
  const lastActive = later(row, wasLost ? row.seenAt : left, now);
  return { ...heard, online: false, seenAt: 0, lastActive };
}

/** Whether a sync check at `at` is worth a write. One from before they left says nothing. */
export const isSeenDue = (row: Presence, at: number): boolean => !isBeforeLeaving(row, at) && (!row.online || at - row.seenAt >= SEEN_EVERY_MS || row.seenAt > at + JUMPED_MS);

const isBeforeLeaving = ({ occupied, occupiedAt }: Presence, at: number) => !occupied && at <= occupiedAt && occupiedAt <= at + JUMPED_MS;

/** A browser has asked. */
export function see<Row extends Presence>(row: Row, at: number): Row {
  if (!isSeenDue(row, at)) return row;
  return { ...row, online: true, seenAt: at, lastActive: later(row, at, at) };
}

/** What the Channels server answered when it was asked whether a browser is connected. */
export interface Checked {
  occupied: boolean;
  askedAt: number;
  /** The row's `occupiedAt` before it was asked: news that came meanwhile are newer than the answer. Null: it was not looked at. */
  known: number | null;
}

/** An answer of the Channels server, beside its news. */
export function check<Row extends Presence>(row: Row, { occupied, askedAt, known }: Checked, now: number): Row {
  const hasJumped = row.occupiedAt > askedAt + JUMPED_MS;
  const isOvertaken = known === null ? !hasJumped && row.occupiedAt > askedAt - CLOCK_TOLERANCE_MS : row.occupiedAt !== known;
  if (isOvertaken || (row.occupied === occupied && !hasJumped)) return row;
  // News from before the answer are old from now on; its clock may be somewhat behind ours.
  const checked = { ...row, occupied, occupiedAt: askedAt - CLOCK_TOLERANCE_MS };
  if (!occupied) return lapse(checked, now);
  return { ...checked, online: true, lastActive: row.occupied ? row.lastActive : later(row, askedAt, now) };
}

/** Time has passed. */
export function lapse<Row extends Presence>(row: Row, now: number): Row {
  if (!row.online || row.occupied || isSeen(row, now)) return row;
  return { ...row, online: false, seenAt: 0, lastActive: Math.min(row.lastActive, now) };
}

const isSeen = ({ seenAt }: Presence, now: number) => seenAt > now - OFFLINE_AFTER_MS && seenAt <= now + JUMPED_MS;

/** Never back, but for a clock that had jumped ahead. */
const later = ({ lastActive }: Presence, at: number, now: number) => (lastActive > now + JUMPED_MS ? Math.min(at, now) : Math.max(lastActive, at));
