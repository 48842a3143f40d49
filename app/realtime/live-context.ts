import { createContext, useContext } from "react";
import type { LiveEngine } from "./engine.ts";
import type { SendQueue } from "./send-queue.ts";
import type { StatusBook } from "./status-book.ts";

export interface Live {
  engine: LiveEngine;
  queue: SendQueue;
  statuses: StatusBook;
}

/** Null outside a LiveProvider: screens then show what loaders gave. */
export const LiveContext = createContext<Live | null>(null);

export const useLiveContext = () => useContext(LiveContext);
