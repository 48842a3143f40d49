/**
 * A process that commits by the app's own commands, as many events as it is told, and tells of each unit once it is
 * committed. The crash suite kills it at any moment: all of a unit must be left, or nothing.
 */
import path from "node:path";
import { updateProfile } from "#app/domain/accounts/commands.server.ts";
import type { Context } from "#app/domain/context.ts";
import { sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { openDatabase } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { nudgeClient } from "#worker/relay/nudge.ts";
import { LIST_ENTRIES, listed, MESSAGE_EVENTS, type FromWriter, type ToWriter, type Unit, type WriterTask } from "./crash-units.ts";

/** Units under way at once: those of one process queue for its one connection. */
const AT_ONCE = 4;
/** Of a hundred units; the rest are lists. */
const MESSAGES = 75;
const RENAMES = 3;
/** Of a hundred lists. One entry of theirs is too long for the wire: it is sent as a hint, and sync has it whole. */
const LONG = 4;
const LONG_CHARACTERS = 12_000;

/** @returns takes grants of events */
async function writer(task: WriterTask): Promise<(events: number) => void> {
  const db = await openDatabase(task.url);
  db.onCommit(nudgeClient(path.join(task.dataDir, "relay.sock")).nudge);
  const ctx: Context = { db, now: Date.now, newId };
  const random = seeded(task.seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  let budget = 0;
  let underWay = 0;

  async function message(): Promise<Unit> {
    const { conversationId, members } = pick(task.chats);
    const key = newId();
    await sendMessage(ctx, pick(members), { conversationId, clientId: key, body: `said ${key}` });
    return { kind: "message", key, events: MESSAGE_EVENTS };
  }

  async function rename(): Promise<Unit> {
    const key = `Name ${newId()}`;
    await updateProfile(ctx, pick(task.renames), { name: key, language: null, digits: null, timeZone: null });
    return { kind: "rename", key, events: task.chatsEach };
  }

  async function list(): Promise<Unit> {
    const key = newId();
    const isLong = random() * 100 < LONG;
    await db.transact(async (tx) => {
      for (let n = 0; n < LIST_ENTRIES; n += 1) await append(tx, { type: listed, channel: pick(task.channels), payload: { n, key, ...(isLong && n === 0 && { filler: "x".repeat(LONG_CHARACTERS) }) } }, ctx);
    });
    return { kind: "list", key, events: LIST_ENTRIES };
  }

  async function next(): Promise<void> {
    const share = random() * 100;
    const done = await (share < MESSAGES ? message() : share < MESSAGES + RENAMES ? rename() : list());
    tell({ done });
    budget -= done.events;
    underWay -= 1;
    pump();
  }

  function pump(): void {
    while (underWay < AT_ONCE && budget > underWay * MESSAGE_EVENTS) {
      underWay += 1;
      void next();
    }
  }

  return (events) => {
    budget += events;
    pump();
  };
}

const tell = (message: FromWriter) => process.send!(message);

let grant: (events: number) => void = () => undefined;
process.once("disconnect", () => process.exit(0));
process.on("message", (message: ToWriter) => {
  if ("grant" in message) grant(message.grant);
  if (!("task" in message)) return;
  void writer(message.task).then((made) => {
    grant = made;
    tell({ awaits: "grants" });
  });
});
tell({ awaits: "task" });
