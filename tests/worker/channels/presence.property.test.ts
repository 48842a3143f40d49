import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apiRequest, trigger } from "#tests/conformance/signed-request.ts";
import { connect, dataOf } from "#tests/conformance/socket-client.ts";
import type { Frame, SocketClient } from "#tests/conformance/socket-client.ts";
import type { Target } from "#tests/conformance/target.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { until } from "#tests/support/wait.ts";
import { startServer } from "./servers.ts";

const TABS_A_USER = 3;
const USERS = ["ann", "bob", "cem", "dua"];
const { size, seed, full, figures } = faultSuite("channels-presence", { short: { runs: 20, longest: 40 }, full: { runs: 500, longest: 120 } });

interface Step {
  kind: "join" | "leave" | "kill" | "close" | "quiet";
  user: number;
  tab: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step["kind"]>("join", "join", "join", "join", "leave", "kill", "close", "quiet"),
  user: fc.nat(USERS.length - 1),
  tab: fc.nat(TABS_A_USER - 1),
});

/** What a client believes, from its frames alone. @throws Error when somebody comes or goes twice */
function membersSeen(frames: Frame[]): string[] {
  let members = new Set<string>();
  for (const frame of frames) {
    if (frame.event === "pusher_internal:subscription_succeeded") members = new Set((dataOf(frame)["presence"] as { ids: string[] }).ids);
    if (!frame.event.startsWith("pusher_internal:member_")) continue;
    const userId = String(dataOf(frame)["user_id"]);
    const added = frame.event === "pusher_internal:member_added";
    if (members.has(userId) === added) throw new Error(`${frame.event} twice for ${userId}`);
    if (added) members.add(userId);
    else members.delete(userId);
  }
  return [...members].sort();
}

class Household {
  readonly #tabs = new Map<string, { userId: string; client: SocketClient }>();
  /** Those that left the channel and stayed connected. */
  readonly #outside: SocketClient[] = [];

  constructor(
    private readonly target: Target,
    private readonly channel: string,
  ) {}

  async take({ kind, user, tab }: Step): Promise<void> {
    if (kind === "quiet") return this.settle();
    const key = `${user}/${tab}`;
    const open = this.#tabs.get(key);
    if (kind === "join") {
      if (open) return;
      const client = await connect(this.target);
      await client.join(this.channel, { user_id: USERS[user]! });
      this.#tabs.set(key, { userId: USERS[user]!, client });
    } else if (open) {
      this.#tabs.delete(key);
      if (kind === "leave") {
        open.client.send({ event: "pusher:unsubscribe", data: { channel: this.channel } });
        this.#outside.push(open.client);
      } else if (kind === "kill") open.client.ws.terminate();
      else open.client.close();
    }
  }

  /** Everybody's list equals the server's, which equals who is really there. */
  async settle(): Promise<void> {
    const expected = [...new Set([...this.#tabs.values()].map(({ userId }) => userId))].sort();
    const listed = async () => {
      const { json } = await apiRequest(this.target, { path: `/channels/${this.channel}/users` });
      return (json as { users: { id: string }[] }).users.map(({ id }) => id).sort();
    };
    await until(async () => JSON.stringify(await listed()) === JSON.stringify(expected), { timeout: 3_000, interval: 2, what: `the server to list ${expected.join()}` });
    await trigger(this.target, this.channel);
    for (const { client } of this.#tabs.values()) {
      await client.next("fence");
      expect(membersSeen(client.frames)).toEqual(expected);
    }
  }

  async close(): Promise<void> {
    for (const client of [...this.#outside, ...[...this.#tabs.values()].map((tab) => tab.client)]) client.ws.terminate();
    this.#tabs.clear();
    await this.settle();
  }
}

describe("presence", () => {
  it("notices a member who comes or goes twice", () => {
    const frame = (event: string, data: unknown): Frame => ({ event: `pusher_internal:${event}`, data: JSON.stringify(data) });
    const start = frame("subscription_succeeded", { presence: { ids: ["ann"] } });
    expect(membersSeen([start, frame("member_added", { user_id: "bob" }), frame("member_removed", { user_id: "ann" })])).toEqual(["bob"]);
    expect(() => membersSeen([start, frame("member_added", { user_id: "ann" })])).toThrow("twice");
    expect(() => membersSeen([start, frame("member_removed", { user_id: "bob" })])).toThrow("twice");
  });

  it("is the same for everybody, whatever order tabs come, go and die in", { timeout: full ? 3_600_000 : 60_000 }, async () => {
    const { server, target } = await startServer();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: size.longest }), async (steps) => {
        const household = new Household(target, `presence-run-${(run += 1)}`);
        for (const each of steps) await household.take(each);
        await household.settle();
        await household.close();
      }),
      { numRuns: size.runs, seed },
    );
    await until(() => server.connectionCount === 0, { what: "all connections to be gone" });
    expect(server.channelCount).toBe(0);
    figures({ runs: run });
  });
});
