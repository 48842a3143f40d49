import type { SqlValue } from "#db/database.ts";

/**
 * Both drivers bind every JavaScript number as a REAL. A column of a STRICT table turns 5.0 back into 5, but
 * `json_set(…, ?)` would store `5.0` and `typeof(?)` answers `real`: so integers go as 64-bit integers.
 */
export function bindable(args: readonly SqlValue[]): SqlValue[] {
  return args.map((value) => (typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value));
}
