/** How a run of messages is laid out: day separators and groups. Pure. */

/** Messages of one person closer than this stand together under one name. */
export const GROUP_WITHIN_MS = 5 * 60_000;

/** What the layout needs of a message, sent or still on its way. */
export interface TimelineMessage {
  key: string;
  senderId: string;
  createdAt: number;
}

export interface Placed<Message extends TimelineMessage> {
  message: Message;
  /** The day's key (year-month-day in the reader's time zone) when a separator stands before this message. */
  newDay: boolean;
  startsGroup: boolean;
  endsGroup: boolean;
}

/**
 * Places messages in groups and days.
 * @param dayKey the calendar day of a time in the reader's time zone
 */
export function placeMessages<Message extends TimelineMessage>(messages: readonly Message[], dayKey: (ms: number) => string): Placed<Message>[] {
  const days = messages.map(remembered(dayKey));
  const starts = messages.map((message, index) => {
    const previous = messages[index - 1];
    return !previous || previous.senderId !== message.senderId || days[index - 1] !== days[index] || message.createdAt - previous.createdAt > GROUP_WITHIN_MS;
  });
  return messages.map((message, index) => ({
    message,
    newDay: days[index] !== days[index - 1],
    startsGroup: starts[index]!,
    endsGroup: starts[index + 1] ?? true,
  }));
}

type DayKey = (ms: number) => string;
const known = new WeakMap<DayKey, WeakMap<TimelineMessage, string>>();

/** The calendar is asked once a message, not once a message at each message that arrives. */
function remembered(dayKey: DayKey): (message: TimelineMessage) => string {
  const days = known.get(dayKey) ?? new WeakMap<TimelineMessage, string>();
  known.set(dayKey, days);
  return (message) => {
    const day = days.get(message) ?? dayKey(message.createdAt);
    days.set(message, day);
    return day;
  };
}
