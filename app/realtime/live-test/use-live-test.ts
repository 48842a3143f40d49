import { useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { PublicChannels } from "#app/config/settings.ts";
import { readLiveTest, type LiveTest, type Stage, type StageResult } from "#app/domain/health/live-test-result.ts";
import { browserLiveTest } from "./browser-live-test.ts";
import { keepHere, keptHere, whenKept } from "./kept-here.ts";

export interface RunningTest {
  stages: readonly StageResult[];
  current: Stage;
}

interface LiveTests {
  /** Null: none is under way. */
  running: RunningTest | null;
  /** What the last one found, also of an earlier visit. */
  here: LiveTest | null;
  /** When one was last found well; null: never, as far as this browser knows. */
  healthyAt: number | null;
  run: () => void;
}

/** The live test of this browser, one at a time. */
export function useLiveTest(channels: PublicChannels | null): LiveTests {
  const [running, setRunning] = useState<RunningTest | null>(null);
  const [shown, setShown] = useState<LiveTest | null>(null);
  const [healthyAt, setHealthyAt] = useState<number | null>(null);
  const busy = useRef(false);
  const kept = useSyncExternalStore(whenKept, keptHere, () => null);
  const earlier = useMemo(() => readLiveTest(kept), [kept]);

  async function test() {
    if (busy.current) return;
    busy.current = true;
    try {
      const result = await browserLiveTest(channels, (stages, current) => setRunning({ stages, current }));
      setShown(result);
      if (result.state === "verified") setHealthyAt(result.at);
      keepHere(result);
    } finally {
      busy.current = false;
      setRunning(null);
    }
  }

  return { running, here: shown ?? earlier, healthyAt: healthyAt ?? (earlier?.state === "verified" ? earlier.at : null), run: () => void test() };
}
