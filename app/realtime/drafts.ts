/** Half-written messages, kept by this browser for each person and conversation until they are sent, or their author signs out. */
import { browserLog } from "./browser-log.ts";

const PREFIX = "roost-draft-";
const keyOf = (userId: string, conversationId: string) => `${PREFIX}${userId}-${conversationId}`;

/** Some browsers refuse all storage; then a draft lives as long as its page. */
function withStorage<T>(work: (storage: Storage) => T, otherwise: T): T {
  try {
    return work(window.localStorage);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    browserLog("drafts are not kept", { error: error.name });
    return otherwise;
  }
}

export const readDraft = (userId: string, conversationId: string): string => withStorage((storage) => storage.getItem(keyOf(userId, conversationId)) ?? "", "");

export function keepDraft(userId: string, conversationId: string, text: string): void {
  withStorage((storage) => {
    if (text.trim() === "") storage.removeItem(keyOf(userId, conversationId));
    else storage.setItem(keyOf(userId, conversationId), text);
  }, undefined);
}

const draftKeys = (storage: Storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index)).filter((key): key is string => key?.startsWith(PREFIX) ?? false);

/** How many there are, of anybody who used this browser. */
export const countDrafts = (): number => withStorage((storage) => draftKeys(storage).length, 0);

export const forgetDrafts = (): void => withStorage((storage) => draftKeys(storage).forEach((key) => storage.removeItem(key)), undefined);
