/**
 * One queue, many pages (D4): whatever pages are opened and killed, whatever the network does and whichever notices
 * get lost, each message arrives once, in order per conversation. RUNS and SEED from the environment.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEASE_SILENT_MS, leaseLeadership } from "#app/realtime/offline/lease-leadership.ts";
import { postMessage } from "#app/realtime/post-message.ts";
import type { QueuedMessage } from "#app/realtime/queue-storage.ts";
import { SendQueue } from "#app/realtime/send-queue.ts";
import { ME, ModelServer } from "./model-server.ts";
import { BrowserModel, memoryLease } from "./queue-devices.ts";
import { seeded } from "./seeded.ts";
import { virtualClock } from "./virtual-clock.ts";

const RUNS = Number(process.env["RUNS"] ?? 100);
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const CHATS = ["c1", "c2", "c3"];

class House {
  clock = virtualClock();
  server = new ModelServer(() => this.clock.now());
  network: "up" | "down" | "answers-lost" = "up";
  posting = 0;
  mostPosting = 0;
  pages: { alive: boolean; name: string; queue: SendQueue }[] = [];
  browser: BrowserModel;
  #ids = 0;

  constructor(
    readonly random: () => number,
    kind: "locks" | "lease",
    losesNotices: boolean,
  ) {
    CHATS.forEach(() => this.server.addConversation());
    this.browser = new BrowserModel(kind, () => losesNotices && random() < 0.5);
  }

  openPage() {
    const page = { alive: true, name: `page ${this.pages.length}` } as House["pages"][number];
    // A dead page's timers never fire, and what it had sent arrives all the same, unanswered.
    const after = (ms: number, run: () => void) => this.clock.after(ms, () => page.alive && run());
    const env = { now: () => this.clock.now(), after, fetch: (url: string, init: RequestInit) => this.#fetch(page, url, init) };
    page.queue = new SendQueue({ ...env, random: this.random, post: postMessage(env, ME), newId: () => `k${String(++this.#ids).padStart(6, "0")}`, log: () => {}, onAccepted: () => {} });
    void page.queue.start(Promise.resolve(this.browser.device(page, env)));
    this.pages.push(page);
    return page;
  }

  kill(page: House["pages"][number]) {
    this.browser.kill(page);
    this.pages = this.pages.filter((other) => other !== page);
  }

  bodies = (id: string) => this.server.conversation(id).messages.map(({ body }) => body);

  async #fetch(page: { alive: boolean }, _url: string, init: RequestInit): Promise<Response> {
    const { conversationId, clientId, body } = JSON.parse(init.body as string) as QueuedMessage;
    if (!page.alive) return new Promise(() => {});
    this.mostPosting = Math.max(this.mostPosting, ++this.posting);
    await new Promise<void>((resolve) => this.clock.after(5 + this.random() * 100, resolve));
    this.posting--;
    if (this.network === "down") throw new TypeError("fetch failed");
    const { message, row } = this.server.send(conversationId, ME, body, clientId);
    if (!page.alive) return new Promise(() => {});
    if (this.network === "answers-lost") throw new TypeError("fetch failed");
    return Response.json({ message }, { status: row ? 201 : 200 });
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("write" as const), page: fc.nat(3), chat: fc.constantFrom(...CHATS), wait: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("open" as const), wait: fc.nat(2_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const), page: fc.nat(3), wait: fc.nat(5_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("up" as const, "down" as const, "answers-lost" as const), wait: fc.nat(10_000) }) },
);

describe.each(["locks", "lease"] as const)("a browser with %s", (kind) => {
  test(`${RUNS} histories of pages, kills and cuts: each message once, in order per conversation`, { timeout: 300_000 + RUNS * 100 }, async () => {
    console.log(`queue pages, ${kind}: seed ${SEED}, ${RUNS} runs`);
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), fc.array(step, { maxLength: 40, size: "max" }), async (seed, losesNotices, steps) => {
        const house = new House(seeded(seed), kind, losesNotices);
        house.openPage();
        const written = Object.fromEntries(CHATS.map((id) => [id, [] as string[]]));
        for (const [index, act] of steps.entries()) {
          const page = "page" in act ? house.pages[act.page % Math.max(1, house.pages.length)] : undefined;
          if (act.do === "open") house.openPage();
          else if (act.do === "kill") {
            if (page) house.kill(page);
          } else if (act.do === "write") {
            const writer = page ?? house.openPage();
            writer.queue.enqueue({ conversationId: act.chat, body: `${index}` });
            written[act.chat]!.push(`${index}`);
            // On the device before anything else happens: what a page had no time to keep dies with it.
            await house.clock.advance(1);
          } else house.network = act.do;
          await house.clock.advance(act.wait);
        }
        house.network = "up";
        if (house.pages.length === 0) house.openPage();
        await house.clock.advance(60_000);
        for (const id of CHATS) {
          expect(house.bodies(id)).toEqual(written[id]);
          for (const { queue } of house.pages) expect(queue.pending(id)).toEqual([]);
          sent += written[id]!.length;
        }
        expect(await house.browser.storage.all()).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    console.log(`queue pages, ${kind}: ${sent} messages`);
    expect(sent).toBeGreaterThan(RUNS);
  });

  test("three pages: one sends, all show; the one that sends is killed and replaced within seconds", async () => {
    const house = new House(seeded(1), kind, false);
    const [first, second, third] = [house.openPage(), house.openPage(), house.openPage()];
    await house.clock.advance(5_000);
    house.network = "down";
    for (const [index, page] of [first, second, third, first, second].entries()) page.queue.enqueue({ conversationId: "c1", body: `${index}` });
    await house.clock.advance(2_000);
    const shown = (page: typeof first) => page.queue.pending("c1").map(({ body }) => body);
    expect([shown(first), shown(second), shown(third)]).toEqual(Array(3).fill(["0", "1", "2", "3", "4"]));
    // One conversation, one page: never two posts at a time.
    expect(house.mostPosting).toBe(1);
    house.kill(first);
    house.network = "up";
    await house.clock.advance(LEASE_SILENT_MS + 3_000);
    expect(house.bodies("c1")).toEqual(["0", "1", "2", "3", "4"]);
    expect([shown(second), shown(third)]).toEqual([[], []]);
  });

  test("signed out in one page: forgotten in all, and nothing goes out any more", async () => {
    const house = new House(seeded(1), kind, false);
    const [first, second] = [house.openPage(), house.openPage()];
    house.network = "down";
    second.queue.enqueue({ conversationId: "c1", body: "thrown away" });
    await house.clock.advance(4_000);
    expect(first.queue.unsent).toBe(1);
    await first.queue.destroy();
    house.network = "up";
    await house.clock.advance(60_000);
    expect([first.queue.unsent, second.queue.unsent]).toEqual([0, 0]);
    expect(await house.browser.storage.all()).toEqual([]);
    expect(house.bodies("c1")).toEqual([]);
  });
});

describe("the lease", () => {
  const seek = (name: string, clock: ReturnType<typeof virtualClock>, store: ReturnType<typeof memoryLease>) => {
    const page = { leads: false, stop: () => {}, alive: true };
    const after = (ms: number, run: () => void) => clock.after(ms, () => page.alive && run());
    const leadership = leaseLeadership({ now: clock.now, after, store, owner: name, log: () => {} });
    page.stop = leadership.seek(
      () => (page.leads = true),
      () => (page.leads = false),
    );
    return Object.assign(page, { confirm: leadership.confirm });
  };

  test("is held while its holder beats, given back when it leaves, taken when it is silent", async () => {
    const clock = virtualClock();
    const store = memoryLease();
    const [a, b] = [seek("a", clock, store), seek("b", clock, store)];
    await clock.advance(60_000);
    expect([a.leads, b.leads]).toEqual([true, false]);
    a.stop();
    await clock.advance(1_000);
    expect(b.leads).toBe(true);
    b.alive = false;
    const c = seek("c", clock, store);
    await clock.advance(LEASE_SILENT_MS - 500);
    expect(c.leads).toBe(false);
    await clock.advance(1_500);
    expect(c.leads).toBe(true);
  });

  test("a holder that slept learns before it posts that another leads", async () => {
    const clock = virtualClock();
    const store = memoryLease();
    const a = seek("a", clock, store);
    await clock.advance(1_000);
    const row = store.row()!;
    await store.swap(row, { owner: "b", beat: 0 });
    expect(await a.confirm()).toBe(false);
    expect(a.leads).toBe(false);
  });

  test("whoever slept along with the holder does not take its lease at waking", async () => {
    const clock = virtualClock();
    const store = memoryLease();
    const [a, b] = [seek("a", clock, store), seek("b", clock, store)];
    await clock.advance(2_000);
    clock.sleep(3_600_000);
    await clock.advance(60_000);
    expect([a.leads, b.leads]).toEqual([true, false]);
  });
});
