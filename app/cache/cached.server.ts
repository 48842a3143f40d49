/**
 * What loaders take from memory. Each entry belongs to the versions of its tags that were read before it was filled;
 * each read asks for the present ones. So once a tag is declared out of date no process serves what was read before,
 * not even where that lands in the middle of a fill, and a fill that began before is joined by nobody.
 */
import { cachified, totalTtl, type Cache, type CacheEntry } from "@epic-web/cachified";
import { LRUCache } from "lru-cache";
import type { Database } from "#db/database.ts";
import type { CacheTag } from "./tags.ts";
import { versionsOf, type TagName } from "./versions.server.ts";

/** Entries of one process. Those of past versions are asked for by nobody, and go first. */
const MAX_ENTRIES = 2_000;

/** After so long an entry is read anew even if nobody has said that it is out of date: a row changed by hand, say. */
const MAX_AGE_MS = 5 * 60_000;

export interface CachedRead<T> {
  /** What is read, unique within the tag. */
  name: string;
  tag: CacheTag;
  /** Whose it is: a family's id, say. It can then be declared out of date for these alone, or for all. */
  scope?: string;
  /** ms that an entry is served. */
  maxAgeMs?: number;
  /** ms that it is served beyond that, while one reads it anew; never after its tag was declared out of date. */
  staleMs?: number;
  /** Reads it. Never within a transaction: what is not committed is nobody else's. */
  fill: () => Promise<T>;
}

/** One memory for each database that the process has open, as two processes have two. */
const memories = new WeakMap<Database, Cache>();

/**
 * Reads through the process's memory. Any number of reads at once that miss lead to one fill.
 * @returns shared with other readers: not to be changed
 * @throws what `fill` throws; nothing is kept then
 */
export async function cached<T>(db: Database, { name, tag, scope, maxAgeMs, staleMs, fill }: CachedRead<T>): Promise<T> {
  const read = await cachedReads(db, { tags: [tag], ...(scope !== undefined && { scope }) });
  return read(name, tag, fill, { ...(maxAgeMs !== undefined && { maxAgeMs }), ...(staleMs !== undefined && { staleMs }) });
}

/** As `cached`, by the versions that its maker has read. */
export type ReadCached<Tag extends CacheTag> = <T>(name: string, tag: Tag, fill: () => Promise<T>, ages?: Pick<CachedRead<T>, "maxAgeMs" | "staleMs">) => Promise<T>;

/** Several reads of one page with one look at the versions of all their tags. To be used at once: it knows of nothing later. */
export async function cachedReads<Tag extends CacheTag>(db: Database, { tags, scope }: { tags: readonly Tag[]; scope?: string }): Promise<ReadCached<Tag>> {
  const namesOf = (tag: Tag): TagName[] => (scope === undefined ? [tag] : [tag, `${tag}:${scope}`]);
  const names = tags.flatMap(namesOf);
  // First the versions, then the data: what is read is never older than the versions that it is kept by.
  const versions = await versionsOf(db, names);
  return (name, tag, fill, { maxAgeMs = MAX_AGE_MS, staleMs = 0 } = {}) => {
    const own = namesOf(tag);
    const key = JSON.stringify([name, ...own, ...own.map((one) => versions[names.indexOf(one)])]);
    return cachified({ key, cache: memoryOf(db), ttl: maxAgeMs, swr: staleMs, getFreshValue: fill });
  };
}

function memoryOf(db: Database): Cache {
  let memory = memories.get(db);
  if (!memory) memories.set(db, (memory = lruMemory()));
  return memory;
}

function lruMemory(): Cache {
  const entries = new LRUCache<string, CacheEntry>({ max: MAX_ENTRIES });
  return {
    get: (key) => entries.get(key),
    set: (key, entry) => {
      const age = totalTtl(entry.metadata);
      return entries.set(key, entry, age === Infinity ? {} : { ttl: age });
    },
    delete: (key) => entries.delete(key),
  };
}
