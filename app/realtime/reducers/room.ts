/** Who is in an open conversation and what is shown of them. Events come in their order, each with what is so after it: however old the data, the last one decides. */
import { roomPresenceChannel } from "#app/domain/channels.ts";
import type { ConversationInfo, Member, Person, ReadPositions } from "#app/domain/conversations/conversation.ts";
import type { MemberChanged } from "#app/domain/conversations/events.ts";
import { MAX_PRESENT } from "#app/domain/conversations/limits.ts";
import { isOutdated, shownOf } from "./person.ts";

interface RoomState {
  viewerId: string;
  conversation: ConversationInfo;
  reads: ReadPositions;
  members: Member[] | null;
  stale?: true;
}
type Room = ConversationInfo & { kind: "room" };

export function withMember<State extends RoomState>(state: State, change: MemberChanged): State {
  const { conversation } = state;
  const shown = change.receipts === false && change.userId !== state.viewerId ? withReads(state, (id) => id !== change.userId) : state;
  const named = withMemberName(shown, change);
  return conversation.kind === "room" && change.change ? withChangedRoom(named, conversation, change) : named;
}

/** One's own presence is shown from now on, or no longer. */
export function withPresence<State extends RoomState>(state: State, shown: boolean): State {
  const { conversation } = state;
  if (conversation.kind !== "room") return state;
  const presenceChannel = shown && conversation.memberCount <= MAX_PRESENT ? roomPresenceChannel(conversation.id) : null;
  return presenceChannel === conversation.presenceChannel ? state : { ...state, conversation: { ...conversation, presenceChannel } };
}

function withMemberName<State extends RoomState>(state: State, { userId, ...told }: MemberChanged): State {
  const { conversation, members } = state;
  const outdated = (person: Person) => person.id === userId && isOutdated(person, told);
  const named = members?.some(outdated) ? { ...state, members: members.map((member) => (outdated(member) ? { ...member, ...shownOf(told) } : member)) } : state;
  return conversation.kind === "direct" && outdated(conversation.other) ? { ...named, conversation: { ...conversation, other: { ...conversation.other, ...shownOf(told) } } } : named;
}

function withChangedRoom<State extends RoomState>(state: State, room: Room, { userId, name, hue, avatar, change, memberCount = room.memberCount }: MemberChanged): State {
  const isGone = change === "left" || change === "removed";
  const isLarge = memberCount > MAX_PRESENT;
  const known = state.members?.find(({ id }) => id === userId);
  const role = change === "owner" ? "owner" : change === "joined" ? "member" : known?.role;
  const kept = withReads(state, (id) => (isLarge ? id === state.viewerId : !isGone || id !== userId));
  const others = state.members?.filter(({ id }) => id !== userId);
  const member = isGone || !role ? [] : [{ id: userId, name, hue: hue ?? known?.hue ?? 0, avatar: avatar === undefined ? known?.avatar : avatar, role }];
  const changed: Room = { ...room, memberCount, role: role && userId === state.viewerId ? role : room.role, presenceChannel: isLarge ? null : room.presenceChannel };
  const members = isLarge || !others ? null : [...others, ...member].sort((a, b) => (a.id < b.id ? -1 : 1));
  // A room that is no longer large shows who is in it: only a load can tell.
  return { ...kept, conversation: changed, members, ...(!isLarge && !members && { stale: true as const }) };
}

function withReads<State extends RoomState>(state: State, keeps: (userId: string) => boolean): State {
  const entries = Object.entries(state.reads);
  const kept = entries.filter(([userId]) => keeps(userId));
  return kept.length === entries.length ? state : { ...state, reads: Object.fromEntries(kept) };
}
