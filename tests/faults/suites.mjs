/** The fault and property suites of `npm run faults`. Each is a test like all others, in its short size also part of `npm test`. `processes`: needs the build. */
export const SUITES = [
  { name: "equivalence", runner: "vitest", files: ["tests/equivalence/equivalence.test.ts"], about: "after any commands and any delivery, folded events show what a fresh load shows" },
  { name: "unread", runner: "vitest", files: ["tests/equivalence/unread.test.ts"], about: "three devices of one person: what is unread is what a recount counts, positions never go back, hidden ones reach nobody" },
  { name: "equivalence-family", runner: "vitest", files: ["tests/equivalence/family.test.ts"], about: "the same for the family: timers, chores, stars, who comes and goes" },
  { name: "interleavings", runner: "vitest", files: ["tests/realtime/interleavings.test.ts"], env: (seed) => ({ RUNS: "10000", ...(seed && { SEED: seed }) }), about: "the live engine on a virtual clock, under any order of push, poll and catch-up" },
  { name: "catch-up", runner: "vitest", processes: true, files: ["tests/faults/catch-up.test.ts"], about: "what was missed comes in order, once each, in pages of a thousand; never past a hole; too old is loaded anew" },
  { name: "partitions", runner: "vitest", processes: true, files: ["tests/faults/partitions.test.ts"], about: "three clients behind networks that break, tabs that are killed: nothing lost, nothing double, healed within 5 s" },
  { name: "presence", runner: "vitest", processes: true, files: ["tests/domain/presence-races.test.ts", "tests/faults/presence.test.ts"], about: "who is here: news doubled, late, lost, two processes, clocks that jump; browsers killed and cut off, servers restarted, no webhooks" },
  { name: "shared-connection", runner: "vitest", files: ["tests/realtime/shared-connection.test.ts"], about: "tabs closed, killed, frozen, hidden in any order: one connection, nothing lost, nothing twice" },
  { name: "notifications", runner: "vitest", files: ["tests/realtime/standing.test.ts", "tests/realtime/notifier.test.ts"], about: "what is unread and muted, by events in any order, equals a fresh load; tabs killed at any step: each message announced once" },
  { name: "connection-care", runner: "playwright", processes: true, files: ["tests/browser/connection-care.spec.ts"], about: "refusals, hanging answers, wrong keys, a killed server: said, and healed without a reload" },
  { name: "relay-killed", runner: "playwright", processes: true, files: ["tests/browser/chat-faults.spec.ts"], about: "the relay killed in the middle of 500 sends, Channels away, answers lost: nothing lost, nothing double, in order" },
  { name: "openings", runner: "playwright", processes: true, files: ["tests/browser/openings.spec.ts"], about: "a thousand chats opened and left: handlers, subscriptions and DOM nodes stay where they were" },
  { name: "queue", runner: "vitest", files: ["tests/realtime/queue-pages.test.ts"], env: (seed) => ({ RUNS: "3000", ...(seed && { SEED: seed }) }), about: "one queue, many pages: opened and killed, networks cut, notices lost; with locks and with a lease: each message once, in order per chat" },
];
