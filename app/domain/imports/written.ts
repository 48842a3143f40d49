/**
 * The conversations that one run wrote to, and what it knows of the order of their messages: enough to spare `finishImport`
 * a look at every message there is. Only what this run saw from the beginning is known; of the rest the rows are asked.
 */

/** A conversation as its row says, within the transaction that writes to it. */
export interface ConversationEnd {
  id: string;
  lastSeq: number;
}

export interface WrittenConversation {
  id: string;
  /** Whether an older message came after a newer one; null: that is for its rows to say. */
  goesBack: boolean | null;
  /** Whether one of those that this run brought had been read. */
  hasRead: boolean;
}

interface Entry extends WrittenConversation {
  /** The number of the last message, as this run left it. */
  lastSeq: number;
  /** Of all its messages, in ms since 1970. */
  newestAt: number;
}

export class Written {
  #all = new Map<string, Entry>();

  /**
   * A message comes to the end of a conversation. Told again after a transaction that failed, or after others wrote there,
   * the numbers do not fit, and the rows will be asked.
   * @param end before this message
   */
  add({ id, lastSeq }: ConversationEnd, createdAt: number, readAt: number | null): void {
    let entry = this.#all.get(id);
    if (!entry) this.#all.set(id, (entry = { id, goesBack: lastSeq === 0 ? false : null, hasRead: false, lastSeq, newestAt: 0 }));
    if (entry.lastSeq !== lastSeq) entry.goesBack = null;
    if (entry.goesBack === false) entry.goesBack = createdAt < entry.newestAt;
    entry.newestAt = Math.max(entry.newestAt, createdAt);
    entry.hasRead ||= readAt !== null && readAt > 0;
    entry.lastSeq = lastSeq + 1;
  }

  all(): WrittenConversation[] {
    return [...this.#all.values()].map(({ id, goesBack, hasRead }) => ({ id, goesBack, hasRead }));
  }
}
