/**
 * A libSQL server that is only read, and that may be away or hang at any moment: a replica. Connects when it is first
 * asked. Unlike for a primary no pragma is asserted: a replica sends whatever is no plain read to its primary.
 */
import { createClient, type Client } from "@libsql/client";
import type { Reader, ReaderOptions, SqlValue } from "#db/database.ts";
import { deadline } from "./deadline.ts";
import { inStatement, rowsOf } from "./libsql-rows.ts";
import { assertReadOnly } from "./read-only.ts";

export function libsqlReader(url: string, { authToken, answerWithinMs }: ReaderOptions): Reader {
  let client: Client | undefined;
  const connected = () => (client ??= createClient({ url, intMode: "number", ...(authToken ? { authToken } : {}) }));

  /** The next question opens another connection. The client's own reconnect() would keep each that never came about. */
  function letGo() {
    client?.close();
    client = undefined;
  }

  const within = deadline(letGo, answerWithinMs);
  return {
    all: async <T>(sql: string, args: readonly SqlValue[] = []) => {
      assertReadOnly(sql);
      return rowsOf(await within(connected().execute(inStatement({ sql, args })))) as T[];
    },
    close: letGo,
  };
}
