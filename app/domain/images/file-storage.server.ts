/** Uploads in a folder of this machine. */
import { randomUUID } from "node:crypto";
import { mkdir, open, opendir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { asStorageError, checkedFolder, checkedKey, type Storage } from "./storage.server.ts";

const ROOMS = ["public", "private"] as const;

/** @param root made when something is first put there */
export function fileStorage(root: string): Storage {
  const at = (name: string) => path.join(root, name);

  return {
    async put(key, body) {
      const target = at(checkedKey(key));
      // Written aside and put in place whole: nobody reads half a file, also after a crash.
      const aside = `${target}.${randomUUID()}`;
      try {
        await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
        if (!(body instanceof Uint8Array)) return await rename(body.path, target);
        await writeFile(aside, body, { mode: 0o600, flush: true });
        await rename(aside, target);
      } catch (error) {
        await rm(aside, { force: true });
        throw error instanceof Error ? asStorageError(error) : error;
      }
    },

    async open(key) {
      const handle = await open(at(checkedKey(key)), "r").catch(absent);
      if (!handle) return null;
      const { size } = await handle.stat();
      return { bytes: size, stream: Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array> };
    },

    async removeFolder(folder) {
      await rm(at(checkedFolder(folder)), { recursive: true, force: true });
    },

    async *folders() {
      for (const room of ROOMS)
        for (const shard of await namesIn(at(room))) {
          for (const id of await namesIn(at(`${room}/${shard}`))) {
            const changedAt = await newestIn(at(`${room}/${shard}/${id}`));
            if (changedAt !== null) yield { folder: `${room}/${shard}/${id}`, changedAt };
          }
        }
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(absent)) ?? [];
}

/** Null: gone meanwhile. */
async function newestIn(folder: string): Promise<number | null> {
  const own = await stat(folder).catch(absent);
  const entries = await opendir(folder).catch(absent);
  if (!own || !entries) return null;
  let newest = own.mtimeMs;
  for await (const entry of entries) newest = Math.max(newest, (await stat(path.join(folder, entry.name)).catch(absent))?.mtimeMs ?? 0);
  return newest;
}

function absent(error: unknown): null {
  if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
  throw error;
}
