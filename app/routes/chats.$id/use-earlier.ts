import { useFetcher } from "@remix-run/react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { MessageData } from "#app/domain/conversations/events.ts";

interface LoadedPage {
  conversation: { id: string };
  messages: MessageData[];
  hasOlder: boolean;
  position: { cursor: string };
}

export interface Earlier {
  messages: MessageData[];
  hasOlder: boolean;
  loading: boolean;
  /** The number to page back from; null when nothing is shown. */
  before: number | null;
  load: () => void;
}

const NONE: LoadedPage[] = [];

/**
 * Pages back from what the loader gave. A page once loaded stays until the loader's data is loaded anew: events are
 * folded from that data's position on, so what changed on an older page before it would never show.
 */
export function useEarlier(newest: LoadedPage): Earlier {
  const fetcher = useFetcher<LoadedPage>();
  const { cursor } = newest.position;
  const [kept, setKept] = useState({ cursor, pages: NONE });
  const pages = kept.cursor === cursor ? kept.pages : NONE;

  const fetched = fetcher.data;
  const taken = useRef(new WeakSet<LoadedPage>());
  useEffect(() => {
    if (!fetched?.conversation || taken.current.has(fetched)) return;
    taken.current.add(fetched);
    setKept((known) => ({ cursor, pages: [fetched, ...(known.cursor === cursor ? known.pages : NONE)] }));
  }, [fetched, cursor]);

  // The same array until something is loaded: events are folded over it once, not at every render.
  const { joined, hasOlder } = useMemo(() => join(newest, pages), [newest, pages]);
  const before = joined[0]?.seq ?? null;
  return {
    messages: joined,
    hasOlder,
    loading: fetcher.state !== "idle",
    before,
    load: () => {
      if (before !== null && fetcher.state === "idle") fetcher.load(`/chats/${newest.conversation.id}?before=${before}`);
    },
  };
}

function join(newest: LoadedPage, pages: LoadedPage[]): { joined: MessageData[]; hasOlder: boolean } {
  const joined = [...newest.messages];
  let { hasOlder } = newest;
  for (const page of pages.toReversed()) {
    const end = page.messages.at(-1)?.seq ?? 0;
    const start = joined[0]?.seq ?? Number.POSITIVE_INFINITY;
    if (end < start - 1 || (page.messages[0]?.seq ?? 0) >= start) continue;
    joined.unshift(...page.messages.filter((message) => message.seq < start));
    hasOlder = page.hasOlder;
  }
  return { joined, hasOlder };
}
