/**
 * One case for each command of the app: how somebody at random uses it. A command without live state says why
 * nothing on an open screen changes by it.
 */
import * as accounts from "#app/domain/accounts/commands.server.ts";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";
import * as conversations from "#app/domain/conversations/commands.server.ts";
import { conversationFor, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import * as notifications from "#app/domain/notifications/commands.server.ts";
import { NOTIFY_LEVELS } from "#app/domain/notifications/schema.ts";
import * as rooms from "#app/domain/rooms/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { sendPicture } from "#tests/domain/pictures.ts";
import { dropFace, setFace } from "./faces.ts";
import type { House, Person } from "./house.ts";
import { PASSWORD, PEOPLE } from "./house.ts";

/** Numbers that choose: a chat, a message, a text. Small ones mean what is newest. */
export type Picks = readonly [number, number, number];

export type Case = { weight: number; run: (house: House, who: Person, picks: Picks) => Promise<unknown> } | { exempt: string };

/** From one letter to more than the wire takes; also more than a preview shows, in characters of two code units. */
function text(pick: number): string {
  if (pick % 11 === 0) return `${pick} ${"🦉 ".repeat(90)}`;
  if (pick % 29 === 0) return `${pick} ${"long ".repeat(2_100)}`.slice(0, MAX_BODY_LENGTH);
  return `text ${pick}`;
}

const at = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(1, list.length)];

export async function chatOf(house: House, { viewer }: Person, pick: number): Promise<string> {
  const chat = at(await conversationsOf(house.ctx, viewer), pick);
  return chat?.id ?? house.newId();
}

/** One of the newest messages, now and then of somebody else. */
async function messageOf(house: House, who: Person, [chat, message]: Picks, own: boolean): Promise<{ conversationId: string; messageId: string }> {
  const conversationId = await chatOf(house, who, chat);
  const known = (await conversationsOf(house.ctx, who.viewer)).some(({ id }) => id === conversationId);
  const messages = known ? (await conversationFor(house.ctx, who.viewer, conversationId)).messages.toReversed() : [];
  const candidates = own && message % 7 !== 0 ? messages.filter(({ senderId }) => senderId === who.viewer.userId) : messages;
  return { conversationId, messageId: at(candidates.slice(0, 5), message)?.id ?? house.newId() };
}

/** One of the viewer's rooms; now and then one that is none of theirs, or a private chat. */
async function roomOf(house: House, { viewer }: Person, pick: number): Promise<string> {
  if (pick % 13 === 0) return at(house.rooms, pick) ?? house.newId();
  const own = (await conversationsOf(house.ctx, viewer)).filter(({ kind }) => kind === "room" || pick % 11 === 0);
  return at(own, pick)?.id ?? house.newId();
}

export const personOf = (house: House, pick: number) => house.people[pick % PEOPLE]!.viewer.userId;

const sessionOf = ({ sessions }: Person, pick: number) => sessions[pick % 2]!;

export const promote = (house: House, { userId }: Viewer) => house.ctx.db.batch([{ sql: "UPDATE users SET role = 'admin' WHERE id = ?", args: [userId] }]);

/** Statuses are no state of the log: hints tell of them, screens ask for them. Their own equivalence: tests/realtime/status-book.test.ts. */
const NOT_LOGGED = "who is here is told by hints, which no log keeps";

