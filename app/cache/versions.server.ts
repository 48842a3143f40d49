/**
 * Versions of cache tags: a row each, the same for every process. A version is an id, so it is never used twice, not
 * even after a backup was restored.
 */
import type { Queries, Statement } from "#db/database.ts";
import type { CacheTag } from "./tags.ts";

/** A tag as a whole, or that part of it that belongs to one family, say. */
export type TagName = CacheTag | `${CacheTag}:${string}`;

/** Of tags that were never declared out of date. */
const FIRST_VERSION = "-";

/** By primary key. */
export const VERSIONS_SQL = "SELECT tag, version FROM cache_tags WHERE tag IN (SELECT value FROM json_each(?))";

/** The present versions of some tags, in their order; one read for all. */
export async function versionsOf(db: Queries, tags: readonly TagName[]): Promise<string[]> {
  const rows = await db.all<{ tag: string; version: string }>(VERSIONS_SQL, [JSON.stringify(tags)]);
  const versions = new Map(rows.map(({ tag, version }) => [tag, version]));
  return tags.map((tag) => versions.get(tag) ?? FIRST_VERSION);
}

/**
 * Declares everything out of date that is cached under a tag: from the commit on no process serves it. Belongs into
 * the transaction of the change that it tells of.
 */
export function raiseVersion(tag: TagName, { now, newId }: { now: () => number; newId: () => string }): Statement {
  return {
    sql: "INSERT INTO cache_tags (tag, version, revalidated_at) VALUES (?, ?, ?) ON CONFLICT (tag) DO UPDATE SET version = excluded.version, revalidated_at = excluded.revalidated_at",
    args: [tag, newId(), now()],
  };
}
