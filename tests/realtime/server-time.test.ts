/** One time on all devices (E1): clocks that are minutes off, that jump, that sleep; connections of up to 200 ms there and back. Covers issue 5's bar 2. */
import { describe, expect, test } from "vitest";
import { bestOf, errorOf, offsetOf } from "#app/realtime/clock/estimate.ts";
import { ASK_EVERY_MS, ServerTime } from "#app/realtime/clock/server-time.ts";
import { seeded } from "./seeded.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

const MINUTE = 60_000;
/** Issue 5: the most that two devices may differ. */
const MOST_APART = 250;
const ROUND_TRIP = 200;

interface DeviceOptions {
  wallOff?: number;
  /** Parts of a second gained each second. */
  drift?: number;
  /** How long the way there and the way back take. */
  ways: () => [number, number];
}

/** A device of which only the server's answers tell the time. */
function device(world: VirtualClock, { wallOff = 0, drift = 0, ways }: DeviceOptions) {
  const began = world.now();
  let off = wallOff;
  let paused = 0;
  let online = true;
  let show = () => {};
  let asked = 0;
  const logged: string[] = [];
  const time = new ServerTime({
    monotonic: () => 5_000 + (world.now() - began - paused) * (1 + drift),
    wall: () => world.now() + off,
    after: world.after,
    ask: () => {
      asked += 1;
      const [there, back] = ways();
      return new Promise((answer, fail) => {
        if (!online) world.after(there, () => fail(new TypeError("offline")));
        else world.after(there, () => {
          const serverMs = world.now();
          world.after(back, () => answer(serverMs));
        });
      });
    },
    onShown: (shown) => ((show = shown), () => (show = () => {})),
    log: (message) => void logged.push(message),
  });
  return {
    time,
    logged,
    get asked() {
      return asked;
    },
    setWall: (to: number) => void (off = to),
    /** Its monotonic clock stands still meanwhile, as on some systems. */
    sleep: (ms: number) => {
      world.sleep(ms);
      paused += ms;
    },
    goOnline: (on: boolean) => void (online = on),
    show: () => show(),
  };
}

test("the quickest answer tells most; an old one a little less", () => {
  const slow = { sentAt: 0, answeredAt: 200, serverMs: 1_000 };
  const quick = { sentAt: 300, answeredAt: 320, serverMs: 1_212 };
  expect([offsetOf(slow), offsetOf(quick)]).toEqual([900, 902]);
  expect(bestOf([slow, quick], 400)).toBe(quick);
  expect(bestOf([], 0)).toBeUndefined();
  // Ten minutes of drift outweigh an answer that was twice as quick.
  expect(errorOf(quick, 10 * MINUTE)).toBeGreaterThan(errorOf({ ...slow, sentAt: 10 * MINUTE - 100, answeredAt: 10 * MINUTE }, 10 * MINUTE));
});

describe("two devices", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("seed %i: minutes off and jumping, they differ by less than a quarter second and never go back", async (seed) => {
    const random = seeded(seed);
    const world = virtualClock();
    const ways = (): [number, number] => {
      const there = random() * ROUND_TRIP;
      return [there, random() * (ROUND_TRIP - there)];
    };
    const loadedAt = world.now() - 300;
    const devices = [device(world, { wallOff: 10 * MINUTE, drift: 5e-5, ways }), device(world, { wallOff: -10 * MINUTE, drift: -5e-5, ways })] as const;
    const stops = devices.map(({ time }) => time.use());
    const last = [0, 0];
    await world.advance(ROUND_TRIP);
    for (let step = 0; step < 400; step++) {
      await world.advance(50 + random() * 700);
      if (random() < 0.05) devices[random() < 0.5 ? 0 : 1].setWall((random() - 0.5) * 20 * MINUTE);
      const shown = devices.map(({ time }) => time.now(loadedAt));
      expect(Math.abs(shown[0]! - shown[1]!), `seed ${seed}, step ${step}`).toBeLessThanOrEqual(MOST_APART);
      for (const at of shown) expect(Math.abs(at - world.now())).toBeLessThanOrEqual(ROUND_TRIP / 2 + 10);
      for (const [index, at] of shown.entries()) {
        expect(at).toBeGreaterThanOrEqual(last[index]!);
        last[index] = at;
      }
    }
    for (const stop of stops) stop();
    expect(world.pending).toBe(0);
  });

  test("with the devices' own clocks they would differ by twenty minutes", () => {
    const world = virtualClock();
    const [ahead, behind] = [world.now() + 10 * MINUTE, world.now() - 10 * MINUTE];
    expect(Math.abs(ahead - behind)).toBeGreaterThan(MOST_APART);
  });
});

