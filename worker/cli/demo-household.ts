/** The demo household. Run again, it adds what is missing and changes nothing that stands. */
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import { hashPassword } from "#app/domain/accounts/passwords.server.ts";
import type { Context } from "#app/domain/context.ts";
import { markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { createRoom, joinRoom } from "#app/domain/rooms/commands.server.ts";
import { seedFamily } from "./demo-family.ts";
import type { Settings } from "#app/config/settings.ts";
import { seedPictures } from "./demo-pictures.ts";
import { CONVERSATION, KITCHEN, KITCHEN_NAME, type DemoMessage } from "./demo-texts.ts";

export const DEMO_PASSWORD = "roost-demo-pass";

const PEOPLE = [
  { key: "admin", email: "admin@roost.test", name: "Robin", role: "admin" },
  { key: "parent", email: "parent@roost.test", name: "Mona", role: "member" },
  { key: "other", email: "other@roost.test", name: "Adam · آدم", role: "member" },
] as const;

const MINUTE_MS = 60_000;

/** @param uploads where pictures of the shop's rewards go; null: none are made */
export async function seedHousehold(ctx: Context, uploads: Settings["uploads"] | null): Promise<{ accounts: number; messages: number; pictures: number }> {
  const accounts = await seedPeople(ctx);
  const parent = await viewerOf(ctx, "parent@roost.test");
  const other = await viewerOf(ctx, "other@roost.test");
  if (!parent || !other) return { accounts, messages: 0, pictures: 0 };
  const people = { parent, other };
  const children = await seedFamily(ctx, people);
  const messages = (await seedChat(ctx, people)) + (await seedKitchen(ctx, people));
  const pictures = uploads ? await seedPictures(ctx, uploads, parent) : 0;
  await tellNow(ctx);
  return { accounts: accounts + children, messages, pictures };
}

async function seedPeople(ctx: Context): Promise<number> {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  return ctx.db.transact(async (tx) => {
    let made = 0;
    for (const { email, name, role } of PEOPLE) if (await insertUser(tx, ctx, { email, name, role, passwordHash, timeZone: null })) made += 1;
    return made;
  });
}

type Parents = Record<"parent" | "other", Viewer>;

/** The parents' chat; the last two messages are unread. Only while it is empty. */
async function seedChat(ctx: Context, people: Parents): Promise<number> {
  const { conversationId } = await openDirect(ctx, people.parent, { userId: people.other.userId });
  const [started] = await ctx.db.all("SELECT 1 AS one FROM messages WHERE conversation_id = ? LIMIT 1", [conversationId]);
  if (started) return 0;
  const sent = await seedMessages(ctx, people, conversationId, "demo-household", CONVERSATION);
  const lastRead = sent.at(-1 - UNREAD);
  if (lastRead) await markRead(ctx, people.other, { conversationId, upTo: lastRead });
  await markRead(ctx, people.parent, { conversationId, upTo: sent.at(-1)! });
  return sent.length;
}

/** A room of both, open to everybody. Only while there is none of that name. */
async function seedKitchen(ctx: Context, people: Parents): Promise<number> {
  const [made] = await ctx.db.all("SELECT 1 AS one FROM conversations WHERE kind = 'room' AND name = ? LIMIT 1", [KITCHEN_NAME]);
  if (made) return 0;
  const then = { ...ctx, now: () => ctx.now() - KITCHEN[0]!.minutesAgo * MINUTE_MS };
  const { conversationId } = await createRoom(then, people.parent, { name: KITCHEN_NAME, access: "open" });
  await joinRoom(then, people.other, { conversationId });
  const sent = await seedMessages(ctx, people, conversationId, "demo-kitchen", KITCHEN);
  for (const viewer of [people.parent, people.other]) await markRead(ctx, viewer, { conversationId, upTo: sent.at(-1)! });
  return sent.length;
}

/** At times relative to now. @returns their ids, in order */
async function seedMessages(ctx: Context, people: Parents, conversationId: string, key: string, messages: readonly DemoMessage[]): Promise<string[]> {
  const now = ctx.now();
  const sent: string[] = [];
  for (const [index, { from, minutesAgo, body }] of messages.entries()) {
    const then = { ...ctx, now: () => now - minutesAgo * MINUTE_MS };
    const { message } = await sendMessage(then, people[from], { conversationId, clientId: `${key}-${index + 1}`, body });
    sent.push(message.id);
  }
  return sent;
}

/** What was made is of the last days, its events are not: else the relay would report a latency of days. */
async function tellNow(ctx: Context): Promise<void> {
  const now = ctx.now();
  await ctx.db.batch([{ sql: "UPDATE outbox_events SET created_at = ?, available_at = ? WHERE state = 'pending' AND created_at < ?", args: [now, now, now] }]);
}

const UNREAD = 2;

async function viewerOf(ctx: Context, email: string): Promise<Viewer | null> {
  const [row] = await ctx.db.all<Omit<Viewer, "sessionId">>("SELECT id AS userId, name, email, role, hue FROM users WHERE email = ?", [email]);
  return row ? { ...row, sessionId: "" } : null;
}
