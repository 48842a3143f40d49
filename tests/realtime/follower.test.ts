/** A following tab by itself: whom it believes, and when it holds its leader for frozen. */
import { expect, test } from "vitest";
import type { Message } from "#app/realtime/shared-connection/messages.ts";
import { ANSWER_MS, ASK_EVERY_MS, Follower } from "#app/realtime/shared-connection/follower.ts";
import { virtualClock } from "./virtual-clock.ts";

function following() {
  const clock = virtualClock();
  const posted: Message[] = [];
  const shown: string[] = [];
  let neglected = 0;
  const follower = new Follower({
    own: "me",
    term: 0,
    env: { ...clock, locks: { hold: () => () => {} }, openBus: () => ({ post: () => {}, close: () => {} }), hidden: () => false, newId: () => "me" },
    bus: { post: (message) => void posted.push(message), close: () => {} },
    sink: { channels: () => ["chat"], members: () => {}, link: (state) => void shown.push(state), subscription: (_channel, state) => void shown.push(state), event: (_channel, event) => void shown.push(event) },
    onNeglected: () => void neglected++,
  });
  /** The leader's answer to what was asked last. */
  const answer = (term: number) => {
    const ask = posted.reduce((latest, message) => (message.kind === "need" ? Math.max(latest, message.ask) : latest), 0);
    follower.receive({ kind: "welcome", term, to: "me", ask, link: "connected", hidden: false, channels: { chat: "subscribed" }, members: {} });
  };
  return { clock, posted, shown, follower, answer, neglected: () => neglected };
}

test("believes the latest leader only, whatever an earlier one still says", () => {
  const { follower, shown, answer } = following();
  follower.receive({ kind: "lead", term: 5 });
  answer(5);
  shown.length = 0;
  follower.receive({ kind: "event", term: 4, channel: "chat", event: "stale", data: {} });
  follower.receive({ kind: "link", term: 4, link: "stopped" });
  follower.receive({ kind: "state", term: 4, channel: "chat", state: "failed" });
  answer(4);
  expect(shown).toEqual([]);
  follower.receive({ kind: "event", term: 5, channel: "chat", event: "fresh", data: {} });
  expect(shown).toEqual(["fresh"]);
});

test("takes an answer only to its latest question, and only its own", () => {
  const { follower, shown, posted } = following();
  follower.receive({ kind: "lead", term: 5 });
  shown.length = 0;
  expect(posted.filter(({ kind }) => kind === "need")).toHaveLength(2);
  follower.receive({ kind: "welcome", term: 5, to: "me", ask: 1, link: "connected", hidden: false, channels: {}, members: {} });
  follower.receive({ kind: "welcome", term: 5, to: "another", ask: 2, link: "connected", hidden: false, channels: {}, members: {} });
  expect(shown).toEqual([]);
  follower.receive({ kind: "welcome", term: 5, to: "me", ask: 2, link: "connected", hidden: false, channels: { chat: "subscribed" }, members: {} });
  expect(shown).toEqual(["connected", "subscribed"]);
});

test("a silent leader is neglect, and shows as a lost link", async () => {
  const { answer, clock, neglected, shown } = following();
  answer(5);
  answer(5);
  shown.length = 0;
  await clock.advance(ASK_EVERY_MS + ANSWER_MS - 1);
  expect(neglected()).toBe(0);
  await clock.advance(1);
  expect({ neglected: neglected(), shown }).toEqual({ neglected: 1, shown: ["connecting", "pending"] });
});

test("after a sleep the answer may be waiting behind the timer: it asks once more first", async () => {
  const { answer, clock, neglected, posted } = following();
  answer(5);
  answer(5);
  await clock.advance(ASK_EVERY_MS);
  const asked = posted.length;
  clock.sleep(60_000);
  await clock.advance(ANSWER_MS);
  expect({ neglected: neglected(), asked: posted.length }).toEqual({ neglected: 0, asked: asked + 1 });
  answer(5);
  await clock.advance(ASK_EVERY_MS - 1);
  expect(neglected()).toBe(0);
});
