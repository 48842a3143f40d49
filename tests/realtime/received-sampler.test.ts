/** A browser says when it had its events: few, seldom, on the server's clock (issue 6, bar 4). */
import { expect, it } from "vitest";
import { ReceivedSampler, SAMPLES_A_REPORT } from "#app/realtime/received/sampler.ts";
import { manualClock } from "#tests/support/manual-clock.ts";

const SERVER_AHEAD_MS = 7_000_000;

function browser(answer: (url: string) => Response | Promise<Response> = () => Response.json({})) {
  const clock = manualClock();
  const posts: { samples: { id: string; at: number }[] }[] = [];
  const asked: string[] = [];
  const logged: string[] = [];
  const sampler = new ReceivedSampler({
    ...clock,
    random: () => 0.5,
    log: (message) => void logged.push(message),
    fetch: async (url, init) => {
      asked.push(url);
      if (url === "/api/time") return Response.json({ now: clock.monotonic() + SERVER_AHEAD_MS });
      posts.push(JSON.parse(String(init.body)) as (typeof posts)[number]);
      return answer(url);
    },
  });
  const see = (id: string) => sampler.saw({ id, seq: 1, offset: 1, epoch: "e", at: 0 });
  return { clock, posts, asked, logged, sampler, see };
}

it("the first few events, once a minute at most, as the server's clock has it", async () => {
  const { clock, posts, asked, see } = browser();
  for (let n = 0; n < 20; n += 1) {
    see(`event-${n}`);
    await clock.advance(100);
  }
  await clock.advance(20_000);
  expect(posts).toEqual([{ samples: Array.from({ length: SAMPLES_A_REPORT }, (_, n) => ({ id: `event-${n}`, at: SERVER_AHEAD_MS + n * 100 })) }]);
  for (let second = 0; second < 180; second += 1) {
    see(`later-${second}`);
    await clock.advance(1_000);
  }
  expect(posts.length).toBeLessThanOrEqual(4);
  expect(posts.length).toBeGreaterThanOrEqual(3);
  expect(asked).toHaveLength(2 * posts.length);
});

it("nothing without an event, nothing after it was stopped, and no network is no error", async () => {
  const quiet = browser();
  await quiet.clock.advance(300_000);
  quiet.see("a");
  quiet.sampler.stop();
  await quiet.clock.advance(300_000);
  expect(quiet.asked).toEqual([]);

  const cut = browser(() => Promise.reject(new TypeError("no network")));
  cut.see("a");
  await cut.clock.advance(30_000);
  expect(cut.logged).toEqual(["received times were not reported"]);
});
