/** What this browser has announced, in IndexedDB: one database a user, shared by all tabs. Only ids and times. */
import type { DBSchema, IDBPDatabase } from "idb";
import { openDB } from "idb";
import type { Log } from "#app/realtime/environment.ts";
import type { Ledger } from "./environment.ts";
import type { Rung } from "./ring.ts";

const VERSION = 1;
/** Longer than the server's log, so that no catch-up reaches back behind it. */
const KEPT_MS = 8 * 24 * 60 * 60 * 1_000;
const LAST = "last";

interface LedgerSchema extends DBSchema {
  /** Message ids, and when they were announced. */
  announced: { key: string; value: number };
  rung: { key: string; value: Rung };
}

export const ledgerName = (userId: string) => `roost-notified-${userId}`;

/** Without IndexedDB (some private modes) each tab remembers for itself. */
export async function openLedger(userId: string, now: () => number, log: Log): Promise<Ledger> {
  try {
    const db = await openDB<LedgerSchema>(ledgerName(userId), VERSION, {
      upgrade(upgraded) {
        upgraded.createObjectStore("announced");
        upgraded.createObjectStore("rung");
      },
      blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
    });
    return databaseLedger(db, now);
  } catch (error) {
    log("no IndexedDB: notifications are remembered by this page alone", { error: String(error) });
    return memoryLedger();
  }
}

function databaseLedger(db: IDBPDatabase<LedgerSchema>, now: () => number): Ledger {
  return {
    async known(messageIds: readonly string[]) {
      const tx = db.transaction("announced");
      const found = await Promise.all(messageIds.map(async (id) => ((await tx.store.getKey(id)) === undefined ? [] : [id])));
      return new Set(found.flat());
    },
    async note(messageIds: readonly string[]) {
      if (messageIds.length === 0) return;
      const tx = db.transaction("announced", "readwrite");
      for (const id of messageIds) void tx.store.put(now(), id);
      for (let cursor = await tx.store.openCursor(); cursor; cursor = await cursor.continue()) if (cursor.value < now() - KEPT_MS) await cursor.delete();
      await tx.done;
    },
    rung: async () => (await db.get("rung", LAST)) ?? null,
    noteRung: async (rung: Rung) => void (await db.put("rung", rung, LAST)),
  };
}

/** Also what tests stand on. */
export function memoryLedger(): Ledger {
  const announced = new Set<string>();
  let last: Rung | null = null;
  return {
    known: async (messageIds) => new Set(messageIds.filter((id) => announced.has(id))),
    note: async (messageIds) => messageIds.forEach((id) => announced.add(id)),
    rung: async () => last,
    noteRung: async (rung) => void (last = rung),
  };
}
