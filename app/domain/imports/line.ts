/** A line of `npm run import:messages`: one message of another chat, as JSON. */
import { normalizeBody } from "#app/domain/conversations/schema.ts";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";
import { MESSAGE_ID_PATTERN } from "#app/domain/id-schema.ts";
import { MAX_ATTACHMENTS } from "#app/domain/images/limits.ts";

/** A picture or a file of a message. */
export interface NamedFile {
  /** From the folder of the lines. */
  path: string;
  /** As people see it; null: as it is called there. */
  name: string | null;
}

export interface ImportLine {
  id: string;
  /** An e-mail address, or the id of somebody who is here. */
  from: string;
  /** Whom a private message was to, like `from`; null in a room. */
  to: string | null;
  /** The room's name, or the id of one that is here; null of a private message. */
  room: string | null;
  body: string;
  /** Ms since 1970. */
  createdAt: number;
  /** When it had been read; null where it had not. */
  readAt: number | null;
  files: NamedFile[];
}

/** Longer lines are no messages. In bytes. */
export const MAX_LINE_BYTES = 1_000_000;
/** Clocks of other servers go fast. */
const MOST_AHEAD_MS = 24 * 60 * 60_000;

/** Why a line is left out. */
export class LineRefused extends Error {
  override name = "LineRefused";
}

/**
 * @param text null: the line was too long to be read
 * @param now ms since 1970
 * @throws LineRefused with the reason
 */
export function parseLine(text: string | null, now: number): ImportLine {
  if (text === null) throw new LineRefused(`longer than ${MAX_LINE_BYTES} bytes`);
  const value = json(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new LineRefused("not a JSON object");
  const fields = value as Record<string, unknown>;
  const id = typeof fields["id"] === "number" ? String(fields["id"]) : fields["id"];
  if (typeof id !== "string" || !MESSAGE_ID_PATTERN.test(id)) throw new LineRefused("id: expected 1 to 64 letters, digits or any of . _ : -");
  const to = optionalText(fields, "to");
  const room = optionalText(fields, "room");
  if ((to === null) === (room === null)) throw new LineRefused("expected either to or room");
  const files = namedFiles(fields["files"]);
  return { id, from: requiredText(fields, "from"), to, room, body: body(fields["body"], files.length > 0), createdAt: time(fields["createdAt"], "createdAt", now), readAt: fields["readAt"] == null ? null : time(fields["readAt"], "readAt", now), files };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new LineRefused("not JSON");
    throw error;
  }
}

function requiredText(fields: Record<string, unknown>, name: string): string {
  const text = optionalText(fields, name);
  if (text === null) throw new LineRefused(`${name}: missing`);
  return text;
}

function optionalText(fields: Record<string, unknown>, name: string): string | null {
  const value = fields[name];
  if (value == null) return null;
  if (typeof value !== "string" || value.trim() === "") throw new LineRefused(`${name}: expected a text`);
  return value;
}

/** @param mayBeEmpty words may be missing where there are files */
function body(value: unknown, mayBeEmpty: boolean): string {
  if (value == null && mayBeEmpty) return "";
  if (typeof value !== "string") throw new LineRefused("body: expected a text");
  const text = normalizeBody(value);
  if (text === "" && !mayBeEmpty) throw new LineRefused("body: empty");
  if (text.length > MAX_BODY_LENGTH) throw new LineRefused(`body: longer than ${MAX_BODY_LENGTH} characters`);
  return text;
}

const MAX_PATH_LENGTH = 1_000;

function namedFiles(value: unknown): NamedFile[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw new LineRefused("files: expected a list");
  if (value.length > MAX_ATTACHMENTS) throw new LineRefused(`files: more than ${MAX_ATTACHMENTS}`);
  return value.map((one: unknown) => {
    const { path, name = null } = typeof one === "object" && one !== null ? (one as Record<string, unknown>) : { path: one };
    if (typeof path !== "string" || path === "" || path.length > MAX_PATH_LENGTH || (name !== null && typeof name !== "string")) throw new LineRefused("files: expected paths, or objects with path and name");
    return { path, name };
  });
}

/** With a zone: a time of day alone says nothing about when. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

function time(value: unknown, name: string, now: number): number {
  const at = typeof value === "number" ? value : typeof value === "string" && ISO.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isSafeInteger(at) || at < 0) throw new LineRefused(`${name}: expected a time such as 2026-01-31T12:00:00.000Z, or milliseconds since 1970`);
  if (at > now + MOST_AHEAD_MS) throw new LineRefused(`${name}: lies in the future`);
  return at;
}
