/** Whether an error says that the database cannot be used just now, whoever asks: away, silent, locked or without room. */
import { DatabaseBusyError } from "./database.ts";
import { DatabaseTimeoutError } from "./drivers/deadline.ts";

/** Of SQLite (https://www.sqlite.org/rescode.html), extended ones included: no room, a failing disk, a file that is away, locks. */
const SQLITE = /^SQLITE_(FULL|IOERR|CANTOPEN|BUSY|LOCKED)/;
/** Of @libsql/client, when the server cannot be reached, hangs up, refuses our token, or answers with an error of its own. */
const LIBSQL = /^(HRANA_(WEBSOCKET|CLOSED)_ERROR|SERVER_ERROR|AUTH_\w+)$/;
/** Of Node and its fetch (undici). */
const NETWORK = /^(ECONN|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|UND_ERR_)/;

/** @param error what a query threw; its causes are looked at, too */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DatabaseBusyError || each instanceof DatabaseTimeoutError) return true;
    const code = "code" in each && typeof each.code === "string" ? each.code : "";
    if (SQLITE.test(code) || LIBSQL.test(code) || NETWORK.test(code)) return true;
  }
  return false;
}
