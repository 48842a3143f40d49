import { afterEach, beforeEach } from "vitest";
import { MEMORY_FOLDER, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { household, type Household } from "./household.ts";

/** A household of its own, on a database of its own, for each test of a file. @param onMade told of it before the test */
export function eachWithHousehold(onMade: (house: Household, at: TestDatabase) => void): void {
  let at: TestDatabase;
  beforeEach(async () => {
    at = await testDatabase("better-sqlite3", MEMORY_FOLDER);
    onMade(await household(at.db), at);
  });
  afterEach(() => at.close());
}
