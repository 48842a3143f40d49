/** How many messages are unread, as this page knows it now: for the document's title, which stands outside of everything live. */
let total: number | null = null;
const listeners = new Set<() => void>();

/** Null until the page is live. */
export const unreadTotal = (): number | null => total;

export function watchUnreadTotal(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** @param next null: nobody is signed in any more */
export function setUnreadTotal(next: number | null): void {
  if (next === total) return;
  total = next;
  for (const listener of [...listeners]) listener();
}
