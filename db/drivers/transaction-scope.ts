/** Which transaction the running code is inside of, if any. */
import { AsyncLocalStorage } from "node:async_hooks";

/** One run of `transact`. Code that outlives it (a timer, a forgotten promise) still carries it, closed. */
export interface Transaction {
  open: boolean;
}

/** A mistake in the calling code: `transact` nested, `db` used inside it, or `tx` used after it. */
export class TransactionMisuseError extends Error {
  override name = "TransactionMisuseError";
}

export function transactionScope() {
  const storage = new AsyncLocalStorage<Transaction>();
  let running = 0;
  return {
    /**
     * @throws TransactionMisuseError inside an open transaction: waiting for the write lock there would wait for
     * oneself, and a read beside the transaction would not see what it has written
     */
    refuseInside(what: string) {
      if (storage.getStore()?.open) throw new TransactionMisuseError(`${what} inside transact(): use the tx that it hands over`);
    },
    /** Runs `fn` as a transaction that is closed when `fn` has settled. */
    async run<T>(fn: (transaction: Transaction) => Promise<T>): Promise<T> {
      const transaction: Transaction = { open: true };
      running += 1;
      try {
        return await storage.run(transaction, fn, transaction);
      } finally {
        transaction.open = false;
        running -= 1;
        // Before Node 24 a storage in use makes every promise of the process dearer (a request: 0.1 ms). Whoever still
        // carries a transaction carries a closed one by now, which refuses nothing.
        if (running === 0) storage.disable();
      }
    },
  };
}

export function assertOpen(transaction: Transaction) {
  if (!transaction.open) throw new TransactionMisuseError("tx used after its transact() has ended: was a promise not awaited?");
}
