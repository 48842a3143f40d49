/** The demo household's database file, made once a run by the command that makes it everywhere, and copied from then on. */
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";

const NAME = "roost.db";

/**
 * Puts a migrated and seeded database at `dataDir`/roost.db.
 * @param make makes one at the URL that it is given
 * @returns its URL
 */
export async function demoDatabase(dataDir: string, make: (url: string) => Promise<unknown>): Promise<string> {
  const url = `file:${path.join(dataDir, NAME)}`;
  const run = process.env["TEST_RUN_FOLDER"];
  if (!run) {
    await make(url);
    return url;
  }
  const kept = path.join(run, "demo-database");
  if (!existsSync(kept)) {
    // Whoever is done first keeps it: two files of tests may begin at once.
    const own = await mkdtemp(path.join(run, "making-"));
    await make(`file:${path.join(own, NAME)}`);
    await rename(own, kept).catch(() => rm(own, { recursive: true, force: true }));
  }
  await cp(kept, dataDir, { recursive: true });
  return url;
}
