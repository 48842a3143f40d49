/** What Roost replaces: a page that asks every few seconds. The question is the cheapest that the app answers: 304 when nothing is new. */
import { setTimeout as pause } from "node:timers/promises";
import type { MessageData } from "#app/domain/conversations/events.ts";
import { httpSender } from "#tests/bench/clients/http-sender.ts";
import { checker } from "#tests/bench/clients/sync-check.ts";
import type { Connect, Way } from "./client.ts";

export const connectPolling: Connect<Extract<Way, { kind: "polling" }>> = async ({ origin, everyMs }, { userId, cookie }, arrived) => {
  // A browser's own connection, kept between its questions.
  const check = checker(httpSender(origin, 1), cookie);
  await check();
  void (async () => {
    // Pages are opened at any moment.
    let due = performance.now() + Math.random() * everyMs;
    for (;;) {
      await pause(Math.max(0, due - performance.now()));
      const { events } = await check();
      for (const { event, data } of events) if (event === "new-message" && data.senderId !== userId) arrived(data as MessageData);
      due = Math.max(due + everyMs, performance.now());
    }
  })();
};
