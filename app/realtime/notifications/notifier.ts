/**
 * Turns messages into notifications. Every tab of a browser hears of every message; they decide one after the other,
 * and what one has announced is known to the next. A tab that is killed between showing and noting leaves its
 * notification on the screen, where the next one finds it: nothing is announced twice, and nothing is lost.
 */
import { conversationRemoved, messageDeleted, messageRead, messageUpdated, unreadChanged } from "#app/domain/conversations/events.ts";
import type { LiveEvent } from "#app/realtime/live-event.ts";
import { isEvent } from "#app/realtime/live-event.ts";
import type { Candidate, Self } from "./candidate.ts";
import { candidateOf, merged, oneLine } from "./candidate.ts";
import type { NotifyEnvironment, Shown } from "./environment.ts";
import { ring } from "./ring.ts";
import { ServerClock } from "./server-clock.ts";
import type { Standing } from "./standing.ts";
import { quieter, verdictOn } from "./verdict.ts";

/** What comes at once is announced at once. */
export const GATHER_MS = 250;
/** A catch-up is waited for as long as this: what it brings next may say that all was read elsewhere. */
export const GATHER_MOST_MS = 3_000;
/** News of more conversations than this are one notification. */
export const MOST_AT_ONCE = 3;

const NUMBERS_KEPT = 1_000;

const SUMMARY_TAG = "roost-chats";
export const tagOf = (conversationId: string): string => `roost-chat-${conversationId}`;

/** With what was looked at when it came: who leaves the chat right after has seen it. */
interface Gathered {
  candidate: Candidate;
  looked: Promise<ReadonlySet<string>>;
}

