/** Who sends to whom: pairs with a private chat and signed-in browsers, written straight into the database. */
import { directChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { startSession } from "#app/domain/accounts/sessions.server.ts";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { sessionCookie } from "#app/http/session-cookie.server.ts";
import { openDatabase } from "#db/database.ts";

/** Enough that no sender meets the rate limit of a person (ten a second). */
const PAIRS = 100;

export interface Pair {
  conversationId: string;
  channel: string;
  senderId: string;
  senderName: string;
  senderCookie: string;
  receiverId: string;
  receiverCookie: string;
}

interface Person {
  viewer: Viewer;
  cookie: string;
}

/** @param pairs how many; `sessionAge` in ms of the n-th person's last sign of life, for those whose sessions are not new */
export async function makePeople(databaseUrl: string, sessionSecret: string, pairs = PAIRS, sessionAge: (n: number) => number = () => 0): Promise<Pair[]> {
  const db = await openDatabase(databaseUrl);
  const ctx: Context = { db, now: Date.now, newId };
  const cookies = sessionCookie([sessionSecret], false);
  try {
    const people = await db.transact(async (tx) => {
      const made: Person[] = [];
      while (made.length < pairs * 2) {
        const n = made.length;
        const id = newId();
        const name = `${n % 2 === 0 ? "Sender" : "Receiver"} ${n >> 1}`;
        await tx.all("INSERT INTO users (id, email, name, created_at) VALUES (?, ?, ?, ?)", [id, `${id}@bench.test`, name, ctx.now()]);
        const { token, sessionId } = await startSession(tx, { ...ctx, now: () => Date.now() - sessionAge(n) }, { userId: id, userAgent: "bench" });
        made.push({ viewer: { userId: id, sessionId, name, email: null, role: "member", hue: 0 }, cookie: (await cookies.give(token)).split(";")[0]! });
      }
      return made;
    });
    return await Promise.all(
      Array.from({ length: pairs }, async (_, n) => {
        const [sender, receiver] = [people[n * 2]!, people[n * 2 + 1]!];
        const { conversationId } = await openDirect(ctx, sender.viewer, { userId: receiver.viewer.userId });
        return {
          conversationId,
          channel: directChannel(sender.viewer.userId, receiver.viewer.userId),
          senderId: sender.viewer.userId,
          senderName: sender.viewer.name,
          senderCookie: sender.cookie,
          receiverId: receiver.viewer.userId,
          receiverCookie: receiver.cookie,
        };
      }),
    );
  } finally {
    await db.close();
  }
}

/** Pairs for a server that knows no people. */
export const strangers = (pairs: number): Pair[] =>
  Array.from({ length: pairs }, (_, n) => ({ conversationId: newId(), channel: "", senderId: newId(), senderName: `Sender ${n}`, senderCookie: "", receiverId: newId(), receiverCookie: "" }));

/** How many messages whose clientId begins so are in the database. */
export async function countStored(databaseUrl: string, prefix: string): Promise<number> {
  const db = await openDatabase(databaseUrl);
  try {
    const [row] = await db.all<{ found: number }>("SELECT count(*) AS found FROM messages WHERE substr(client_id, 1, ?) = ?", [prefix.length, prefix]);
    return row!.found;
  } finally {
    await db.close();
  }
}
