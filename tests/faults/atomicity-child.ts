/** A process that does commands at random until it is killed, and tells after each how far the log is that it was told of. */
import { logHead } from "#db/outbox/log.ts";
import { openDatabase } from "#db/database.ts";
import { House } from "#tests/equivalence/house.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { ATOMIC_CASES, atRandom, moveIn } from "./atomicity-cases.ts";

/** Hashing is slow on purpose: a process that does hardly anything else is killed there. */
const SELDOM = 0.02;
const SLOW = /^accounts\/(sign|erase|change|reset)|^families\/(createChild|resetPin|sign|enter|stay|leave|setTablet)/;

const [url = "", seed = ""] = process.argv.slice(2);
const db = await openDatabase(url);
const random = seeded(Number(seed));
const names = Object.keys(ATOMIC_CASES);

process.send!({ ready: true });
await new Promise((resolve) => process.once("message", resolve));
const house = await House.over(db, Number(seed));
await moveIn(house);
process.send!({ works: true });
for (;;) {
  const name = names[Math.floor(random() * names.length)]!;
  if (SLOW.test(name) && random() > SELDOM) continue;
  const { who, picks } = atRandom(house, random);
  await house.attempt(async () => (await ATOMIC_CASES[name]!.prepare(house, who, picks))());
  process.send!({ seq: (await logHead(db)).seq });
}
