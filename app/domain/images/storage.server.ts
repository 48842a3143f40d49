/** Where uploads lie: one interface, a folder or an S3-compatible store behind it. tests/domain/images/storage-contract.test.ts holds for both. */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileStorage } from "./file-storage.server.ts";
import { s3Storage, type S3Access } from "./s3-storage.server.ts";

/** A file that is put: bytes, or a file on the disk that may be moved away. */
export type StoredBody = Uint8Array | { path: string; bytes: number };

export interface StoredFile {
  bytes: number;
  /** To be read to its end or cancelled. */
  stream: ReadableStream<Uint8Array>;
}

export interface Storage {
  /** Puts a file whole or not at all, over whatever is there. @param key `{folder}/{name}` */
  put(key: string, body: StoredBody): Promise<void>;
  /** Null when there is none. */
  open(key: string): Promise<StoredFile | null>;
  /** Deletes all files of a folder; none is no error. */
  removeFolder(folder: string): Promise<void>;
  /** All folders with the time of their newest file (ms), in no order. */
  folders(): AsyncIterable<{ folder: string; changedAt: number }>;
}

/** No room, or an error of the disk: not the fault of what was to be kept. */
const DISK_CODES = new Set(["ENOSPC", "EDQUOT", "EIO", "EROFS", "EFBIG"]);

/** What a failing disk throws, as the store's refusal; anything else as it is. */
export function asStorageError(error: Error): Error {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" && DISK_CODES.has(code) ? new StorageError(`the disk did not take it: ${code}`, { cause: error }) : error;
}

/** The store cannot be reached, has no room, or refuses us. Nothing that came from outside is wrong. */
export class StorageError extends Error {
  override name = "StorageError";
}

/** Only our own names reach a store. */
const FOLDER = /^(?:public|private)\/[0-9a-f]{2}\/[0-9a-f]{32}$/;
const KEY = /^(?:public|private)\/[0-9a-f]{2}\/[0-9a-f]{32}\/[a-z0-9.-]{1,40}$/;

/** @throws TypeError for a name that is not ours */
export function checkedFolder(folder: string): string {
  if (!FOLDER.test(folder)) throw new TypeError("no folder of ours");
  return folder;
}

/** @throws TypeError for a name that is not ours */
export function checkedKey(key: string): string {
  if (!KEY.test(key) || key.includes("..")) throw new TypeError("no file of ours");
  return key;
}

/** Where the files of an upload lie; triggers of the database say the same (migrations, `images_leave`). */
export const folderOf = (room: "public" | "private", id: string): string => `${room}/${id.slice(-2)}/${id}`;

export type UploadsSetting = { kind: "file"; folder: string } | ({ kind: "s3" } & S3Access);

export const openStorage = (uploads: UploadsSetting): Storage => (uploads.kind === "file" ? fileStorage(uploads.folder) : s3Storage(uploads));

/**
 * The folder in which uploads arrive before they are looked at: on the same disk as the store where that is a folder,
 * so that a file is moved and not copied. What a process that was killed has left in it goes.
 */
export async function arrivalFolder(uploads: UploadsSetting): Promise<string> {
  const folder = uploads.kind === "file" ? path.join(uploads.folder, "arriving") : path.join(os.tmpdir(), "roost-arriving");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await clear(folder);
  return folder;
}

/** No upload takes so long: what is older was left by a process that was killed. Others on this machine may be taking files in. */
const LEFT_AFTER_MS = 60 * 60_000;

async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const { mtimeMs } = await stat(file).catch(gone);
    if (mtimeMs < Date.now() - LEFT_AFTER_MS) await rm(file, { force: true });
  }
}

/** Another process has just moved it into the store. */
function gone(error: unknown): { mtimeMs: number } {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return { mtimeMs: Infinity };
  throw error;
}
