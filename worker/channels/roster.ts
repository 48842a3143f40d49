/** Who is in a presence channel: users, not connections. A user with three tabs joins once and leaves once. */

export interface Member {
  userId: string;
  /** What others are told about the user; undefined when the signed data had none. */
  info: unknown;
}

export class Roster {
  readonly #members = new Map<string, { info: unknown; connections: number }>();

  get size(): number {
    return this.#members.size;
  }

  get userIds(): string[] {
    return [...this.#members.keys()];
  }

  has(userId: string): boolean {
    return this.#members.has(userId);
  }

  /** @returns true at the user's first connection; the info of that one is kept */
  join(member: Member): boolean {
    const known = this.#members.get(member.userId);
    if (known) {
      known.connections += 1;
      return false;
    }
    this.#members.set(member.userId, { info: member.info, connections: 1 });
    return true;
  }

  /** @returns true at the user's last connection */
  leave(userId: string): boolean {
    const known = this.#members.get(userId);
    if (!known) return false;
    known.connections -= 1;
    if (known.connections > 0) return false;
    this.#members.delete(userId);
    return true;
  }

  /** What a new subscriber gets. Every id has a key in `hash`, null without info: pusher-js loses removals otherwise. */
  snapshot(): { presence: { ids: string[]; hash: Record<string, unknown>; count: number } } {
    // Without a prototype, so that a user called __proto__ is a member like any other.
    const hash: Record<string, unknown> = Object.create(null);
    for (const [userId, { info }] of this.#members) hash[userId] = info ?? null;
    return { presence: { ids: this.userIds, hash, count: this.size } };
  }
}
