/**
 * Which chats somebody looks at, told to all tabs by locks: a tab holds one, shared, for as long as its chat is on a
 * screen that has the focus. The browser takes it from a tab that is gone, however it ended.
 */
const PREFIX = "roost-looking";
const nameOf = (userId: string, conversationId: string) => `${PREFIX}:${userId}:${conversationId}`;

/** Only in secure contexts, whatever the types say. */
export const lockManager = () => (navigator as { locks?: LockManager }).locks;

/** What this tab itself looks at; all there is to know where there are no locks. */
let own: string | null = null;

/** @returns the conversations looked at in any tab of this user */
export async function lookedAt(userId: string): Promise<ReadonlySet<string>> {
  const held = (await lockManager()?.query())?.held ?? [];
  const prefix = nameOf(userId, "");
  return new Set([...held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])), ...(own === null ? [] : [own])]);
}

/**
 * Says that this tab is at a conversation, which counts while somebody can see it.
 * @param onScreen whether the page has it on screen: on phones something else may cover it
 * @returns stops
 */
export function look(userId: string, conversationId: string, onScreen: () => boolean): () => void {
  const listening = new AbortController();
  let release: (() => void) | null = null;

  const update = () => {
    const seen = document.visibilityState === "visible" && document.hasFocus() && onScreen();
    if (seen && !release) release = hold(nameOf(userId, conversationId), conversationId);
    if (!seen) letGo();
  };
  const letGo = () => {
    release?.();
    release = null;
  };
  for (const event of ["focus", "blur", "pageshow", "pagehide", "resize"]) window.addEventListener(event, update, { signal: listening.signal });
  document.addEventListener("visibilitychange", update, { signal: listening.signal });
  update();
  return () => {
    listening.abort();
    letGo();
  };
}

function hold(name: string, conversationId: string): () => void {
  own = conversationId;
  const leaving = new AbortController();
  const left = new Promise<void>((resolve) => leaving.signal.addEventListener("abort", () => resolve()));
  lockManager()
    ?.request(name, { mode: "shared", signal: leaving.signal }, () => left)
    // Left before it was given: an AbortError, and all is well.
    .catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
    });
  return () => {
    if (own === conversationId) own = null;
    leaving.abort();
  };
}
