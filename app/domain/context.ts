import type { Database } from "#db/database.ts";
import type { LogReplica } from "#db/outbox/replica.ts";

/** What use cases need from outside. Passed in, so that tests replay with fixed clocks and seeded ids. */
export interface Context {
  db: Database;
  /** Serves the log's pages as far as it can, where the operator has one. */
  replica?: LogReplica;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A new time-ordered id: 32 hexadecimal characters, no hyphen (random keys make inserts five times slower at p99). */
  newId: () => string;
}