export const CASES: Record<string, Case> = {
  "conversations/openDirect": {
    weight: 40,
    run: (house, { viewer }, [pick]) => conversations.openDirect(house.ctx, viewer, { userId: house.people[pick % PEOPLE]!.viewer.userId }),
  },
  "conversations/sendMessage": {
    weight: 300,
    run: async (house, who, [chat, body, again]) => {
      const { viewer } = who;
      const conversationId = await chatOf(house, who, chat);
      const isMember = (await conversationsOf(house.ctx, viewer)).some(({ id }) => id === conversationId);
      if (isMember && again % 5 === 0) return sendPicture(house.ctx, viewer, conversationId, { ...(body % 2 && { body: text(body) }), ...(body % 3 === 0 && { fileName: `file ${body}` }) });
      return conversations.sendMessage(house.ctx, viewer, { conversationId, body: text(body), clientId: again % 9 === 0 ? `again-${viewer.userId.slice(0, 8)}` : house.newId() });
    },
  },
  "conversations/markRead": {
    weight: 120,
    run: async (house, who, picks) => {
      const { conversationId, messageId } = await messageOf(house, who, picks, false);
      return conversations.markRead(house.ctx, who.viewer, { conversationId, upTo: messageId });
    },
  },
  "conversations/editMessage": {
    weight: 100,
    run: async (house, who, picks) => conversations.editMessage(house.ctx, who.viewer, { ...(await messageOf(house, who, picks, true)), body: text(picks[2]) }),
  },
  "conversations/deleteMessage": {
    weight: 60,
    run: async (house, who, picks) => conversations.deleteMessage(house.ctx, who.viewer, await messageOf(house, who, picks, true)),
  },
  "conversations/react": {
    weight: 120,
    run: async (house, who, picks) => conversations.react(house.ctx, who.viewer, { ...(await messageOf(house, who, picks, false)), emoji: at(["👍", "❤", "😂"], picks[2])!, ...(picks[2] % 5 === 0 && { on: picks[2] % 2 === 0 }) }),
  },
  "rooms/createRoom": {
    weight: 15,
    run: async (house, { viewer }, [name, access]) => house.rooms.push((await rooms.createRoom(house.ctx, viewer, { name: `Room ${name}`, access: access % 2 ? "open" : "closed" })).conversationId),
  },
  "rooms/joinRoom": { weight: 25, run: (house, { viewer }, [room]) => rooms.joinRoom(house.ctx, viewer, { conversationId: at(house.rooms, room) ?? house.newId() }) },
  "rooms/inviteToRoom": {
    weight: 50,
    run: async (house, who, [room, person]) => rooms.inviteToRoom(house.ctx, who.viewer, { conversationId: await roomOf(house, who, room), userId: personOf(house, person) }),
  },
  "rooms/removeMember": {
    weight: 40,
    run: async (house, who, [room, person]) => rooms.removeMember(house.ctx, who.viewer, { conversationId: await roomOf(house, who, room), userId: personOf(house, person) }),
  },
  "rooms/leaveRoom": { weight: 20, run: async (house, who, [room]) => rooms.leaveRoom(house.ctx, who.viewer, { conversationId: await roomOf(house, who, room) }) },
  "accounts/updateProfile": {
    weight: 40,
    run: (house, { viewer }, [name]) => accounts.updateProfile(house.ctx, viewer, { name: `Name ${name % 3}`, language: "en", digits: null, timeZone: null }),
  },
  "notifications/setNotifyLevel": {
    weight: 30,
    run: async (house, who, [chat, level]) => notifications.setNotifyLevel(house.ctx, who.viewer, { conversationId: await chatOf(house, who, chat), level: [...NOTIFY_LEVELS, null][level % 4]! }),
  },
  "notifications/setNotifications": { weight: 10, run: (house, { viewer }, [level, sound]) => notifications.setNotifications(house.ctx, viewer, { level: at(NOTIFY_LEVELS, level)!, sound: sound % 2 === 0 }) },
  "accounts/updatePrivacy": {
    weight: 40,
    run: (house, { viewer }, [receipts, lastActive]) => accounts.updatePrivacy(house.ctx, viewer, { showReceipts: receipts % 3 !== 0, showLastActive: lastActive % 3 !== 0 }),
  },
  "accounts/updateWriting": { exempt: "what the Enter key does shows on no screen; the setting itself is loaded with its page" },
  // Seldom: the person does nothing more after it, and everybody has a password that is slow to compare on purpose.
  "accounts/eraseAccount": { weight: 1, run: (house, { viewer }) => accounts.eraseAccount(house.ctx, viewer, { password: PASSWORD }) },
  "accounts/endSession": { weight: 8, run: (house, who, [pick]) => accounts.endSession(house.ctx, at(house.people, pick)!.viewer, { sessionId: sessionOf(who, pick) }) },
  "accounts/signOut": { weight: 4, run: (house, who, [pick]) => accounts.signOut(house.ctx, { ...who.viewer, sessionId: sessionOf(who, pick) }) },
  "accounts/endOtherSessions": { weight: 4, run: (house, who, [pick]) => accounts.endOtherSessions(house.ctx, { ...who.viewer, sessionId: sessionOf(who, pick) }) },
  "accounts/endAllSessions": { weight: 2, run: (house, { viewer }) => accounts.endAllSessions(house.ctx, viewer) },
  // Hashing is slow on purpose, so it comes seldom.
  "accounts/changePassword": { weight: 1, run: (house, { viewer }) => accounts.changePassword(house.ctx, viewer, { currentPassword: PASSWORD, newPassword: PASSWORD }) },
  // Switched on again at once, so that the person goes on.
  "accounts/disableUser": {
    weight: 4,
    run: async (house, { viewer }, [pick]) => {
      const userId = personOf(house, pick);
      await promote(house, viewer);
      await accounts.disableUser(house.ctx, viewer, { userId });
      await accounts.enableUser(house.ctx, viewer, { userId });
    },
  },
  "accounts/resetPassword": {
    weight: 1,
    run: async (house, { viewer }, [pick]) => {
      await promote(house, viewer);
      const { token } = await accounts.makeResetLink(house.ctx, viewer, { userId: personOf(house, pick) });
      await accounts.resetPassword(house.ctx, { token, password: PASSWORD });
    },
  },
  "accounts/enableUser": { exempt: "shows on the admins' list of users only, which is loaded with its page and is not live" },
  "accounts/makeResetLink": { exempt: "shows on the admins' list of users only, which is loaded with its page and is not live" },
  "accounts/signUp": { exempt: "a new person shows in lists of people one has no chat with, which are loaded with their page and are not live" },
  "accounts/signIn": { exempt: "a new session shows on the settings page only, which is loaded with its page and is not live" },
  "accounts/insertUser": { exempt: "for the seed and imports; what signUp does" },
  "accounts/grantAdmin": { exempt: "for the operator's command line; a role shows with the next page" },
  "outbox/retryEvents": { exempt: "delivery only: what members see does not depend on whether an event is pushed" },
  "outbox/requeueEvents": { exempt: "delivery only: what members see does not depend on whether an event is pushed" },
  "outbox/dropEvents": { exempt: "delivery only: what members see does not depend on whether an event is pushed" },
  // Faces; now and then somebody else's, which only a parent may set. The shop's pictures come by cache:revalidated, those of messages with sendMessage.
  "images/addImage": { weight: 12, run: (house, { viewer }, [pick]) => setFace(house, pick % 5 === 0 ? house.people[pick % PEOPLE]!.viewer : viewer, viewer) },
  "images/removeImage": { weight: 6, run: (house, { viewer }, [pick]) => dropFace(house, pick % 5 === 0 ? house.people[pick % PEOPLE]!.viewer : viewer, viewer) },
  "images/importImage": { exempt: "for the seed and imports; what addImage does" },
  "images/addFile": { exempt: "shows nowhere until it is sent, with sendMessage" },
  "images/takeAttachments": { exempt: "as images/addFile: shows nowhere until it is sent" },
  "images/cancelUpload": { exempt: "what is not sent shows nowhere" },
  "presence/hearOccupancy": { exempt: NOT_LOGGED },
  "presence/markSeen": { exempt: NOT_LOGGED },
  "presence/reconcileOccupancy": { exempt: NOT_LOGGED },
  "presence/turnOffline": { exempt: NOT_LOGGED },
  "presence/tellVisibility": { exempt: NOT_LOGGED },
};
