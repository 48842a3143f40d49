/** `npm run bench -- backup`: a million rows backed up and restored, on a file (issue 11, bar 2). `ROWS` changes the size. */
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { backUp } from "#db/backup/back-up.ts";
import { restoreBackup } from "#db/backup/restore.ts";
import { openDatabase } from "#db/database.ts";
import { templateDatabase } from "#tests/support/database.ts";
import { keep, say, sayMachine } from "#tests/bench/measure/report.ts";

const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const RESTORED_WITHIN_S = 60;

const folder = await mkdtemp(path.join(os.tmpdir(), "roost-bench-backup-"));
try {
  const file = path.join(folder, "roost.db");
  const url = `file:${file}`;
  await copyFile(await templateDatabase(), file);
  const db = await openDatabase(url);
  const numbers = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)";
  // Half messages, half events.
  await db.batch([
    { sql: "INSERT INTO users (id, email, name, created_at) VALUES ('u', 'u@bench.test', 'U', 1)" },
    { sql: "INSERT INTO conversations (id, kind, channel, created_at) VALUES ('c', 'room', 'private-chat-room-c', 1)" },
    { sql: `INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at) ${numbers} SELECT printf('%032x', n), 'c', n, 'u', printf('%032x', n), 'Message ' || n || ', as long as most are', n FROM n`, args: [ROWS / 2] },
    { sql: `INSERT INTO outbox_events (id, channel, offset, event, payload, state, available_at, created_at) ${numbers} SELECT printf('%032x', n), 'private-chat-room-c', n, 'new-message', json_object('id', printf('%032x', n), 'body', 'Message ' || n || ', as long as most are'), 'delivered', n, n FROM n`, args: [ROWS / 2] },
  ]);
  await db.close();
  sayMachine();
  say(`${ROWS} rows, ${Math.round((await stat(file)).size / 1_000_000)} MB`);
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1_000;
  };
  const backup = path.join(folder, "backup.db");
  const backedUp = await timed(() => backUp({ url, file: backup }));
  say(`backup, checked: ${backedUp.toFixed(1)} s`);
  const restored = await timed(() => restoreBackup({ file: backup, url }));
  say(`restore, checked: ${restored.toFixed(1)} s`);
  if (restored > RESTORED_WITHIN_S) say(`FAILED: longer than ${RESTORED_WITHIN_S} s`);
  await keep("backup", { rows: ROWS, backedUp, restored });
  process.exitCode = restored > RESTORED_WITHIN_S ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}
