/** Keeps the store free of what no row speaks of any more. Run by the relay's leader and by the cron route. */
import type { Context } from "#app/domain/context.ts";
import { UNSENT_KEPT_MS } from "./limits.ts";
import { checkedFolder, type Storage } from "./storage.server.ts";

interface SweepContext extends Context {
  storage: Storage;
}

/** In one run, so that others have their turn; what is left over comes with the next. */
const AT_ONCE = 200;
/** An upload of this moment has its files before it has its row. */
export const ORPHAN_AFTER_MS = 60 * 60_000;

/** Indexes: images_unsent, files_unsent. */
export const DROP_UNSENT_SQL = {
  images: `DELETE FROM images WHERE id IN (SELECT id FROM images INDEXED BY images_unsent WHERE target = 'messages' AND message_id IS NULL AND created_at <= ? LIMIT ${AT_ONCE}) RETURNING 1 AS gone`,
  files: `DELETE FROM files WHERE id IN (SELECT id FROM files INDEXED BY files_unsent WHERE message_id IS NULL AND created_at <= ? LIMIT ${AT_ONCE}) RETURNING 1 AS gone`,
};

/** Forgets what was chosen for a message that was never sent. @returns how many */
export async function dropUnsent({ db, now }: Context): Promise<number> {
  const before = now() - UNSENT_KEPT_MS;
  const gone = await db.batch([DROP_UNSENT_SQL.images, DROP_UNSENT_SQL.files].map((sql) => ({ sql, args: [before] })));
  return gone.reduce((sum, rows) => sum + rows.length, 0);
}

/**
 * Deletes the files of rows that are gone. One that the store does not let go of holds up no other, and is tried again by the next run.
 * @returns how many folders
 * @throws the first failure, when all others are done
 */
export async function removeLeftFolders({ db, storage }: SweepContext): Promise<number> {
  const left = await db.all<{ folder: string }>("SELECT folder FROM storage_removals LIMIT ?", [AT_ONCE]);
  const failures: unknown[] = [];
  for (const { folder } of left) {
    try {
      await storage.removeFolder(folder);
    } catch (error) {
      failures.push(error);
      continue;
    }
    await db.batch([{ sql: "DELETE FROM storage_removals WHERE folder = ?", args: [folder] }]);
  }
  if (failures.length > 0) throw failures[0];
  return left.length;
}

/** Ids of a list that some row still speaks of. Primary keys. */
export const KNOWN_SQL = "SELECT value AS id FROM json_each(?) WHERE value IN (SELECT id FROM images) OR value IN (SELECT id FROM files)";

/** Deletes files whose row was never written: their process ended in between. @returns how many folders */
export async function sweepOrphans({ db, now, storage }: SweepContext): Promise<number> {
  const before = now() - ORPHAN_AFTER_MS;
  let removed = 0;
  let batch: string[] = [];
  const settle = async () => {
    const known = new Set((await db.all<{ id: string }>(KNOWN_SQL, [JSON.stringify(batch.map(idOf))])).map(({ id }) => id));
    for (const folder of batch.filter((one) => !known.has(idOf(one)))) {
      await storage.removeFolder(folder);
      removed++;
    }
    batch = [];
  };
  for await (const { folder, changedAt } of storage.folders()) {
    if (changedAt > before || !isOurs(folder)) continue;
    batch.push(folder);
    if (batch.length >= AT_ONCE) await settle();
  }
  if (batch.length > 0) await settle();
  return removed;
}

const idOf = (folder: string) => folder.slice(folder.lastIndexOf("/") + 1);

/** What others put beside ours is theirs. */
function isOurs(folder: string): boolean {
  try {
    return checkedFolder(folder) === folder;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
