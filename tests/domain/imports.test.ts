/** Messages of another chat: what a line may say, where it goes, and that the same lines come out again. */
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { conversationFor, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import { privateFileFor } from "#app/domain/images/queries.server.ts";
import { ORPHAN_AFTER_MS, sweepOrphans } from "#app/domain/images/sweep.server.ts";
import { StorageError } from "#app/domain/images/storage.server.ts";
import { exportedLines } from "#app/domain/imports/export.server.ts";
import type { FileSources } from "#app/domain/imports/files.server.ts";
import { finishImport } from "#app/domain/imports/finish.server.ts";
import { importLines, standingOf } from "#app/domain/imports/import.server.ts";
import { LineRefused, MAX_LINE_BYTES, parseLine } from "#app/domain/imports/line.ts";
import { Places } from "#app/domain/imports/places.server.ts";
import { readLines, type SkippedLine } from "#app/domain/imports/read.ts";
import { Written } from "#app/domain/imports/written.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom } from "#app/domain/rooms/commands.server.ts";
import { logHead } from "#db/outbox/log.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import { contextOver, person } from "./people.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { DatabaseBusyError } from "#db/database.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

const SEED = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 20));
const seeds = (count: number) => Array.from({ length: count }, (_, index) => SEED + index);
const START = Date.UTC(2026, 0, 1);
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const line = (id: string, from: string, where: { to: string } | { room: string }, minute: number, more: object = {}) => ({ id, from, ...where, body: `text ${id}`, createdAt: at(minute), ...more });

describe("a line", () => {
  const good = line("m-1", "a@x.test", { to: "b@x.test" }, 1);
  const now = START + 86_400_000;
  test("is read with times as text or milliseconds, ids as text or numbers, and its text as the app keeps texts", () => {
    expect(parseLine(JSON.stringify({ ...good, id: 7, createdAt: START, readAt: at(2), body: " a\r\nb " }), now)).toEqual({ id: "7", from: "a@x.test", to: "b@x.test", room: null, body: "a\nb", createdAt: START, readAt: START + 120_000, files: [] });
    expect(parseLine(JSON.stringify({ ...good, body: undefined, files: ["a.jpg", { path: "b", name: "B.pdf" }] }), now)).toMatchObject({ body: "", files: [{ path: "a.jpg", name: null }, { path: "b", name: "B.pdf" }] });
  });
  test.each([
    ["{", "not JSON"],
    ["[]", "not a JSON object"],
    [{ ...good, id: "" }, "id: expected"],
    [{ ...good, id: "a b" }, "id: expected"],
    [{ ...good, id: "x".repeat(65) }, "id: expected"],
    [{ ...good, from: undefined }, "from: missing"],
    [{ ...good, from: 4 }, "from: expected a text"],
    [{ ...good, to: undefined }, "either to or room"],
    [{ ...good, room: "Kitchen" }, "either to or room"],
    [{ ...good, body: "\u0000 " }, "body: empty"],
    [{ ...good, body: 3 }, "body: expected a text"],
    [{ ...good, body: "x".repeat(20_001) }, "body: longer"],
    [{ ...good, createdAt: "yesterday" }, "createdAt: expected"],
    [{ ...good, createdAt: "2026-01-01T12:00:00" }, "createdAt: expected"],
    [{ ...good, createdAt: at(3 * 24 * 60) }, "createdAt: lies in the future"],
    [{ ...good, readAt: -1 }, "readAt: expected"],
    [{ ...good, files: "a.jpg" }, "files: expected a list"],
    [{ ...good, files: [""] }, "files: expected paths"],
    [{ ...good, files: [{ name: "a" }] }, "files: expected paths"],
    [{ ...good, files: [{ path: "a", name: 3 }] }, "files: expected paths"],
    [{ ...good, files: Array.from({ length: 11 }, () => "a") }, "files: more than 10"],
    [{ ...good, body: "", files: [] }, "body: empty"],
    [null, `longer than ${MAX_LINE_BYTES}`],
  ])("is refused where it says something else (%#: $1)", (given, reason) => {
    const parse = () => parseLine(typeof given === "object" && given ? JSON.stringify(given) : given, now);
    expect(parse).toThrow(LineRefused);
    expect(parse).toThrow(reason);
  });
});

