import { useRevalidator } from "@remix-run/react";
import { useEffect, useState } from "react";
import { ADMIN_CHANNEL } from "#app/domain/channels.ts";
import { operationProgress, type OperationProgress } from "#app/domain/maintenance/events.ts";
import type { OperationData } from "#app/domain/maintenance/operation.ts";
import { isEvent } from "#app/realtime/live-event.ts";
import { useConnectionState, useLiveEvents } from "#app/realtime/live.tsx";

/** How often the page is loaded anew while one runs: whoever ran it may be gone and tell nothing more. */
const RUNNING_MS = 2_000;
/** And while nothing is pushed. */
const POLL_MS = 5_000;

/** Operations as loaded, moved on by what is told of them; loaded anew when one begins or ends, and by and by where nothing is pushed. */
export function useOperations(loaded: readonly OperationData[]): OperationData[] {
  const { revalidate, state } = useRevalidator();
  const isConnected = useConnectionState() === "connected";
  const [told, setTold] = useState<ReadonlyMap<string, OperationProgress>>(new Map());

  useLiveEvents([ADMIN_CHANNEL], (event) => {
    if (!isEvent(event, operationProgress)) return;
    const { data } = event;
    setTold((before) => new Map(before).set(data.id, data));
    if (data.state !== "running" || !loaded.some(({ id }) => id === data.id)) revalidate();
  });

  const pause = loaded.some((operation) => operation.state === "running") ? RUNNING_MS : isConnected ? null : POLL_MS;
  useEffect(() => {
    if (pause === null || state !== "idle") return undefined;
    const timer = setTimeout(revalidate, pause);
    return () => clearTimeout(timer);
    // Each load that comes back starts the next pause.
  }, [pause, state, revalidate, loaded]);

  return loaded.map((operation) => movedOn(operation, told.get(operation.id)));
}

/** What is loaded wins where it is further: events may come late, or in another order. */
function movedOn(operation: OperationData, told: OperationProgress | undefined): OperationData {
  if (!told || operation.state !== "running") return operation;
  const { state, stepsDone, failureCount } = told;
  return { ...operation, state, stepsDone: Math.max(operation.stepsDone, stepsDone), failureCount: Math.max(operation.failureCount, failureCount) };
}
