import { useOutletContext } from "@remix-run/react";
import type { ConversationInfo, Member } from "#app/domain/conversations/conversation.ts";

/** What an open chat tells the page beside it: as events made it, not as it was loaded. */
export interface OpenChatContext {
  conversation: ConversationInfo;
  /** Null in a large room. */
  members: Member[] | null;
  viewerId: string;
}

export const useOpenChat = () => useOutletContext<OpenChatContext>();