describe.each(["better-sqlite3", "libsql-ws"] as const)("an import on %s", (kind) => {
  let test_: TestDatabase;
  let ctx: ReturnType<typeof contextOver>;
  let root: string;
  let sources: FileSources;
  beforeEach(async () => {
    test_ = await testDatabase(kind);
    ctx = contextOver(test_.db);
    root = await realpath(await mkdtemp(path.join(dataFolder(), "roost-imports-")));
    for (const name of ["old", "arrivals", "store"]) await mkdir(path.join(root, name));
    sources = { folder: path.join(root, "old"), arrivals: path.join(root, "arrivals"), storage: fileStorage(path.join(root, "store")) };
  });
  afterEach(async () => {
    await test_.close();
    await rm(root, { recursive: true, force: true });
  });

  /** Some lines at once, `perChunk` in a transaction, as the command does it. */
  async function imported(lines: readonly unknown[], perChunk = 3, goesOn = false) {
    const written = new Written();
    const places = new Places(ctx);
    const skipped: SkippedLine[] = [];
    let standing = { bytes: 0, lines: 0, imported: 0, repeated: 0, skipped: 0 };
    for (let start = 0; start < lines.length; start += perChunk) {
      const raw = lines.slice(start, start + perChunk).map((each, index) => ({ number: start + index + 1, text: typeof each === "string" ? each : JSON.stringify(each) }));
      standing = await importLines(ctx, places, { file: "f", read: readLines(raw, ctx.now()), upTo: start + perChunk, before: standing, sources, written, onSkipped: (some) => skipped.push(...some) });
      expect(await standingOf(ctx.db, "f")).toEqual(standing);
    }
    await finishImport(ctx, "f", goesOn ? null : written);
    return { ...standing, skippedLines: skipped };
  }
  const exported = () =>
    ctx.db.snapshot(async (read) => {
      let all = "";
      for await (const { text } of exportedLines(read, "out.files")) all += text;
      return all;
    });

  const LINES = [
    line("a1", "ada@x.test", { to: "bo@x.test" }, 1, { readAt: at(9) }),
    line("k1", "cy@x.test", { room: "Old kitchen" }, 2, { readAt: at(3) }),
    line("b1", "bo@x.test", { to: "ada@x.test" }, 3),
    line("a2", "ada@x.test", { to: "bo@x.test" }, 4),
    line("k2", "ada@x.test", { room: "Old kitchen" }, 5),
  ];

  test("makes people, chats and rooms, keeps ids, times and what was read, tells nobody, and comes out the same", async () => {
    const ada = await person(ctx, "Ada");
    await ctx.db.batch([{ sql: "UPDATE users SET email = 'ada@x.test' WHERE id = ?", args: [ada.userId] }]);
    const before = await syncEvents(ctx.db, [], null);
    expect(await imported(LINES)).toMatchObject({ imported: 5, repeated: 0, skipped: 0 });
    expect(await ctx.db.all("SELECT id, body, created_at AS at, seq FROM messages ORDER BY rowid")).toEqual([
      { id: "a1", body: "text a1", at: Date.parse(at(1)), seq: 1 },
      { id: "k1", body: "text k1", at: Date.parse(at(2)), seq: 1 },
      { id: "b1", body: "text b1", at: Date.parse(at(3)), seq: 2 },
      { id: "a2", body: "text a2", at: Date.parse(at(4)), seq: 3 },
      { id: "k2", body: "text k2", at: Date.parse(at(5)), seq: 2 },
    ]);
    expect(await ctx.db.all("SELECT email, disabled_at IS NOT NULL AS disabled, password_hash AS hash FROM users ORDER BY email")).toEqual([
      { email: "ada@x.test", disabled: 0, hash: null },
      { email: "bo@x.test", disabled: 1, hash: null },
      { email: "cy@x.test", disabled: 1, hash: null },
    ]);
    expect(await ctx.db.all("SELECT u.email, c.kind, c.name, c.access, c.member_count AS members, c.last_seq AS lastSeq, m.role, m.read_seq AS readSeq, m.read_at AS readAt FROM conversation_members m JOIN users u ON u.id = m.user_id JOIN conversations c ON c.id = m.conversation_id ORDER BY c.kind, u.email")).toEqual([
      { email: "ada@x.test", kind: "direct", name: null, access: null, members: 2, lastSeq: 3, role: "member", readSeq: 0, readAt: null },
      { email: "bo@x.test", kind: "direct", name: null, access: null, members: 2, lastSeq: 3, role: "member", readSeq: 1, readAt: Date.parse(at(9)) },
      { email: "ada@x.test", kind: "room", name: "Old kitchen", access: "closed", members: 2, lastSeq: 2, role: "member", readSeq: 1, readAt: Date.parse(at(3)) },
      { email: "cy@x.test", kind: "room", name: "Old kitchen", access: "closed", members: 2, lastSeq: 2, role: "owner", readSeq: 0, readAt: null },
    ]);
    expect(await ctx.db.all("SELECT count(*) AS events FROM outbox_events")).toEqual([{ events: 0 }]);
    expect(await syncEvents(ctx.db, [], before.cursor)).toMatchObject({ reset: true });
    expect((await conversationsOf(ctx, ada)).map(({ unread, lastMessage }) => [unread, lastMessage?.id]).sort()).toEqual([[0, "k2"], [1, "a2"]]);
    expect(await exported()).toBe(LINES.map((each) => `${JSON.stringify(each)}\n`).join(""));
  });

  test("again it changes nothing, not even the epoch; lines that say something else under the same id are left out", async () => {
    await imported(LINES);
    const all = async () => [await ctx.db.all("SELECT * FROM messages ORDER BY id"), await ctx.db.all("SELECT * FROM conversations"), await ctx.db.all("SELECT * FROM conversation_members"), await logHead(ctx.db)];
    const before = await all();
    expect(await imported(["", ...LINES, "{", line("a1", "bo@x.test", { to: "ada@x.test" }, 1)])).toMatchObject({
      imported: 0,
      repeated: 5,
      skipped: 2,
      skippedLines: [
        { line: 7, reason: "not JSON" },
        { line: 8, reason: "id: another message has it" },
      ],
    });
    expect(await all()).toEqual(before);
  });

  test("whom or what it cannot tell it leaves out, with line and reason, and goes on", async () => {
    const viewer = await person(ctx, "Owner");
    for (const key of [newId(), newId()]) await createRoom(ctx, viewer, { name: "Twin", access: "open", key });
    const { skippedLines, imported: count } = await imported([
      line("1", "nobody", { to: "b@x.test" }, 1),
      line("2", newId(), { to: "b@x.test" }, 1),
      line("3", "B@x.test", { to: "b@X.test " }, 1),
      line("4", "b@x.test", { room: "Twin" }, 1),
      line("5", "b@x.test", { room: "x".repeat(81) }, 1),
      line("6", viewer.userId, { to: "b@x.test" }, 1),
      line("6", viewer.userId, { to: "c@x.test" }, 1),
    ]);
    expect(skippedLines).toEqual([
      { line: 1, reason: "from: expected an e-mail address" },
      { line: 2, reason: "from: there is nobody with this id" },
      { line: 3, reason: "to: the same person as from" },
      { line: 4, reason: "room: several have this name; give the id of one" },
      { line: 5, reason: "room: no name that a room can have" },
      { line: 7, reason: "id: another message has it" },
    ]);
    expect(count).toBe(1);
  });

  test.each([false, true])("older messages come before those that are there: numbers, positions and the log follow; what is read stays read (going on from another run: %s)", async (goesOn) => {
    const [ada, bo] = [await person(ctx, "Ada"), await person(ctx, "Bo")];
    const { conversationId } = await openDirect(ctx, ada, { userId: bo.userId });
    const sent = [];
    for (const body of ["one", "two", "three"]) sent.push((await sendMessage(ctx, ada, { conversationId, clientId: newId(), body })).message);
    await markRead(ctx, bo, { conversationId, upTo: sent[1]!.id });
    const native = [4, 3, 1, 2].map((minute) => ({ ...line(`old${minute}`, ada.email!, { to: bo.email! }, minute), readAt: at(minute + 1) }));
    await imported(native, 3, goesOn);
    expect(await ctx.db.all("SELECT id, seq FROM messages ORDER BY seq")).toEqual([...[1, 2, 3, 4].map((n) => ({ id: `old${n}`, seq: n })), ...sent.map(({ id }, index) => ({ id, seq: 5 + index }))]);
    expect(await ctx.db.all("SELECT last_seq AS lastSeq, last_message_at AS lastAt FROM conversations")).toEqual([{ lastSeq: 7, lastAt: ctx.now() }]);
    expect((await conversationsOf(ctx, bo))[0]).toMatchObject({ unread: 1, lastMessage: { id: sent[2]!.id } });
    const { channel } = (await conversationsOf(ctx, bo))[0]!;
    expect((await syncEvents(ctx.db, [channel], "0")).events.filter(({ event }) => event === "new-message").map(({ data }) => data["seq"])).toEqual([5, 6, 7]);
    // An imported message is one like others.
    await markRead(ctx, bo, { conversationId, upTo: sent[2]!.id });
    const next = await sendMessage(ctx, bo, { conversationId, clientId: newId(), body: "four" });
    expect(next.message.seq).toBe(8);
    const lines = (await exported()).trim().split("\n").map((text) => JSON.parse(text) as { id: string; readAt?: string });
    expect(lines.map(({ id, readAt }) => [id, readAt])).toEqual([...sent.map(({ id }) => [id, new Date(ctx.now()).toISOString()]), ...native.map(({ id, readAt }) => [id, readAt]), [next.message.id, undefined]]);
  });

  test.each(seeds(kind === "better-sqlite3" ? 8 : 2))("in any order, between messages sent here, tried again (seed %i): the numbers follow the times, and a look at every row finds nothing left to do", async (seed) => {
    const random = seeded(seed);
    const below = (count: number) => Math.floor(random() * count);
    const people = [await person(ctx, "Ada"), await person(ctx, "Bo"), await person(ctx, "Cy")];
    const { conversationId } = await openDirect(ctx, people[0]!, { userId: people[1]!.userId });
    const written = new Written();
    const places = new Places(ctx);
    let standing = await standingOf(ctx.db, "f");
    for (let chunk = 0; chunk < 6; chunk++) {
      if (below(2) === 0) await sendMessage(ctx, people[below(2)]!, { conversationId, clientId: newId(), body: "sent here" });
      const raw = Array.from({ length: 1 + below(8) }, (_, index) => {
        const [from, to] = [below(3), 1 + below(2)];
        const minute = below(2) === 0 ? chunk * 10 + index : below(60);
        return { number: standing.lines + index + 1, text: JSON.stringify(line(`r${chunk}-${index}`, people[from]!.email!, { to: people[(from + to) % 3]!.email! }, minute, below(2) === 0 ? { readAt: at(minute + 1) } : {})) };
      });
      const given = { file: "f", read: readLines(raw, ctx.now()), upTo: chunk + 1, before: standing, sources, written, onSkipped: () => {} };
      let refused = below(3) === 0;
      const transact: typeof ctx.db.transact = (fn) =>
        ctx.db.transact(async (tx) => {
          const value = await fn(tx);
          if (!refused) return value;
          refused = false;
          throw new DatabaseBusyError("taken back");
        });
      standing = await importLines({ ...ctx, db: { ...ctx.db, transact } }, places, given);
    }
    await finishImport(ctx, "f", written);
    const all = async () => [await ctx.db.all("SELECT id, conversation_id, seq FROM messages ORDER BY id"), await ctx.db.all("SELECT conversation_id, user_id, read_seq, read_at FROM conversation_members ORDER BY 1, 2")];
    const left = await all();
    expect(await ctx.db.all("SELECT count(*) AS back FROM messages a JOIN messages b ON b.conversation_id = a.conversation_id AND b.seq > a.seq AND b.created_at < a.created_at WHERE a.conversation_id IN (SELECT conversation_id FROM messages WHERE imported_read_at IS NOT NULL)")).toEqual([{ back: 0 }]);
    await finishImport(ctx, "f", null);
    expect(await all()).toEqual(left);
  });

  describe("with files", () => {
    const stored = async () => {
      const folders = [];
      for await (const { folder } of sources.storage.folders()) folders.push(folder);
      return folders.length;
    };
    const put = (name: string, bytes: string | Uint8Array) => writeFile(path.join(sources.folder, name), bytes);
    const bytesOf = async (key: string) => Buffer.from(await new Response((await sources.storage.open(key))!.stream).arrayBuffer());

    test("pictures become pictures, the rest files, of who sent them; again nothing; what comes out goes in elsewhere and comes out the same", async () => {
      await mkdir(path.join(sources.folder, "deep"));
      await put("deep/1", await sharp({ create: { width: 600, height: 400, channels: 3, background: "teal" } }).jpeg().withExif({ IFD0: { Copyright: "somebody" } }).toBuffer());
      await put("menu.pdf", "%PDF-1.4 of no use");
      const lines = [
        line("p..1", "ada@x.test", { to: "bo@x.test" }, 1, { files: ["menu.pdf", "deep/1", { path: "menu.pdf", name: "../قائمة الطعام.pdf" }] }),
        line("p2", "bo@x.test", { to: "ada@x.test" }, 2, { body: undefined, files: ["deep/1"] }),
      ];
      expect(await imported(lines)).toMatchObject({ imported: 2, skipped: 0 });
      expect(await ctx.db.all("SELECT m.id, m.body, i.width, i.height, i.target, i.target_id = m.conversation_id AS here, i.uploaded_by = m.sender_id AS own FROM images i JOIN messages m ON m.id = i.message_id ORDER BY m.seq")).toEqual([
        { id: "p..1", body: "text p..1", width: 600, height: 400, target: "messages", here: 1, own: 1 },
        { id: "p2", body: "", width: 600, height: 400, target: "messages", here: 1, own: 1 },
      ]);
      expect(await ctx.db.all("SELECT name, bytes FROM files ORDER BY upload_id")).toEqual([{ name: "menu.pdf", bytes: 18 }, { name: "قائمة الطعام.pdf", bytes: 18 }]);
      const [, bo] = await ctx.db.all<{ userId: string }>("SELECT id AS userId FROM users ORDER BY email");
      const viewer = { ...bo!, sessionId: "", name: "Bo", email: null, role: "member" as const, hue: 0 };
      const [chat] = await conversationsOf(ctx, viewer);
      const shown = (await conversationFor(ctx, viewer, chat!.id)).messages[0]!;
      expect([shown.images?.length, shown.files?.map(({ name }) => name)]).toEqual([1, ["menu.pdf", "قائمة الطعام.pdf"]]);
      expect(await privateFileFor(ctx, viewer, shown.files![0]!.id)).toMatchObject({ name: "menu.pdf" });
      expect(await stored()).toBe(4);
      expect(await readdir(sources.arrivals)).toEqual([]);
      expect(await imported(lines)).toMatchObject({ imported: 0, repeated: 2, skipped: 0 });
      expect(await stored()).toBe(4);

      const out = path.join(root, "old2");
      const first = await exported();
      expect(first.split("\n").map((text) => text && (JSON.parse(text) as { files: unknown }).files)).toEqual([
        ["out.files/m-p..1/1.webp", { path: "out.files/m-p..1/2", name: "menu.pdf" }, { path: "out.files/m-p..1/3", name: "قائمة الطعام.pdf" }],
        ["out.files/m-p2/1.webp"],
        "",
      ]);
      await ctx.db.snapshot(async (read) => {
        for await (const { files } of exportedLines(read, "out.files"))
          for (const { path: name, key } of files) {
            await mkdir(path.dirname(path.join(out, name)), { recursive: true });
            await writeFile(path.join(out, name), await bytesOf(key));
          }
      });
      await ctx.db.batch([{ sql: "DELETE FROM images" }, { sql: "DELETE FROM files" }, { sql: "DELETE FROM messages" }]);
      sources = { ...sources, folder: out };
      expect(await imported(first.trimEnd().split("\n"))).toMatchObject({ imported: 2, skipped: 0 });
      expect(await exported()).toBe(first);
    });

    test("what is not there, is nothing, too large or lies elsewhere leaves its line out, and nothing behind; mended it comes in", async () => {
      await writeFile(path.join(root, "secret"), "secret");
      await symlink(path.join(root, "secret"), path.join(sources.folder, "link"));
      await symlink(root, path.join(sources.folder, "up"));
      await mkdir(path.join(sources.folder, "folder"));
      await put("empty", "");
      await put("large", "");
      await truncate(path.join(sources.folder, "large"), 25 * 1024 * 1024 + 1);
      await put("good", "good");
      await put("broken.png", "\x89PNG\r\n\x1a\nno more");
      const reasons: [unknown, string][] = [
        ["gone.jpg", "gone.jpg is not there"],
        ["good/more", "good/more is not there"],
        ["../secret", "../secret lies outside of the folder of the lines"],
        ["folder\\..\\..\\secret", "folder\\..\\..\\secret lies outside of the folder of the lines"],
        [path.join(root, "secret"), `${path.join(root, "secret")} lies outside of the folder of the lines`],
        ["link", "link lies outside of the folder of the lines"],
        ["up/secret", "up/secret lies outside of the folder of the lines"],
        ["good\u0000", "good\u0000 lies outside of the folder of the lines"],
        ["folder", "folder is no file"],
        ["empty", "empty is empty"],
        ["large", "large is larger than 25 MB"],
        ["x".repeat(300), `${"x".repeat(300)} has too long a name`],
      ];
      const lines = [...reasons.map(([file], index) => line(`bad${index}`, "ada@x.test", { to: "bo@x.test" }, index, { files: ["good", file] })), line("odd", "ada@x.test", { to: "bo@x.test" }, 20, { files: ["broken.png"] }), line("self", "ada@x.test", { to: "ada@x.test" }, 21, { files: ["good"] })];
      const { skippedLines, imported: count } = await imported(lines, 5);
      expect(skippedLines).toEqual([...reasons.map(([, reason], index) => ({ line: index + 1, reason: `files: ${reason}` })), { line: reasons.length + 2, reason: "to: the same person as from" }]);
      expect(count).toBe(1);
      expect(await ctx.db.all("SELECT name FROM files")).toEqual([{ name: "broken.png" }]);
      expect([await stored(), await readdir(sources.arrivals)]).toEqual([1, []]);
      await put("gone.jpg", "here now");
      expect(await imported(lines, 5)).toMatchObject({ imported: 1, repeated: 1, skipped: lines.length - 2 });
      expect(await stored()).toBe(3);
    });

    test("where the store fails nothing stays; where the database fails it may have committed: what has no row is left to the sweep", async () => {
      await put("good", "good");
      const lines = [{ number: 1, text: JSON.stringify(line("f1", "ada@x.test", { to: "bo@x.test" }, 1, { files: ["good"] })) }];
      const before = await standingOf(ctx.db, "f");
      const chunk = { file: "f", read: readLines(lines, ctx.now()), upTo: 1, before, sources, written: new Written(), onSkipped: () => {} };
      const away = { ...sources.storage, put: () => Promise.reject(new StorageError("away")) };
      await expect(importLines(ctx, new Places(ctx), { ...chunk, sources: { ...sources, storage: away } })).rejects.toThrow(StorageError);
      expect([await stored(), await readdir(sources.arrivals), await ctx.db.all("SELECT id FROM messages"), await standingOf(ctx.db, "f")]).toEqual([0, [], [], before]);
      const broken: typeof ctx = { ...ctx, db: { ...ctx.db, transact: () => Promise.reject(new Error("the answer was lost")) } };
      await expect(importLines(broken, new Places(ctx), chunk)).rejects.toThrow("the answer was lost");
      expect([await stored(), await readdir(sources.arrivals), await ctx.db.all("SELECT id FROM messages")]).toEqual([1, [], []]);
      expect(await sweepOrphans({ ...ctx, storage: sources.storage, now: () => Date.now() + ORPHAN_AFTER_MS + 60_000 })).toBe(1);
      expect(await stored()).toBe(0);
    });
  });
});
