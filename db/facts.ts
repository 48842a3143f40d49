/** What can be said about a database itself, whichever driver runs below. Nothing here holds a secret. */
import { stat } from "node:fs/promises";
import { isIP } from "node:net";
import path from "node:path";
import type { Queries } from "./database.ts";
import { filePath } from "./drivers/file-path.ts";

export interface DatabaseIdentity {
  name: string;
  /** Null: a file of this machine. */
  host: string | null;
  engine: "sqlite" | "libsql";
}

/** From the URL alone, without its credentials: a token in it is never shown. */
export function identityOf(url: string): DatabaseIdentity {
  if (url.startsWith("file:")) return { name: path.basename(filePath(url)), host: null, engine: "sqlite" };
  const { hostname, host } = new URL(url);
  // A provider names databases by the first label; a server of one's own holds one, without a name.
  const named = !isIP(hostname.replace(/^\[|\]$/g, "")) && hostname.includes(".");
  return { name: named ? hostname.split(".")[0]! : "default", host, engine: "libsql" };
}

export interface DatabaseSizes {
  version: string;
  bytes: number;
  /** Of the write-ahead log; null where the server keeps it. */
  walBytes: number | null;
}

const SIZES = "SELECT sqlite_version() AS version, page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";

export async function sizesOf(db: Queries, url: string): Promise<DatabaseSizes> {
  const [row] = await db.all<{ version: string; bytes: number }>(SIZES);
  return { version: row!.version, bytes: row!.bytes, walBytes: url.startsWith("file:") ? await bytesOf(`${filePath(url)}-wal`) : null };
}

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    // Checkpointed and closed: there is none.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}
