/** Where the tests keep their databases. */
import { existsSync, statfsSync } from "node:fs";
import os from "node:os";

const SHARED_MEMORY = "/dev/shm";
/** A container may have some megabytes only. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= ENOUGH_BYTES;
}

/** A folder that no disk stands behind, where the system has a roomy one: a commit waits for nothing there. */
export const MEMORY_FOLDER = hasRoom(SHARED_MEMORY) ? SHARED_MEMORY : os.tmpdir();

/**
 * Vitest and Playwright are told to keep databases in memory (an outage of ten minutes with its ten thousand commits
 * takes 4 s there, and 26 s on a disk); whatever measures keeps them on the disk.
 */
export const dataFolder = (): string => process.env["TEST_DATA_IN"] ?? os.tmpdir();
