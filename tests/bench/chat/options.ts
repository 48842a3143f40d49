/** What `npm run bench chat` can be told. */
import { parseArgs } from "node:util";

export interface Options {
  /** One round each with so many clients. */
  clients: number[];
  /** Messages a second, of all clients together. */
  rate: number;
  /** How long each measurement takes. */
  seconds: number;
  /** Clients that only have the page open. */
  idle: number;
}

/** @throws Error naming the option that cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      clients: { type: "string", default: "100,500" },
      rate: { type: "string", default: "20" },
      seconds: { type: "string", default: "20" },
      idle: { type: "string", default: "1000" },
    },
  });
  const number = (name: string, text: string, least: number) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new Error(`--${name} takes whole numbers from ${least}, not ${JSON.stringify(text)}`);
    return value;
  };
  return {
    clients: values.clients.split(",").map((text) => number("clients", text, 2)),
    rate: number("rate", values.rate, 1),
    seconds: number("seconds", values.seconds, 1),
    idle: number("idle", values.idle, 2),
  };
}
