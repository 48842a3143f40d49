/** A server under test, known only by its address and its app, and the rules it is measured by. */
import { afterAll, beforeAll, describe, it, onTestFinished } from "vitest";
import type { AppCredentials } from "#worker/channels/credentials.ts";

export interface Target {
  host: string;
  port: number;
  app: AppCredentials;
  /** Where a server hides its real status in the body: reads it from there. */
  statusOf?: (status: number, json: unknown) => number;
  stop(): Promise<void>;
}

/** How long an answer may take, ms; and how long is enough to see that a known difference still stands. */
const PATIENCE_MS = 5_000;
const DIFFERENCE_PATIENCE_MS = 300;
let patience = PATIENCE_MS;
export const patienceMs = () => patience;

/** What a server is known to do instead of what is documented. */
export interface Difference {
  instead: string;
  /** It does not survive this, and is started anew. */
  fatal?: true;
}

/** By rule. A difference that is gone fails the run. */
export type Differences = Record<string, Difference>;

export interface Rules {
  target(): Target;
  /** A fact of Pusher's documentation. `id` names it in the tables of differences. */
  rule(id: string, title: string, check: () => Promise<void>): void;
}

/** @param options.fatal false: leaves out the known differences that a server does not survive: each costs a start */
export function rulesFor(name: string, start: () => Promise<Target>, differences: Differences, define: (rules: Rules) => void, options: { fatal: boolean }): void {
  describe(name, () => {
    let target: Target | undefined;
    const known = new Set<string>();
    async function restart(): Promise<void> {
      await target?.stop();
      target = await start();
    }
    beforeAll(restart);
    afterAll(async () => {
      await target?.stop();
    });

    define({
      target() {
        if (!target) throw new Error(`${name} is not running`);
        return target;
      },
      rule(id, title, check) {
        if (known.has(id)) throw new Error(`two rules are called ${id}`);
        known.add(id);
        const difference = differences[id];
        if (difference?.fatal && !options.fatal) return;
        if (difference === undefined) return it(`${title} [${id}]`, check);
        it.fails(`${title} [${id}] — known difference: ${difference.instead}`, { retry: 0 }, async () => {
          patience = DIFFERENCE_PATIENCE_MS;
          onTestFinished(async () => {
            patience = PATIENCE_MS;
            if (difference.fatal) await restart();
          });
          await check();
        });
      },
    });

    it("every declared difference belongs to a rule", () => {
      const unknown = Object.keys(differences).filter((id) => !known.has(id));
      if (unknown.length > 0) throw new Error(`no such rule: ${unknown.join(", ")}`);
    });
  });
}
