/** Where somebody types, as far as typing needs to know. */
export type TypingTarget = { conversationId: string; viewerId: string; channel: string } & (
  | { kind: "direct"; otherId: string }
  /** presenceChannel null: the viewer is in none, the server tells the others. */
  | { kind: "room"; presenceChannel: string | null }
);

/** The channel on which the viewer's browser may tell the others itself; null: none. */
export const clientChannelOf = (target: TypingTarget): string | null => (target.kind === "direct" ? target.channel : target.presenceChannel);
