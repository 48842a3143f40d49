/** One entry of the ledger. Shared with the browser: no server import here. */
export const STAR_KINDS = ["manual", "timer", "chore", "reward", "reversal"] as const;
export type StarKind = (typeof STAR_KINDS)[number];

export interface StarEntry {
  id: string;
  /** Rises with every entry of the ledger, whoever's it is. */
  seq: number;
  memberId: string;
  /** Below zero: taken. Never zero. */
  amount: number;
  /** The member's stars with this entry. */
  balance: number;
  kind: StarKind;
  reason: string;
  reversalOf: string | null;
  actorId: string;
  createdAt: number;
}

/** At once. */
export const MAX_STARS = 1_000;
