/** Files that lines name: they lie beside the file of lines, and nothing outside of its folder is ever read. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, realpath, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Context } from "#app/domain/context.ts";
import { harmlessName } from "#app/domain/images/file-name.ts";
import { removeImported, storeImported, type Stored } from "#app/domain/images/imported.server.ts";
import { MAX_FILE_BYTES } from "#app/domain/images/limits.ts";
import type { Storage } from "#app/domain/images/storage.server.ts";
import { LineRefused, type NamedFile } from "./line.ts";

/** Where files come from, and go to. */
export interface FileSources {
  /** Its true path, without symbolic links. */
  folder: string;
  /** On the same disk as a store that is a folder: what lies here is moved into it. */
  arrivals: string;
  storage: Storage;
}

const MEGABYTE = 1024 * 1024;

/**
 * Stores all files of a line, or none.
 * @throws LineRefused for the first that cannot be taken, by its name; StorageError
 */
export async function storeFiles(ctx: Context, { folder, arrivals, storage }: FileSources, files: readonly NamedFile[]): Promise<Stored[]> {
  const stored: Stored[] = [];
  try {
    for (const file of files) {
      const source = await within(folder, file.path);
      const aside = path.join(arrivals, randomUUID());
      try {
        await copyFile(source, aside).catch(unreadable(file.path));
        const { bytes, sha256 } = await measured(aside);
        stored.push(await storeImported(ctx, storage, { path: aside, bytes, sha256, name: harmlessName(file.name ?? file.path) }));
      } finally {
        await rm(aside, { force: true });
      }
    }
    return stored;
  } catch (error) {
    await removeImported(storage, stored);
    throw error;
  }
}

/** @returns the true path */
async function within(folder: string, given: string): Promise<string> {
  if (given.includes("\0") || path.isAbsolute(given) || given.split(/[\\/]/).includes("..")) throw outside(given);
  const source = await realpath(path.join(folder, given)).catch(unreadable(given));
  if (!source.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)) throw outside(given);
  const found = await stat(source).catch(unreadable(given));
  if (!found.isFile()) throw refused(given, "is no file");
  if (found.size === 0) throw refused(given, "is empty");
  if (found.size > MAX_FILE_BYTES) throw refused(given, `is larger than ${MAX_FILE_BYTES / MEGABYTE} MB`);
  return source;
}

async function measured(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return { bytes: (await stat(file)).size, sha256: hash.digest("hex") };
}

const refused = (given: string, why: string) => new LineRefused(`files: ${given} ${why}`);
const outside = (given: string) => refused(given, "lies outside of the folder of the lines");

const REASONS: Record<string, string> = { ENOENT: "is not there", ENOTDIR: "is not there", EACCES: "may not be read", EPERM: "may not be read", ELOOP: "is a link without an end", ENAMETOOLONG: "has too long a name" };

function unreadable(given: string): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Error && "code" in error ? REASONS[String(error.code)] : undefined;
    throw reason === undefined ? error : refused(given, reason);
  };
}
