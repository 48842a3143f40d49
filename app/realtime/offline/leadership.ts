/** Who empties the queue: of all pages and the service worker of a browser, one at a time. */
import type { Log } from "#app/realtime/environment.ts";

export interface Leadership {
  /**
   * Asks to lead, waits its turn, and leads until it lets go or loses it.
   * @returns lets go
   */
  seek: (onLead: () => void, onLost: () => void) => () => void;
  /** Whether this page still leads: asked before each post. A page that slept may not know yet. */
  confirm: () => Promise<boolean>;
}

/** The only page there is: nothing is shared with others. */
export function aloneLeadership(): Leadership {
  return {
    seek(onLead) {
      onLead();
      return () => {};
    },
    confirm: async () => true,
  };
}

/** The browser keeps the lock and gives it on in the moment when its holder dies. */
export function lockLeadership(locks: LockManager, name: string, log: Log): Leadership {
  return {
    seek(onLead, onLost) {
      const leaving = new AbortController();
      const left = new Promise<void>((resolve) => leaving.signal.addEventListener("abort", () => resolve()));
      const hold = () => {
        if (!leaving.signal.aborted) onLead();
        return left;
      };
      locks.request(name, { signal: leaving.signal }, hold).catch((error: unknown) => {
        // Our own leaving ends the waiting with an AbortError.
        if (leaving.signal.aborted) return;
        log("the queue's lock was lost", { error: String(error) });
        onLost();
      });
      return () => leaving.abort();
    },
    confirm: async () => true,
  };
}
