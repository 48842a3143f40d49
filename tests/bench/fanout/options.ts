/** What `npm run bench fanout` can be told. */
import { parseArgs } from "node:util";

export interface Options {
  /** One round each with so many subscribers of one channel. */
  subscribers: number[];
  /** Events a request: 1 is POST /events, more is POST /batch_events. */
  batches: number[];
  /** How long events are published in each measurement. */
  seconds: number;
  /** Measurements of each kind, in turns between the servers; the middle one counts. */
  turns: number;
  /** Connections that only stay open, for the memory of each; 0: not measured. */
  idle: number;
}

/** @throws Error naming the option that cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: "string", default: "100,500" },
      batches: { type: "string", default: "1,10" },
      seconds: { type: "string", default: "4" },
      turns: { type: "string", default: "3" },
      idle: { type: "string", default: "2000" },
    },
  });
  const number = (name: string, text: string, least: number, most: number) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) throw new Error(`--${name} takes whole numbers from ${least} to ${most}, not ${JSON.stringify(text)}`);
    return value;
  };
  return {
    subscribers: values.subscribers.split(",").map((text) => number("subscribers", text, 1, 5_000)),
    batches: values.batches.split(",").map((text) => number("batches", text, 1, 10)),
    seconds: number("seconds", values.seconds, 1, 600),
    turns: number("turns", values.turns, 1, 99),
    idle: number("idle", values.idle, 0, 5_000),
  };
}
