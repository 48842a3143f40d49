/** The opaque cursor of sync: which log (epoch), and up to which seq it was read. */
export interface LogPoint {
  epoch: string;
  seq: number;
}

export const encodeCursor = ({ epoch, seq }: LogPoint): string => Buffer.from(`${epoch}.${seq}`).toString("base64url");

/** Longer ones are not ours. */
const MAX_CURSOR_CHARACTERS = 200;

/** @returns null for anything that `encodeCursor` would not have made */
export function decodeCursor(cursor: string): LogPoint | null {
  if (cursor.length > MAX_CURSOR_CHARACTERS) return null;
  const [, epoch, digits] = /^([0-9a-f]+)\.(0|[1-9]\d{0,15})$/.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  const point = { epoch: epoch ?? "", seq: Number(digits) };
  return epoch !== undefined && Number.isSafeInteger(point.seq) && encodeCursor(point) === cursor ? point : null;
}
