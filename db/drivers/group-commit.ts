/**
 * Batches that wait for the write lock at the same time share one COMMIT, and with it one fsync: on a disk that needs
 * 4 ms for that, 250 sends a second would otherwise be the end. Each keeps its own savepoint, so that one that fails
 * takes none of the others with it.
 */
import type { Row, Statement } from "#db/database.ts";

/** From this on a commit is slow enough that waiting one turn of the event loop for company pays. */
const SLOW_COMMIT_MS = 1;

/** What one group may hold: a transaction stays short, however long the queue is. */
const MAX_GROUP = 64;

interface Waiting {
  statements: readonly Statement[];
  resolve: (rows: Row[][]) => void;
  reject: (error: unknown) => void;
}

export interface GroupTransaction {
  /** Runs `work` between BEGIN IMMEDIATE and COMMIT under the write lock. */
  transaction: <T>(work: () => T) => Promise<T>;
  runAll: (statements: readonly Statement[]) => Row[][];
  /** Runs one statement of transaction control. */
  control: (sql: "SAVEPOINT member" | "RELEASE member" | "ROLLBACK TO member") => void;
  /** Whether SQLite still holds the transaction: some errors (disk full, I/O) roll it back by themselves. */
  inTransaction: () => boolean;
  exclusive: <T>(work: () => Promise<T>) => Promise<T>;
}

/** @returns `batch`: the rows of each statement once its group is committed; rejected, nothing of that batch is written */
export function groupCommit({ transaction, runAll, control, inTransaction, exclusive }: GroupTransaction) {
  let waiting: Waiting[] = [];
  let lastCommitMs = 0;

  async function commitGroup(): Promise<void> {
    if (lastCommitMs > SLOW_COMMIT_MS) await new Promise((resolve) => setImmediate(resolve));
    const group = waiting.slice(0, MAX_GROUP);
    waiting = waiting.slice(MAX_GROUP);
    if (waiting.length > 0) void exclusive(commitGroup);
    const started = performance.now();
    try {
      const settled = await transaction(() => (group.length === 1 ? alone(group[0]!) : group.map(member)));
      for (const settle of settled) settle();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    lastCommitMs = performance.now() - started;
  }

  function alone({ statements, resolve }: Waiting): (() => void)[] {
    const rows = runAll(statements);
    return [() => resolve(rows)];
  }

  /** @returns what to tell the one who waits, once the whole group is committed */
  function member({ statements, resolve, reject }: Waiting): () => void {
    control("SAVEPOINT member");
    try {
      const rows = runAll(statements);
      control("RELEASE member");
      return () => resolve(rows);
    } catch (error) {
      if (!inTransaction()) throw error;
      control("ROLLBACK TO member");
      control("RELEASE member");
      return () => reject(error);
    }
  }

  return (statements: readonly Statement[]): Promise<Row[][]> =>
    new Promise((resolve, reject) => {
      waiting.push({ statements, resolve, reject });
      if (waiting.length === 1) void exclusive(commitGroup);
    });
}
