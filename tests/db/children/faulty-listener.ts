/** Run as a process of its own: a listener of commits throws; prints who was told, what was committed, and what the process got to hear. */
import { testDatabase } from "#tests/support/database.ts";

const heard: string[] = [];
process.on("uncaughtException", (error) => heard.push(error.message));
const { db, close } = await testDatabase();
const told: string[] = [];
db.onCommit(() => {
  told.push("faulty");
  throw new Error("the listener's own fault");
});
db.onCommit(() => void told.push("sound"));
await db.batch([{ sql: "CREATE TABLE numbers (n INTEGER NOT NULL) STRICT" }]);
const rows = await db.all("SELECT name FROM sqlite_master WHERE name = 'numbers'");
await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
process.stdout.write(JSON.stringify({ told, rows: rows.length, heard }));
await close();
