import { useEffect, useMemo, useSyncExternalStore } from "react";
import { browserTimers } from "./browser.ts";
import type { LiveEngine } from "./engine.ts";
import type { Timers } from "./environment.ts";
import { useLiveContext } from "./live-context.ts";
import type { TypingTarget } from "./typing/target.ts";
import { Typing } from "./typing/typing.ts";
import type { Writer } from "./typing/writers.ts";

export type { Typing } from "./typing/typing.ts";
export type { Writer } from "./typing/writers.ts";

/**
 * Typing in the conversation that is open: what its composer tells, and who else writes. The same object for as long
 * as the target says the same; null without one, and outside a LiveProvider.
 */
export function useTyping(target: TypingTarget | null): Typing | null {
  const engine = useLiveContext()?.engine;
  const key = JSON.stringify(target);
  const typing = useMemo(() => newTyping(engine, JSON.parse(key) as TypingTarget | null), [engine, key]);
  useEffect(() => typing?.start(), [typing]);
  return typing;
}

/** A clock that is put right must not make two events out of one second. */
const steadyTimers: Timers = { ...browserTimers, now: () => performance.now() };

const newTyping = (engine: LiveEngine | undefined, target: TypingTarget | null) => (engine && target ? new Typing({ ...steadyTimers, engine, target }) : null);

const NOBODY: readonly Writer[] = [];
const never = () => () => {};

/** Who writes now, in the order in which they began. */
export function useWriters(typing: Typing | null): readonly Writer[] {
  return useSyncExternalStore(typing ? typing.writers.subscribe : never, () => typing?.writers.current ?? NOBODY, () => NOBODY);
}
