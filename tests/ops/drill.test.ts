/**
 * The drill of docs/deployment/backup.md, with a house that runs: back up while people write, go on, lose everything
 * since, restore. An open browser notices by itself, and then shows what there is.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { openDatabase } from "#db/database.ts";
import { logHead } from "#db/outbox/log.ts";
import { startHousehold, type Household } from "#tests/faults/household.ts";
import { Tab, wholeChat } from "#tests/faults/tab.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { runCommand } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";

const HEALED_WITHIN_MS = 20_000;

let house: Household;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(dataFolder(), "roost-drill-"));
  house = await startHousehold();
});
afterAll(async () => {
  await house?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("backed up while writing, restored after a loss: browsers load anew by themselves, nothing is shown that is not there", { timeout: 300_000 }, async () => {
  const { roost, ctx } = house;
  const file = path.join(folder, "backup.db");
  const [me, other] = [house.clients[0]!, house.clients[1]!];
  const { conversationId: chat } = await openDirect(ctx, other.viewer, { userId: me.viewer.userId });
  const send = (body: string) => sendMessage(ctx, other.viewer, { conversationId: chat, clientId: newId(), body });
  const tab = await Tab.open({ origin: me.origin, cookie: me.cookie, userId: me.viewer.userId, channels: me.channels, storage: memoryStorage(), random: seeded(7) }, [chat]);
  try {
    await until(() => tab.engine.state === "connected", { what: "connected", timeout: HEALED_WITHIN_MS });
    let stopped = false;
    let written = 0;
    const writing = (async () => {
      while (!stopped) {
        const { message } = await send(`before ${++written}`);
        // Read at once: with hundreds unread the page would open in the past.
        await markRead(ctx, me.viewer, { conversationId: chat, upTo: message.id });
      }
    })();
    await until(() => written > 20);
    const said = await runCommand("backup", [file], roost.env).finally(() => (stopped = true));
    await writing;
    expect(said).toContain("integrity_check and foreign_key_check ok");
    await expect(runCommand("backup", [file], roost.env)).rejects.toThrow(/exit code 1:\n.*is there already/);
    await send("lost");
    await until(() => tab.chat(chat).messages.at(-1)?.body === "lost", { what: "the last message on the screen", timeout: HEALED_WITHIN_MS });
    const { epoch } = await logHead(house.db);

    // Nothing is touched as long as somebody has it open.
    await expect(runCommand("restore", [file], roost.env)).rejects.toThrow(/exit code 1:\n.*is in use: stop Roost first/);
    expect((await logHead(house.db)).epoch).toBe(epoch);
    await roost.kill("app");
    await roost.kill("relay");
    await house.db.close();
    expect(await runCommand("restore", [file], roost.env)).toMatch(/messages +(\d+) +\1\n[\s\S]*is kept as .*replaced-/);
    expect(existsSync(`${roost.databaseFile}-wal`)).toBe(false);
    await roost.restart("relay");
    await roost.restart("app");

    house.db = await openDatabase(roost.databaseUrl);
    house.ctx.db = house.db;
    const restored = await logHead(house.db);
    expect(restored.epoch).not.toBe(epoch);
    await until(() => tab.reloads > 0, { what: "the browser to load anew", timeout: HEALED_WITHIN_MS });
    const loaded = () => tab.chat(chat).messages;
    await until(() => !loaded().some(({ body }) => body === "lost"), { what: "what was lost to be off the screen", timeout: HEALED_WITHIN_MS });
    await until(() => tab.engine.state === "connected", { what: "connected again", timeout: HEALED_WITHIN_MS });
    // Live again, under the new epoch, by numbers that the old log had given to others.
    await send("after");
    await until(() => loaded().at(-1)?.body === "after", { what: "the next message on the screen", timeout: HEALED_WITHIN_MS });
    const fresh = await wholeChat({ origin: roost.url, cookie: me.cookie }, chat);
    expect(loaded()).toEqual(fresh.slice(-loaded().length));
    expect(new Set(fresh.map(({ seq }) => seq)).size).toBe(fresh.length);
  } finally {
    tab.kill();
  }
});
