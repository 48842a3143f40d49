import { hash, verify } from "@node-rs/argon2";
import pLimit from "p-limit";

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 20 ms of one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** At most so many at once: a flood of sign-ins must not take every core and 19 MiB each. */
const PARALLEL = 2;
const limit = pLimit(PARALLEL);

export const hashPassword = (password: string): Promise<string> => limit(() => hash(password, COST));

/** A hash of nothing anybody knows, so that an unknown address costs as much time as a known one. */
let decoy: Promise<string> | undefined;

/** @param stored null for people without a password, and for nobody: takes as long as a real comparison, and fails */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID());
  const against = stored ?? (await decoy);
  const matches = await limit(() => verify(against, password));
  return matches && stored !== null;
}
