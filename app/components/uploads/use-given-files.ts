import { useEffect, useRef, useState, type RefObject } from "react";
import { filesOf, holdsFiles } from "./chosen-files.ts";

/**
 * Files that are dropped or pasted somewhere within an element.
 * @param around a selector of what stands around it and takes them, too: beside their place browsers would leave the page for a dropped file
 * @returns whether some are being held over it
 */
export function useGivenFiles(place: RefObject<HTMLElement>, onFiles: (files: File[]) => void, around?: string): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  useEffect(() => {
    latest.current = onFiles;
  });
  useEffect(() => {
    const element = (around === undefined ? null : place.current?.closest<HTMLElement>(around)) ?? place.current;
    if (!element) return;
    const listeners = new AbortController();
    const { signal } = listeners;
    const take = (event: Event, transfer: DataTransfer | null) => {
      const files = filesOf(transfer);
      if (!files) return;
      event.preventDefault();
      latest.current(files);
    };
    element.addEventListener("paste", (event) => take(event, event.clipboardData), { signal });
    element.addEventListener(
      "dragover",
      (event) => {
        if (!holdsFiles(event.dataTransfer)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    // Moving from one thing inside to another is no leaving.
    element.addEventListener("dragleave", ({ relatedTarget }) => setOver(relatedTarget instanceof Node && element.contains(relatedTarget)), { signal });
    element.addEventListener(
      "drop",
      (event) => {
        setOver(false);
        take(event, event.dataTransfer);
      },
      { signal },
    );
    return () => listeners.abort();
  }, [place, around]);
  return isOver;
}
