/** Durable versions of cached data: what one process declares out of date, no process serves. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cached, type CachedRead } from "#app/cache/cached.server.ts";
import { CACHE_PATHS, CACHE_TAGS, isConcerned, pathsOfTags, tagsOfPath } from "#app/cache/tags.ts";
import { raiseVersion, VERSIONS_SQL, type TagName } from "#app/cache/versions.server.ts";
import { newId } from "#app/domain/ids.ts";
import type { Database } from "#db/database.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

const clock = { now: Date.now, newId };
/** A gate that a fill waits at. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe.each(["better-sqlite3", "libsql-http"] as const)("on %s", (kind) => {
  let at: TestDatabase;
  /** Another process's: its memory is its own. */
  let other: Database;
  /** What the data is now. */
  let stored: string;
  let fills: number;

  beforeEach(async () => {
    at = await testDatabase(kind);
    other = await at.openAnother();
    stored = "first";
    fills = 0;
  });
  afterEach(() => at.close());

  const read = (db: Database, more: Partial<CachedRead<string>> = {}) =>
    cached(db, {
      name: "value",
      tag: "templates",
      fill: async () => {
        fills++;
        return stored;
      },
      ...more,
    });
  const raise = (db: Database, tag: TagName) => db.batch([raiseVersion(tag, clock)]);

  test("a second read is served from memory, and another process reads for itself", async () => {
    expect([await read(at.db), await read(at.db)]).toEqual(["first", "first"]);
    expect(fills).toBe(1);
    await read(other);
    expect(fills).toBe(2);
  });

  test("what one process declares out of date, the other reads anew", async () => {
    await read(at.db);
    await read(other);
    stored = "second";
    expect(await read(other)).toBe("first");
    await raise(at.db, "templates");
    expect([await read(other), await read(at.db)]).toEqual(["second", "second"]);
  });

  test("declared out of date in the middle of a fill: the next read is fresh, and what was filled meanwhile is served to nobody after", async () => {
    const slow = gate();
    const begun = gate();
    const first = read(other, {
      fill: async () => {
        const seen = stored;
        begun.open();
        await slow.opened;
        return seen;
      },
    });
    await begun.opened;
    stored = "second";
    await raise(at.db, "templates");
    // It neither waits for the fill that is under way nor takes its answer.
    expect(await read(other)).toBe("second");
    slow.open();
    expect(await first).toBe("first");
    expect(await read(other)).toBe("second");
  });

  test("a hundred reads at once are one fill in each process", async () => {
    const slow = gate();
    const fill = vi.fn(async () => {
      await slow.opened;
      return stored;
    });
    const all = [at.db, other].flatMap((db) => Array.from({ length: 100 }, () => read(db, { fill })));
    await vi.waitFor(() => expect(fill).toHaveBeenCalledTimes(2));
    slow.open();
    expect(new Set(await Promise.all(all))).toEqual(new Set(["first"]));
    expect(fill).toHaveBeenCalledTimes(2);
  });

  test("a part of a tag goes out of date alone, the whole tag with all its parts", async () => {
    for (const scope of ["ours", "theirs"]) await read(at.db, { scope });
    expect(fills).toBe(2);
    await raise(other, "templates:ours");
    for (const scope of ["ours", "theirs"]) await read(at.db, { scope });
    expect(fills).toBe(3);
    await raise(other, "templates");
    for (const scope of ["ours", "theirs"]) await read(at.db, { scope });
    expect(fills).toBe(5);
    await raise(other, "products");
    await read(at.db, { scope: "ours" });
    expect(fills).toBe(5);
  });

  test("a fill that fails is told to whoever asked, and the next read tries again", async () => {
    await expect(read(at.db, { fill: () => Promise.reject(new Error("no answer")) })).rejects.toThrow("no answer");
    expect(await read(at.db)).toBe("first");
  });

  test("past its age an entry may be served while one reads it anew, but never once it was declared out of date", async () => {
    const declared = { maxAgeMs: 0, staleMs: 60_000 };
    await read(at.db, declared);
    stored = "second";
    expect(await read(at.db, declared)).toBe("first");
    stored = "third";
    await raise(other, "templates");
    expect(await read(at.db, declared)).toBe("third");
  });

  test("a version is never used twice, and a change that is rolled back leaves none", async () => {
    const versions = new Set<unknown>();
    for (let times = 0; times < 20; times++) {
      await raise(times % 2 ? at.db : other, "company");
      versions.add((await at.db.all("SELECT version FROM cache_tags WHERE tag = 'company'"))[0]!["version"]);
    }
    expect(versions.size).toBe(20);
    await read(at.db);
    await expect(
      at.db.transact(async (tx) => {
        const { sql, args = [] } = raiseVersion("templates", clock);
        await tx.all(sql, args);
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    await read(at.db);
    expect(fills).toBe(1);
  });

  test("versions are read by primary key", async () => {
    const plan = await at.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${VERSIONS_SQL}`, ['["templates"]']);
    expect(plan.map(({ detail }) => detail).join("\n")).toMatch(/SEARCH cache_tags USING/);
    expect(plan.map(({ detail }) => detail).join("\n")).not.toMatch(/SCAN cache_tags/);
  });
});

describe("tags and pages", () => {
  test("each tag is shown by some page, each page shows some tag, and both directions agree", () => {
    for (const tag of CACHE_TAGS) {
      expect(pathsOfTags([tag]).length, tag).toBeGreaterThan(0);
      for (const path of pathsOfTags([tag])) expect(tagsOfPath(path)).toContain(tag);
    }
    for (const path of CACHE_PATHS) expect(tagsOfPath(path).length, path).toBeGreaterThan(0);
  });

  test("a page is concerned by its tags and by its address, also below it; others are not", () => {
    expect(isConcerned("/family", { tags: ["templates"], paths: [] })).toBe(true);
    expect(isConcerned("/family/templates", { tags: ["templates"], paths: [] })).toBe(true);
    expect(isConcerned("/family/templates", { tags: [], paths: ["/family"] })).toBe(true);
    expect(isConcerned("/", { tags: ["templates"], paths: [] })).toBe(false);
    expect(isConcerned("/chats", { tags: [...CACHE_TAGS], paths: ["/"] })).toBe(false);
    expect(isConcerned("/__proto__", { tags: [...CACHE_TAGS], paths: [] })).toBe(false);
    expect(tagsOfPath("/constructor")).toEqual([]);
  });
});
