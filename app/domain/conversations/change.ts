/** What somebody wants of a message that is there already. Shared with the browser, whose queue keeps it while offline. */
export type MessageChange =
  | { kind: "edit"; body: string }
  | { kind: "delete" }
  /** What is to be, never "the other way": however often it is sent, the same results. */
  | { kind: "react"; emoji: string; on: boolean };
