/** The client of @libsql has no timeouts: a server that stalls would hold the write mutex for ever. */

/** Longer than a server's own limits (5 s for a lock, 10 s for a stream), so that its answer comes first. */
export const ANSWER_WITHIN_MS = 20_000;

/** No answer came. Whether a write was done is not known. */
export class DatabaseTimeoutError extends Error {
  override name = "DatabaseTimeoutError";
  readonly code = "DATABASE_TIMEOUT";
}

/** @param onTimeout makes the client give its connection up, which settles what was asked on it */
export function deadline(onTimeout: () => void, ms = ANSWER_WITHIN_MS) {
  return <T>(answer: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new DatabaseTimeoutError(`the database server gave no answer within ${ms} ms`));
        onTimeout();
      }, ms);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
}
