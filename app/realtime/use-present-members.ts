import { useEffect, useSyncExternalStore } from "react";
import type { PresentMember } from "./connection.ts";
import { useLiveContext } from "./live-context.ts";

export type { PresentMember } from "./connection.ts";

const never = () => () => {};

/**
 * Who is in a presence channel now; subscribes while mounted.
 * @param channel null: there is none
 * @returns null: not known (none, not subscribed, or no push)
 */
export function usePresentMembers(channel: string | null): readonly PresentMember[] | null {
  const engine = useLiveContext()?.engine;
  useEffect(() => (engine && channel !== null ? engine.use(channel) : undefined), [engine, channel]);
  return useSyncExternalStore(engine ? engine.onMembers : never, () => (channel === null ? null : (engine?.members(channel) ?? null)), () => null);
}
