/** Databases for thousands of generated histories: each serves some, and the next one takes its place. */
import { afterAll, beforeAll } from "vitest";
import type { Database } from "#db/database.ts";
import { MEMORY_FOLDER, testDatabase, type TestDatabase } from "#tests/support/database.ts";

/**
 * @param runsADatabase after so many histories a new one is taken: a longer log would only be slower
 * @returns the database of the next history
 */
export function databasePool(runsADatabase: number): () => Promise<Database> {
  let current: { test: TestDatabase; runs: number } | null = null;

  async function database(): Promise<Database> {
    if (!current || current.runs === runsADatabase) {
      await current?.test.close();
      current = { test: await testDatabase("better-sqlite3", MEMORY_FOLDER), runs: 0 };
    }
    current.runs++;
    return current.test.db;
  }

  // The first one is made outside of any test's time.
  beforeAll(async () => void (await database()));
  afterAll(async () => {
    await current?.test.close();
  });
  return database;
}
