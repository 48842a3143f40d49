import type { Database, OpenOptions } from "#db/database.ts";
import { connectLibsqlFile } from "./libsql-file.ts";
import { connectLibsqlServer } from "./libsql-server.ts";

/** @libsql/client behind the Database interface: a server, or (only in the contract suite) a local file. */
export const connectLibsql = (url: string, options: OpenOptions): Promise<Database> => (url.startsWith("file:") ? connectLibsqlFile(url, options) : connectLibsqlServer(url, options));
