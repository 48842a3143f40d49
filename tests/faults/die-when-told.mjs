/**
 * For `node --import`: has a process end by SIGKILL at a statement of SQLite that its parent names, so that the real
 * programs can be killed at an exact point without knowing of it. The order comes by IPC: `{ die: Order }` (mortal.ts).
 */
import { writeSync } from "node:fs";
import BetterSqlite from "better-sqlite3";

const STDERR = 2;
/** The first statement of a settling (db/outbox/settle.ts). */
const SETTLING = /INSERT INTO outbox_rollups/;

/** @type {import("./mortal.ts").Order | null} */
let order = null;
let counted = 0;
/** Connections that have begun to settle in the transaction that is open on them. */
const settling = new WeakSet();

process.on("message", (message) => {
  if (typeof message !== "object" || message === null || !("die" in message)) return;
  order = message.die;
  counted = 0;
});

function die(where) {
  writeSync(STDERR, `died ${where}\n`);
  process.kill(process.pid, "SIGKILL");
  // The signal is under way: nothing more may be done here.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Every statement of better-sqlite3 in this process passes here: there is one prototype for all of them. */
const memory = new BetterSqlite(":memory:");
const prototype = Object.getPrototypeOf(memory.prepare("SELECT 1"));
memory.close();
for (const name of ["run", "all", "get"]) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    const { database, source } = this;
    const isInside = database.inTransaction;
    if (!isInside) settling.delete(database);
    const counts = isInside && (order?.within === "transaction" || (order?.within === "settling" && settling.has(database)));
    const text = source.trim().split(/\s+/, 3).join(" ");
    if (counts && order.at !== "committed") {
      counted += 1;
      if (counted >= order.at || (order.within === "settling" && source === "COMMIT")) die(`before ${text}`);
    }
    const answer = original.apply(this, args);
    if (isInside && SETTLING.test(source)) settling.add(database);
    if (counts && order.at === "committed" && source === "COMMIT") die("after COMMIT");
    return answer;
  };
}
