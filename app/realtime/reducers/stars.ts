/** The stars of a family: balances, this week by days, and the newest entries. */
import { dayInWeek, type Week } from "#app/domain/calendar-days.ts";
import type { StarEntry } from "#app/domain/stars/entry.ts";
import type { StarsUpdated } from "#app/domain/stars/events.ts";
import { RECENT_ENTRIES, type MemberStars, type ShownEntry, type StarsData } from "#app/domain/stars/stars.ts";

/** Folds one entry over the data; one that is counted already changes nothing. */
export function withEntry(stars: StarsData, update: StarsUpdated): StarsData {
  const known = stars.members[update.memberId];
  const members = known && known.upTo < update.entry.seq ? { ...stars.members, [update.memberId]: counted(stars.week, known, update) } : stars.members;
  const recent = withRecent(stars.recent, update);
  return members === stars.members && recent === stars.recent ? stars : { ...stars, members, recent };
}

function counted(week: Week, known: MemberStars, { newBalance, entry, reverses }: StarsUpdated): MemberStars {
  // What is undone never was: it goes from its own day, and the undoing counts on none.
  const { amount, createdAt } = reverses ?? entry;
  const day = dayInWeek(week, createdAt);
  const sign = reverses ? -1 : 1;
  return { balance: newBalance, upTo: entry.seq, gained: added(known.gained, day, sign * Math.max(amount, 0)), lost: added(known.lost, day, sign * Math.max(-amount, 0)) };
}

const added = (days: number[], day: number, amount: number) => (day === -1 || amount === 0 ? days : days.with(day, days[day]! + amount));

function withRecent(recent: ShownEntry[], { entry, reverses }: StarsUpdated): ShownEntry[] {
  const marked = recent.some(({ id, undone }) => id === reverses?.id && !undone) ? recent.map((other) => (other.id === reverses?.id ? { ...other, undone: true } : other)) : recent;
  if (marked.some(({ id }) => id === entry.id)) return marked;
  const place = marked.findIndex((other) => isNewer(entry, other));
  if (place === -1 && marked.length >= RECENT_ENTRIES) return marked;
  return marked.toSpliced(place === -1 ? marked.length : place, 0, { ...entry, undone: false }).slice(0, RECENT_ENTRIES);
}

const isNewer = (entry: StarEntry, other: StarEntry) => entry.createdAt > other.createdAt || (entry.createdAt === other.createdAt && entry.seq > other.seq);
