/** The keys that work everywhere. */

export type GlobalKey = "switch" | "help";

const WRITTEN_IN = "input, textarea, select, [contenteditable]";

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing"> & { isWriting: boolean };

/** By the key's place, too: an Arabic keyboard has another letter on K. */
export function globalKey({ key, code, ctrlKey, metaKey, altKey, shiftKey, isComposing, isWriting }: Pressed): GlobalKey | null {
  if (isComposing || altKey) return null;
  if ((ctrlKey || metaKey) && !shiftKey && (key.toLowerCase() === "k" || code === "KeyK")) return "switch";
  if ((key === "?" || key === "؟") && !ctrlKey && !metaKey && !isWriting) return "help";
  return null;
}

export const isWritingIn = (target: EventTarget | null): boolean => target instanceof Element && target.closest(WRITTEN_IN) !== null;
