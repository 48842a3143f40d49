import { useEffect, useRef, type RefObject } from "react";

interface ArrowKeys {
  /** Where the tab key arrives: at the item that is current (`aria-current`) or first, or at the last one. */
  enter: "current" | "last";
  /** Escape leaves the list: where to? */
  onEscape?: () => void;
  /** Enter, or the key for a menu, on an item itself (not on something in it). */
  onEnter?: (item: HTMLElement) => void;
}

/** Marks what the arrows go to, in the order of the page. */
const STOP = "[data-stop]";
const CONTROLS = "a, button, summary";

/**
 * Makes a list one tab stop, with arrows, Home, End and Escape inside. Controls within an item can be reached by the
 * tab key from that item only. Before it runs, and without JavaScript, everything is a tab stop as the browser has it.
 */
export function useArrowKeys(list: RefObject<HTMLElement>, { enter, onEscape, onEnter }: ArrowKeys): void {
  const escape = useRef(onEscape);
  const press = useRef(onEnter);
  /** The item that has the focus, or something in it. */
  const held = useRef<HTMLElement | null>(null);

  // After every render, since any may have brought or taken items.
  useEffect(() => {
    escape.current = onEscape;
    press.current = onEnter;
    const element = list.current;
    if (!element) return;
    const stops = stopsIn(element);
    const isLost = held.current !== null && !held.current.isConnected;
    if (isLost) held.current = null;
    arrange(element, stops, held.current, enter);
    // What had the focus is gone: it stays in the list, not at the top of the page.
    if (isLost && document.activeElement === document.body) stops[0]?.focus();
  });

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const hold = (event: FocusEvent) => {
      const target = event.type === "focusin" ? event.target : event.relatedTarget;
      // To nowhere: the window lost it, or what had it is gone (then the effect above finds it a place).
      if (target === null) return;
      const stop = target instanceof Element && element.contains(target) ? target.closest<HTMLElement>(STOP) : null;
      if (stop === held.current) return;
      held.current = stop;
      arrange(element, stopsIn(element), stop, enter);
    };
    const move = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
      // Where something is written, the keys move within it.
      if (event.target instanceof HTMLElement && event.target.matches("textarea, input, select")) return;
      if (event.key === "Escape" && escape.current) {
        event.preventDefault();
        escape.current();
        return;
      }
      if ((event.key === "Enter" || event.key === "ContextMenu") && press.current && event.target instanceof HTMLElement && event.target === held.current && event.target.matches("li")) {
        event.preventDefault();
        press.current(event.target);
        return;
      }
      const stops = stopsIn(element);
      const to = destination(event.key, held.current ? stops.indexOf(held.current) : -1, stops.length);
      if (to === null) return;
      event.preventDefault();
      stops[to]?.focus();
      stops[to]?.scrollIntoView({ block: "nearest" });
    };
    element.addEventListener("focusin", hold);
    element.addEventListener("focusout", hold);
    element.addEventListener("keydown", move);
    return () => {
      element.removeEventListener("focusin", hold);
      element.removeEventListener("focusout", hold);
      element.removeEventListener("keydown", move);
    };
  }, [list, enter]);
}

const stopsIn = (element: HTMLElement) => [...element.querySelectorAll<HTMLElement>(STOP)];

/** Where a key leads; null for keys that are none of the list's. From outside the items, up is the last one. */
export function destination(key: string, from: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "ArrowDown") return from === -1 ? 0 : Math.min(from + 1, count - 1);
  if (key === "ArrowUp") return from === -1 ? count - 1 : Math.max(from - 1, 0);
  return null;
}

function arrange(element: HTMLElement, stops: readonly HTMLElement[], held: HTMLElement | null, enter: ArrowKeys["enter"]): void {
  if (stops.length === 0) return;
  const entry = held ?? (enter === "last" ? stops.at(-1) : (stops.find((stop) => stop.ariaCurrent !== null) ?? stops[0]));
  // A region that scrolls is a stop of its own only where it holds none.
  if (element.hasAttribute("tabindex")) setStop(element, false);
  for (const stop of stops) {
    setStop(stop, stop === entry);
    for (const control of stop.querySelectorAll<HTMLElement>(CONTROLS)) setStop(control, stop === held);
  }
}

function setStop(element: HTMLElement, reachable: boolean): void {
  const value = reachable ? "0" : "-1";
  if (element.getAttribute("tabindex") !== value) element.setAttribute("tabindex", value);
}
