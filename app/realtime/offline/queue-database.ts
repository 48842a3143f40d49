/**
 * The queue in IndexedDB: one database a user, shared by all pages and the service worker of a browser.
 *
 * Versions: pages of an old version stay open while a new one upgrades. So an upgrade only ever adds (stores,
 * indexes, fields): the old page lets go of its connection, opens whatever version is there by then, and goes on.
 */
import type { DBSchema, IDBPDatabase } from "idb";
import { deleteDB, openDB } from "idb";
import type { QueuedMessage, QueueStorage } from "#app/realtime/queue-storage.ts";
import type { Lease, LeaseStore } from "./lease-leadership.ts";

const VERSION = 1;
const LEASE = "drainer";

interface QueueSchema extends DBSchema {
  /** By the place in the order of writing, which the database gives. */
  messages: { key: number; value: QueuedMessage; indexes: { clientId: string; conversationId: string } };
  leases: { key: string; value: Lease & { name: string } };
}

type Connection = IDBPDatabase<QueueSchema>;

export const queueDatabaseName = (userId: string) => `roost-queue-${userId}`;

export class QueueDatabase implements QueueStorage {
  #connection: Promise<Connection> | null = null;
  #closed = false;

  constructor(readonly name: string) {}

  /** @throws when the browser has no IndexedDB for us (private modes, storage switched off) */
  async open(): Promise<void> {
    await this.#with((db) => db.count("messages"));
  }

  all = () => this.#with((db) => db.getAll("messages"));

  next = async (conversationId: string) => (await this.#with((db) => db.getAllFromIndex("messages", "conversationId", conversationId))).find(({ refusal }) => refusal === null);

  add = (message: QueuedMessage) =>
    this.#with(async (db) => {
      // strict: on disk, not only on its way there, when the writer hears of it.
      const tx = db.transaction("messages", "readwrite", { durability: "strict" });
      if ((await tx.store.index("clientId").getKey(message.clientId)) === undefined) await tx.store.add(message);
      await tx.done;
    });

  setRefusal = (clientId: string, refusal: QueuedMessage["refusal"]) =>
    this.#at(clientId, async (cursor) => {
      await cursor.update({ ...cursor.value, refusal });
    });

  remove = (clientId: string) => this.#at(clientId, (cursor) => cursor.delete());

  async removeRefused(clientId: string): Promise<boolean> {
    let removed = false;
    await this.#at(clientId, async (cursor) => {
      if (cursor.value.refusal === null) return;
      await cursor.delete();
      removed = true;
    });
    return removed;
  }

  async destroy(): Promise<void> {
    this.close();
    await deleteDB(this.name);
  }

  /** What is under way ends by itself. */
  close(): void {
    this.#closed = true;
    this.#connection?.then(
      (db) => db.close(),
      () => undefined,
    );
    this.#connection = null;
  }

  leases: LeaseStore = {
    read: () => this.#with(async (db) => (await db.get("leases", LEASE)) ?? null),
    swap: (expected, next) =>
      this.#with(async (db) => {
        const tx = db.transaction("leases", "readwrite");
        const found = await tx.store.get(LEASE);
        const asExpected = found ? found.owner === expected?.owner && found.beat === expected.beat : expected === null;
        if (asExpected) await (next ? tx.store.put({ ...next, name: LEASE }) : tx.store.delete(LEASE));
        await tx.done;
        return asExpected;
      }),
  };

  async #at(clientId: string, change: (cursor: { value: QueuedMessage; update: (value: QueuedMessage) => Promise<unknown>; delete: () => Promise<void> }) => Promise<void>): Promise<void> {
    await this.#with(async (db) => {
      const tx = db.transaction("messages", "readwrite");
      const cursor = await tx.store.index("clientId").openCursor(clientId);
      if (cursor) await change(cursor);
      await tx.done;
    });
  }

  /** A connection that another version's upgrade closed meanwhile is opened anew, once. */
  async #with<T>(work: (db: Connection) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#connect());
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
      this.#connection = null;
      return work(await this.#connect());
    }
  }

  #connect(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new DOMException("the queue is closed", "AbortError"));
    if (this.#connection) return this.#connection;
    const opened = this.#open();
    this.#connection = opened;
    const forget = () => {
      if (this.#connection === opened) this.#connection = null;
    };
    opened.then(
      (db) => {
        // Somebody upgrades, or signs out and deletes: make way.
        db.addEventListener("versionchange", () => {
          forget();
          db.close();
        });
        db.addEventListener("close", forget);
      },
      forget,
    );
    return opened;
  }

  async #open(): Promise<Connection> {
    try {
      return await openDB<QueueSchema>(this.name, VERSION, {
        upgrade(db, from) {
          if (from < 1) {
            const messages = db.createObjectStore("messages", { autoIncrement: true });
            messages.createIndex("clientId", "clientId", { unique: true });
            messages.createIndex("conversationId", "conversationId");
            db.createObjectStore("leases", { keyPath: "name" });
          }
        },
      });
    } catch (error) {
      // A newer version of the app has been here: what this one knows is still there.
      if (error instanceof DOMException && error.name === "VersionError") return openDB<QueueSchema>(this.name);
      throw error;
    }
  }
}
