/** A process that does commands at random until it is killed, and tells after each how far the log is that it was told of. */
import { once } from "node:events";
import { logHead } from "#db/outbox/log.ts";
import { openDatabase } from "#db/database.ts";
import { House } from "#tests/equivalence/house.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { ATOMIC_CASES, atRandom, moveIn } from "./atomicity-cases.ts";

/** Hashing is slow on purpose: a process that does hardly anything else is killed there. */
const SELDOM = 0.02;
const SLOW = /^accounts\/(sign|erase|change|reset)|^families\/(createChild|resetPin|sign|enter|stay|leave|setTablet)/;

export interface ChildWork {
  url: string;
  seed: number;
}
/** The first one says that it is ready to be given work. */
export interface FromChild {
  seq?: number;
}
const tell = (message: FromChild) => process.send!(message);

tell({});
const [{ url, seed }] = (await once(process, "message")) as [ChildWork];
const db = await openDatabase(url);
const random = seeded(seed);
const names = Object.keys(ATOMIC_CASES);
const house = await House.over(db, seed);
await moveIn(house);
for (;;) {
  const name = names[Math.floor(random() * names.length)]!;
  if (SLOW.test(name) && random() > SELDOM) continue;
  const { who, picks } = atRandom(house, random);
  await house.attempt(async () => (await ATOMIC_CASES[name]!.prepare(house, who, picks))());
  tell({ seq: (await logHead(db)).seq });
}
