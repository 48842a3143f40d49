/**
 * Reading lines, apart from writing what they say: no database is asked, so another thread can do it (worker/cli/import-reader.ts)
 * while SQLite writes. What is read crosses between threads as columns: a hundred large pieces are copied sooner than
 * as many thousand small ones.
 */
import { LineRefused, parseLine, type ImportLine, type NamedFile } from "./line.ts";

export interface RawLine {
  /** 1 is the first of the file. */
  number: number;
  /** Null: longer than MAX_LINE_BYTES. */
  text: string | null;
}

export interface SkippedLine {
  line: number;
  reason: string;
}

export interface NumberedLine extends ImportLine {
  number: number;
}

/** Some lines of the file, one after the other. */
export interface ReadLines {
  /** Empty ones and those that are left out included. */
  count: number;
  lines: readonly NumberedLine[];
  skipped: readonly SkippedLine[];
}

/** @param now ms since 1970 */
export function readLines(raw: readonly RawLine[], now: number): ReadLines {
  const lines: NumberedLine[] = [];
  const skipped: SkippedLine[] = [];
  for (const { number, text } of raw) {
    if (text?.trim() === "") continue;
    try {
      lines.push({ number, ...parseLine(text, now) });
    } catch (error) {
      skipped.push(skippedLine(number, error));
    }
  }
  return { count: raw.length, lines, skipped };
}

/** @throws `error` itself where it is no refusal */
export function skippedLine(line: number, error: unknown): SkippedLine {
  if (!(error instanceof LineRefused)) throw error;
  return { line, reason: error.message };
}

/** `ReadLines` as columns. */
export interface PackedLines {
  count: number;
  skipped: readonly SkippedLine[];
  numbers: Float64Array<ArrayBuffer>;
  ids: string[];
  bodies: string[];
  /** People and rooms, each once. */
  names: string[];
  /** Places in `names`; NOBODY where a line has none. */
  from: Int32Array<ArrayBuffer>;
  to: Int32Array<ArrayBuffer>;
  room: Int32Array<ArrayBuffer>;
  createdAt: Float64Array<ArrayBuffer>;
  /** NaN: not read. */
  readAt: Float64Array<ArrayBuffer>;
  /** By place of the line; of most there is nothing. */
  files: ReadonlyMap<number, NamedFile[]>;
}

const NOBODY = -1;

export function pack({ count, lines, skipped }: ReadLines): PackedLines {
  const places = new Map<string, number>();
  const placeOf = (name: string | null) => {
    if (name === null) return NOBODY;
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, places.size);
    return places.size - 1;
  };
  const files = new Map<number, NamedFile[]>();
  for (const [place, line] of lines.entries()) if (line.files.length > 0) files.set(place, line.files);
  return {
    count,
    skipped,
    numbers: Float64Array.from(lines, ({ number }) => number),
    ids: lines.map(({ id }) => id),
    bodies: lines.map(({ body }) => body),
    from: Int32Array.from(lines, ({ from }) => placeOf(from)),
    to: Int32Array.from(lines, ({ to }) => placeOf(to)),
    room: Int32Array.from(lines, ({ room }) => placeOf(room)),
    createdAt: Float64Array.from(lines, ({ createdAt }) => createdAt),
    readAt: Float64Array.from(lines, ({ readAt }) => readAt ?? Number.NaN),
    files,
    names: [...places.keys()],
  };
}

/** What need not be copied between threads. */
export const transferable = ({ numbers, from, to, room, createdAt, readAt }: PackedLines): ArrayBuffer[] => [numbers, from, to, room, createdAt, readAt].map(({ buffer }) => buffer);

export function unpack({ count, skipped, numbers, ids, bodies, names, from, to, room, createdAt, readAt, files }: PackedLines): ReadLines {
  const nameAt = (place: number) => (place === NOBODY ? null : names[place]!);
  const lines = ids.map((id, place): NumberedLine => {
    const read = readAt[place]!;
    return {
      number: numbers[place]!,
      id,
      from: names[from[place]!]!,
      to: nameAt(to[place]!),
      room: nameAt(room[place]!),
      body: bodies[place]!,
      createdAt: createdAt[place]!,
      readAt: Number.isNaN(read) ? null : read,
      files: files.get(place) ?? NO_FILES,
    };
  });
  return { count, lines, skipped };
}

const NO_FILES: NamedFile[] = [];
