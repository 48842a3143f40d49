/** Who the people of imported lines are, and where their messages belong: found, or made, once a run. */
import type { Queries } from "#db/database.ts";
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import { emailSchema, MAX_NAME_LENGTH } from "#app/domain/accounts/schema.ts";
import { directChannel, directKey, roomChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { ID_PATTERN } from "#app/domain/ids.ts";
import { roomNameSchema } from "#app/domain/rooms/schema.ts";
import { LineRefused, type ImportLine } from "./line.ts";

export interface Place {
  senderId: string;
  conversationId: string;
}

/** Within one transaction after another. What a transaction made that then failed is forgotten by `forget`. */
export class Places {
  #people = new Map<string, string>();
  #direct = new Map<string, string>();
  #rooms = new Map<string, string>();
  #members = new Set<string>();
  /** As lines name them: by sender, and by the other or the room. */
  #wroteTo = new Map<string, Map<string, Place>>();
  #wroteIn = new Map<string, Map<string, Place>>();

  constructor(private readonly ctx: Context) {}

  forget() {
    for (const known of [this.#people, this.#direct, this.#rooms, this.#members, this.#wroteTo, this.#wroteIn]) known.clear();
  }

  /** Of a line whose people and place have come before, as of nearly all: without waiting for anything. */
  known({ from, to, room }: ImportLine): Place | null {
    return (to === null ? this.#wroteIn : this.#wroteTo).get(from)?.get(to ?? room!) ?? null;
  }

  /** @throws LineRefused where it cannot be told who or where */
  async of(tx: Queries, line: ImportLine): Promise<Place> {
    const { from, to, room } = line;
    const place = await this.#find(tx, line);
    const all = to === null ? this.#wroteIn : this.#wroteTo;
    const own = all.get(from) ?? new Map<string, Place>();
    all.set(from, own.set(to ?? room!, place));
    return place;
  }

  async #find(tx: Queries, { from, to, room, createdAt }: ImportLine): Promise<Place> {
    const senderId = await this.#person(tx, from, "from");
    if (to === null) return { senderId, conversationId: await this.#room(tx, room!, senderId, createdAt) };
    const otherId = await this.#person(tx, to, "to");
    if (otherId === senderId) throw new LineRefused("to: the same person as from");
    return { senderId, conversationId: await this.#directChat(tx, senderId, otherId, createdAt) };
  }

  async #person(tx: Queries, who: string, field: string): Promise<string> {
    const known = this.#people.get(who);
    if (known !== undefined) return known;
    const id = ID_PATTERN.test(who) ? await existing(tx, who, field) : await this.#byEmail(tx, who, field);
    this.#people.set(who, id);
    return id;
  }

  /** Who is unknown gets an account that nobody can sign in to, until an admin enables it. */
  async #byEmail(tx: Queries, who: string, field: string): Promise<string> {
    const email = emailSchema.safeParse(who);
    if (!email.success) throw new LineRefused(`${field}: expected an e-mail address`);
    const [found] = await tx.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email.data]);
    if (found) return found.id;
    const name = email.data.split("@")[0]!.slice(0, MAX_NAME_LENGTH);
    const id = (await insertUser(tx, this.ctx, { name, email: email.data, passwordHash: null, timeZone: null }))!;
    await tx.all("UPDATE users SET disabled_at = ? WHERE id = ?", [this.ctx.now(), id]);
    return id;
  }

  async #directChat(tx: Queries, a: string, b: string, at: number): Promise<string> {
    const key = directKey(a, b);
    const known = this.#direct.get(key);
    if (known !== undefined) return known;
    const [found] = await tx.all<{ id: string }>("SELECT id FROM conversations WHERE direct_key = ?", [key]);
    const id = found?.id ?? this.ctx.newId();
    if (!found) {
      await tx.all("INSERT INTO conversations (id, kind, direct_key, channel, member_count, created_at) VALUES (?, 'direct', ?, ?, 2, ?)", [id, key, directChannel(a, b), at]);
      await tx.all("INSERT INTO conversation_members (conversation_id, user_id, joined_at) VALUES (?, ?, ?), (?, ?, ?)", [id, a, at, id, b, at]);
    }
    this.#direct.set(key, id);
    return id;
  }

  async #room(tx: Queries, given: string, senderId: string, at: number): Promise<string> {
    let id = this.#rooms.get(given);
    if (id === undefined) {
      id = (await namedRoom(tx, given)) ?? (await this.#newRoom(tx, given, at));
      this.#rooms.set(given, id);
    }
    await this.#join(tx, id, senderId, at);
    return id;
  }

  /** Closed: who is to read it is for its people to decide. */
  async #newRoom(tx: Queries, given: string, at: number): Promise<string> {
    const name = roomNameSchema.safeParse(given);
    if (!name.success) throw new LineRefused("room: no name that a room can have");
    const id = this.ctx.newId();
    await tx.all("INSERT INTO conversations (id, kind, name, access, channel, created_at) VALUES (?, 'room', ?, 'closed', ?, ?)", [id, name.data, roomChannel(id), at]);
    return id;
  }

  /** Who wrote in a room was in it. The first one owns it. */
  async #join(tx: Queries, roomId: string, userId: string, at: number): Promise<void> {
    const key = memberKey(roomId, userId);
    if (this.#members.has(key)) return;
    const [joined] = await tx.all(
      `INSERT INTO conversation_members (conversation_id, user_id, role, joined_at)
       SELECT id, ?, CASE member_count WHEN 0 THEN 'owner' ELSE 'member' END, ? FROM conversations WHERE id = ?
       ON CONFLICT (conversation_id, user_id) DO NOTHING RETURNING user_id`,
      [userId, at, roomId],
    );
    if (joined) await tx.all("UPDATE conversations SET member_count = member_count + 1 WHERE id = ?", [roomId]);
    this.#members.add(key);
  }
}

const memberKey = (roomId: string, userId: string) => `${roomId} ${userId}`;

async function existing(tx: Queries, id: string, field: string): Promise<string> {
  const [found] = await tx.all<{ id: string }>("SELECT id FROM users WHERE id = ?", [id]);
  if (!found) throw new LineRefused(`${field}: there is nobody with this id`);
  return found.id;
}

/** @returns null where there is none yet */
async function namedRoom(tx: Queries, given: string): Promise<string | null> {
  const rooms = await tx.all<{ id: string }>("SELECT id FROM conversations WHERE kind = 'room' AND (id = ? OR name = ?) ORDER BY id = ? DESC LIMIT 2", [given, given, given]);
  if (rooms.length > 1 && rooms[0]!.id !== given) throw new LineRefused("room: several have this name; give the id of one");
  return rooms[0]?.id ?? null;
}