export class Notifier {
  readonly clock = new ServerClock();
  #gathered = new Map<string, Gathered>();
  /** One look for all that comes in the same moment. */
  #look: { at: number; looked: Promise<ReadonlySet<string>> } | null = null;
  /** Numbers of messages by their ids: hints don't tell them. */
  #seqs = new Map<string, number>();
  #gatheringSince = 0;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(
    readonly self: Self,
    readonly standing: Standing,
    readonly env: NotifyEnvironment,
  ) {}

  /** The standing has taken the event already. */
  take(event: LiveEvent): void {
    const { env } = this;
    if (event.stamp) this.clock.heard(event.stamp.at, env.now());
    const candidate = candidateOf(event, this.self, env.names);
    if (candidate) {
      this.#learn(candidate);
      this.#gather(candidate);
    }
    if (isEvent(event, messageUpdated)) this.#edit(event.data.id, event.data.body);
    else if (isEvent(event, messageDeleted)) {
      this.#gathered.delete(event.data.id);
      this.#close(({ messageIds }) => messageIds.at(-1) === event.data.id);
    } else if (isEvent(event, conversationRemoved)) this.#close(({ tag }) => tag === tagOf(event.data.conversationId));
    else if (isEvent(event, unreadChanged) || (isEvent(event, messageRead) && event.data.userId === this.self.userId)) this.#closeRead(event.data.conversationId);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
    this.#gathered.clear();
  }

  #learn({ messageId, seq }: Candidate): void {
    if (seq === null) return;
    this.#seqs.set(messageId, seq);
    if (this.#seqs.size > NUMBERS_KEPT) this.#seqs.delete(this.#seqs.keys().next().value!);
  }

  #gather(candidate: Candidate): void {
    if (candidate.own || this.env.permission() !== "granted") return;
    const known = this.#gathered.get(candidate.messageId);
    this.#gathered.set(candidate.messageId, known ? { ...known, candidate: merged(known.candidate, candidate) } : { candidate, looked: this.#lookedNow() });
    if (this.#cancel) return;
    this.#gatheringSince = this.env.now();
    this.#wait();
  }

  #lookedNow(): Promise<ReadonlySet<string>> {
    const at = this.env.now();
    if (this.#look?.at !== at) {
      const looked = this.env.lookedAt();
      looked.catch((error: unknown) => this.env.log("notifications: not known what is looked at", { error: String(error) }));
      this.#look = { at, looked };
    }
    return this.#look.looked;
  }

  #wait(): void {
    const { env } = this;
    this.#cancel = env.after(GATHER_MS, () => {
      if (env.catchingUp() && env.now() - this.#gatheringSince < GATHER_MOST_MS) return this.#wait();
      this.#cancel = null;
      const gathered = [...this.#gathered.values()];
      this.#gathered.clear();
      this.#inTurn("not announced", () => this.#announce(gathered));
    });
  }

  /** Under the lock of all tabs. */
  async #announce(gathered: readonly Gathered[]): Promise<void> {
    const { env } = this;
    const [now, known, standing] = await Promise.all([env.lookedAt(), env.ledger.known(gathered.map(({ candidate }) => candidate.messageId)), env.tray.shown()]);
    const onScreen = new Set(standing.flatMap(({ messageIds }) => messageIds));
    const seen: string[] = [];
    const worthy = new Map<string, Candidate[]>();
    for (const { candidate, looked } of gathered) {
      const { messageId, conversationId } = candidate;
      if (known.has(messageId) || onScreen.has(messageId)) continue;
      const verdict = this.#verdict(candidate, now.has(conversationId) || (await looked).has(conversationId));
      if (verdict === "looking") seen.push(messageId);
      if (verdict === "show") worthy.set(conversationId, [...(worthy.get(conversationId) ?? []), candidate]);
    }
    await env.ledger.note(seen);
    await this.#show(worthy, standing);
  }

  #verdict(candidate: Candidate, looking: boolean) {
    const { conversationId, seq, own, direct, named, place } = candidate;
    return verdictOn({
      own,
      direct,
      named,
      gone: this.standing.isGone(conversationId),
      read: seq !== null && seq <= this.standing.readUpTo(conversationId),
      // Who mutes wants quiet at once; who no longer does asks for what is said from then on, not for what was said meanwhile.
      level: quieter(this.standing.levelOf(conversationId), this.standing.levelOf(conversationId, place)),
      looking,
      permission: this.env.permission(),
    });
  }

  async #show(worthy: ReadonlyMap<string, Candidate[]>, standing: readonly Shown[]): Promise<void> {
    const { env } = this;
    if (worthy.size === 0) return;
    const heard = await this.#ring(Math.max(...[...worthy.values()].flat().map(({ at }) => at)));
    // The system's own sound stands in where the page may make none, once.
    let silent = !heard || env.chime.allowed();
    if (heard && silent) env.chime.play();
    for (const shown of worthy.size > MOST_AT_ONCE ? [this.#summary(worthy, standing)] : [...worthy].map(([id, news]) => this.#news(id, news, standing))) {
      await env.tray.show({ ...shown, silent });
      silent = true;
      await env.ledger.note(shown.messageIds);
    }
    // Read on another device while it was being shown.
    for (const conversationId of worthy.keys()) await this.#closeAll((shown) => shown.tag === tagOf(conversationId) && this.#isRead(conversationId, shown));
  }

  /** Noted before it is heard: of a tab that is killed in between nobody hears two. */
  async #ring(newest: number): Promise<boolean> {
    const { env } = this;
    if (!this.standing.sound) return false;
    const rung = ring(await env.ledger.rung(), newest, this.clock.at(env.now()), env.now());
    if (rung) await env.ledger.noteRung(rung);
    return rung !== null;
  }

  #news(conversationId: string, news: readonly Candidate[], standing: readonly Shown[]) {
    const inOrder = [...news].sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || a.at - b.at);
    const { senderName, preview } = inOrder.at(-1)!;
    // What stands there unread is still news.
    const before = standing.find((shown) => shown.tag === tagOf(conversationId) && !this.#isRead(conversationId, shown))?.messageIds ?? [];
    const messageIds = [...before, ...inOrder.map(({ messageId }) => messageId)];
    return { tag: tagOf(conversationId), path: `/chats/${conversationId}`, conversationIds: [conversationId], messageIds, lastSeq: highest(inOrder), ...this.env.describe({ senderName, room: this.standing.roomOf(conversationId), preview, count: messageIds.length }) };
  }

  #summary(worthy: ReadonlyMap<string, Candidate[]>, standing: readonly Shown[]) {
    const before = standing.find((shown) => shown.tag === SUMMARY_TAG && !this.#isSummaryRead(shown));
    const messageIds = [...(before?.messageIds ?? []), ...[...worthy.values()].flat().map(({ messageId }) => messageId)];
    const conversationIds = [...new Set([...(before?.conversationIds ?? []), ...worthy.keys()])];
    return { tag: SUMMARY_TAG, path: "/chats", conversationIds, messageIds, lastSeq: null, ...this.env.describeMany(messageIds.length, conversationIds.length) };
  }

  #edit(messageId: string, body: string): void {
    const known = this.#gathered.get(messageId);
    if (known) this.#gathered.set(messageId, { ...known, candidate: { ...known.candidate, preview: oneLine(body) } });
  }

  /** Whether all that a notification speaks of is read. A hint tells no number: until the message itself has come, it is not. */
  #isRead(conversationId: string, { messageIds, lastSeq }: Shown): boolean {
    const seqs = messageIds.map((id) => this.#seqs.get(id));
    if (lastSeq === null && seqs.at(-1) === undefined) return false;
    return Math.max(lastSeq ?? 0, ...seqs.filter((seq) => seq !== undefined)) <= this.standing.readUpTo(conversationId);
  }

  #isSummaryRead = ({ conversationIds }: Shown): boolean => conversationIds.every((id) => this.standing.unreadIn(id) === 0);

  #closeRead(conversationId: string): void {
    this.#close((shown) => (shown.tag === SUMMARY_TAG ? this.#isSummaryRead(shown) : shown.tag === tagOf(conversationId) && this.#isRead(conversationId, shown)));
  }

  /** What nobody needs to see any more, or must not. */
  #close(which: (shown: Shown) => boolean): void {
    if (this.env.permission() === "granted") this.#inTurn("not closed", () => this.#closeAll(which));
  }

  async #closeAll(which: (shown: Shown) => boolean): Promise<void> {
    for (const shown of await this.env.tray.shown()) if (which(shown)) await this.env.tray.close(shown.tag);
  }

  #inTurn(failure: string, work: () => Promise<void>): void {
    this.env
      .exclusively(async () => {
        if (!this.#stopped) await work();
      })
      // The browser refused: storage that is full, a permission taken back in this moment.
      .catch((error: unknown) => this.env.log(`notifications: ${failure}`, { error: String(error) }));
  }
}

const highest = (candidates: readonly Candidate[]): number | null => (candidates.some(({ seq }) => seq === null) ? null : Math.max(...candidates.map(({ seq }) => seq!)));
