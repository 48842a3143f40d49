/**
 * Leadership where there are no Web Locks (plain http in a LAN): a row that its holder changes every second. Nobody
 * compares clocks: a holder counts as gone when a watcher has seen its row unchanged for LEASE_SILENT_MS of the
 * watcher's own time, so that a clock set wrong, or set back, takes nobody's lease and keeps no dead one.
 */
import type { Log, Timers } from "#app/realtime/environment.ts";
import type { Leadership } from "./leadership.ts";

export const BEAT_MS = 750;
/** Also what a killed page's successor waits. */
export const LEASE_SILENT_MS = 3_000;

export interface Lease {
  owner: string;
  /** Counts up. */
  beat: number;
}

export interface LeaseStore {
  read: () => Promise<Lease | null>;
  /** Writes the new row if the old one is still as expected; in one transaction. @returns whether */
  swap: (expected: Lease | null, next: Lease | null) => Promise<boolean>;
}

interface LeaseOptions extends Timers {
  store: LeaseStore;
  /** This page, told from all others. */
  owner: string;
  log: Log;
}

export function leaseLeadership({ store, owner, log, now, after }: LeaseOptions): Leadership {
  let held: Lease | null = null;
  let lost = () => {};

  async function beat(): Promise<boolean> {
    if (!held) return false;
    const next = { owner, beat: held.beat + 1 };
    const kept = await store.swap(held, next);
    // Let go meanwhile: then it is not held any more, whatever the row says.
    if (kept && held) held = next;
    if (kept || !held) return kept;
    held = null;
    lost();
    return false;
  }

  /** One at a time: a beat and a confirmation together would each take the other's row for a stranger's. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  return {
    confirm: () => inTurn(beat),
    seek(onLead, onLost) {
      let seen: Lease | null = null;
      let seenAt = now();
      let lookedAt = now();
      let stopped = false;
      let cancel = () => {};
      lost = onLost;

      async function look(): Promise<void> {
        if (held) return void (await beat());
        const found = await store.read();
        const slept = now() - lookedAt > LEASE_SILENT_MS;
        lookedAt = now();
        if (found && (slept || !same(found, seen))) {
          // Whoever slept must not take the others' common sleep for their silence.
          seen = found;
          seenAt = now();
          return;
        }
        if (found && now() - seenAt < LEASE_SILENT_MS) return;
        const mine = { owner, beat: 0 };
        if (!(await store.swap(found, mine))) return;
        held = mine;
        if (stopped) return void (await release());
        onLead();
      }

      const tick = () => {
        void inTurn(look)
          .catch((error: unknown) => log("the queue's lease was not read", { error: String(error) }))
          .then(() => {
            if (!stopped) cancel = after(BEAT_MS, tick);
          });
      };
      tick();

      return () => {
        stopped = true;
        cancel();
        inTurn(release).catch((error: unknown) => log("the queue's lease was not given back", { error: String(error) }));
      };
    },
  };

  async function release(): Promise<void> {
    const mine = held;
    held = null;
    if (mine) await store.swap(mine, null);
  }
}

const same = (a: Lease, b: Lease | null) => a.owner === b?.owner && a.beat === b.beat;
