/** Tells reads from writes by their text, for a server that cannot refuse writes on a connection for reads. */
/** Texts already looked at. */
const MAX_KNOWN = 1_000;

const READS = /^\s*(select|with|values|explain|pragma\s+\w+\s*(\(\s*\w+\s*\))?\s*;?\s*$)/i;
const WRITES_IN_WITH = /\b(insert\s+(or\s+\w+\s+)?into|replace\s+into|update\s+(or\s+\w+\s+)?["`[\w]+\s+(as\s+\w+\s+)?set|delete\s+from)\b/i;
const QUOTED_OR_COMMENT = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g;

const known = new Set<string>();

/** @throws when the statement is not a read: writes go through `transact` or `batch` */
export function assertReadOnly(sql: string) {
  if (known.has(sql)) return;
  const bare = sql.replace(QUOTED_OR_COMMENT, "''");
  const text = bare.replace(/^(\s|'')*/, "");
  if (!READS.test(text) || (/^with\b/i.test(text) && WRITES_IN_WITH.test(text))) throw new Error("attempt to write outside transact() or batch()");
  if (known.size >= MAX_KNOWN) known.clear();
  known.add(sql);
}