describe("one device", () => {
  const even = (): [number, number] => [20, 20];

  test("before the first answer: what the page was loaded with, running on", async () => {
    const world = virtualClock();
    const one = device(world, { wallOff: 10 * MINUTE, ways: even });
    const loadedAt = world.now();
    expect(one.time.now(loadedAt)).toBe(loadedAt);
    await world.advance(3_000);
    expect(one.time.now(loadedAt)).toBe(loadedAt + 3_000);
    // Something older is known to have passed, and changes nothing.
    expect(one.time.now(loadedAt - 5_000)).toBe(loadedAt + 3_000);
  });

  test("asks in a burst, then now and then, and not at all when nothing runs", async () => {
    const world = virtualClock();
    const one = device(world, { ways: even });
    const releases = [one.time.use(), one.time.use()];
    await world.advance(1_000);
    expect(one.asked).toBe(4);
    await world.advance(ASK_EVERY_MS);
    expect(one.asked).toBe(5);
    releases[0]!();
    await world.advance(ASK_EVERY_MS + 1_000);
    expect(one.asked).toBe(6);
    releases[1]!();
    await world.advance(10 * ASK_EVERY_MS);
    expect([one.asked, world.pending]).toEqual([6, 0]);
  });

  test("wakes up: asks anew at once, and what it knew from before the sleep counts no more", async () => {
    const world = virtualClock();
    const one = device(world, { ways: even });
    const stop = one.time.use();
    await world.advance(1_000);
    one.sleep(30 * MINUTE);
    await world.advance(3_000);
    expect(Math.abs(one.time.now(0) - world.now())).toBeLessThanOrEqual(20);
    stop();
  });

  test("offline it runs on; back in view it asks", async () => {
    const world = virtualClock();
    const one = device(world, { ways: even });
    const stop = one.time.use();
    await world.advance(1_000);
    one.goOnline(false);
    await world.advance(2 * ASK_EVERY_MS);
    expect(one.logged.length).toBeGreaterThan(0);
    expect(Math.abs(one.time.now(0) - world.now())).toBeLessThanOrEqual(20);
    const before = one.asked;
    one.goOnline(true);
    one.show();
    await world.advance(1_000);
    expect(one.asked).toBe(before + 4);
    stop();
  });

  test("a server whose clock was set back by minutes is believed after all", async () => {
    const world = virtualClock();
    let back = 0;
    const time = new ServerTime({ monotonic: world.now, wall: world.now, after: world.after, ask: () => Promise.resolve(world.now() - back), onShown: () => () => {}, log: () => {} });
    const stop = time.use();
    await world.advance(100);
    expect(time.now(world.now())).toBe(world.now());
    stop();
    back = 5 * MINUTE;
    const fresh = new ServerTime(time.env);
    expect(fresh.now(world.now() - back)).toBe(world.now() - back);
  });

  test("tells at each second of what is left, and at the end, once", async () => {
    const world = virtualClock();
    const time = new ServerTime({ monotonic: world.now, wall: world.now, after: world.after, ask: () => Promise.resolve(world.now()), onShown: () => () => {}, log: () => {} });
    const endsAt = world.now() + 3_400;
    const shown: number[] = [];
    const stop = time.eachSecondUntil(endsAt, world.now(), () => shown.push(Math.ceil((endsAt - time.now(0)) / 1_000)));
    await world.advance(10_000);
    expect(shown).toEqual([3, 2, 1, 0]);
    stop();
    expect(world.pending).toBe(0);
  });
});
