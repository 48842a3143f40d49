/** What the Enter key does where a message is written. */
import { createContext, useContext } from "react";

/** The person's setting; false: Enter breaks the line, Ctrl or Cmd with Enter sends. */
export const EnterSends = createContext(true);
export const useEnterSends = () => useContext(EnterSends);

/** Some browsers say by this code alone that an input method has the key. */
const COMPOSING_KEY_CODE = 229;

/** Whether a key sends what is written. While an input method composes (Arabic keyboards on phones, CJK) Enter belongs to it. */
export function sends(event: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "keyCode">, enterSends: boolean): boolean {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === COMPOSING_KEY_CODE || event.altKey) return false;
  return event.ctrlKey || event.metaKey || (enterSends && !event.shiftKey);
}
