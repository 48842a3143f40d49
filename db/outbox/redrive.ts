/** How the relay learns that rows behind its reading position have changed by somebody else's hand. */
import type { Statement } from "#db/database.ts";

/**
 * The row in `leases` whose beat counts such changes. The relay learns of it from its own renewal, so that looking
 * for them costs no request and no scan.
 */
export const REDRIVE_MARK = "relay-redrive";

const MARK = `
  INSERT INTO leases (name, beat, renewed_at) VALUES ('${REDRIVE_MARK}', 1, ?)
  ON CONFLICT (name) DO UPDATE SET beat = beat + 1, renewed_at = excluded.renewed_at`;

/** Stands behind the statement that changed rows. @param now ms since 1970 */
export const markRedrive = (now: number): Statement => ({ sql: MARK, args: [now] });
