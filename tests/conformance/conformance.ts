/** Every fact of Pusher's documentation that Roost relies on, as rules for any server. */
import { clientEventRules } from "./client-event-rules.ts";
import { connectionRules } from "./connection-rules.ts";
import { eventRules } from "./event-rules.ts";
import { presenceRules } from "./presence-rules.ts";
import { queryRules } from "./query-rules.ts";
import { signatureRules } from "./signature-rules.ts";
import { subscriptionRules } from "./subscription-rules.ts";
import { rulesFor } from "./target.ts";
import type { Differences, Target } from "./target.ts";
import { userRules } from "./user-rules.ts";

/**
 * Measures a server by the whole suite.
 * @param startServer starts it, or finds one that runs
 * @param differences what it is known to do otherwise, by rule: each of these is expected to fail, and has to
 * @param options.fatal false: without those of them that it does not survive
 */
export function conformance(name: string, startServer: () => Promise<Target>, differences: Differences = {}, options = { fatal: true }): void {
  rulesFor(name, startServer, differences, (rules) => {
    connectionRules(rules);
    subscriptionRules(rules);
    presenceRules(rules);
    clientEventRules(rules);
    userRules(rules);
    signatureRules(rules);
    eventRules(rules);
    queryRules(rules);
  }, options);
}
