/** What Pusher fixes, and what this server lets its operator choose. Sizes in bytes of UTF-8, durations in ms. */

/** An event's `data`: the real service answers 413 beyond it. */
export const MAX_DATA_BYTES = 10_240;
export const MAX_EVENTS_PER_BATCH = 10;
export const MAX_CHANNELS_PER_EVENT = 100;
export const MAX_EVENT_NAME_LENGTH = 200;
export const MAX_CHANNEL_NAME_LENGTH = 164;
export const MAX_USER_ID_LENGTH = 128;
/** The whole of `channel_data`; it is sent to every member, so it is kept small. */
export const MAX_CHANNEL_DATA_BYTES = 1_024;
export const MAX_USER_DATA_BYTES = 10_240;
/** Ten events of 10,240 bytes, each byte escaped as \u00XX, with their envelopes. */
export const MAX_REQUEST_BYTES = 10 * 6 * MAX_DATA_BYTES + 64 * 1024;

export interface Limits {
  /** Silence after which either side pings; told to clients in whole seconds. */
  activityTimeoutMs: number;
  /** How long a ping may stay unanswered before the connection is closed with 4201. */
  pongTimeoutMs: number;
  clientEventsPerSecond: number;
  presenceMembers: number;
  channelsPerConnection: number;
  /** Connections beyond this are closed with 4100, which clients answer by waiting. */
  connections: number;
  /** Larger frames close the connection with 1009. One client event of 10,240 bytes fits, however it is escaped. */
  frameBytes: number;
  /** A reader that has more than this waiting for it is cut off at once … */
  bufferedBytes: number;
  /** … and one that has anything waiting for this long. */
  stalledMs: number;
  /**
   * While stopping, those who come back at once are still let in, to be told at the end of it to wait a second (4100).
   * pusher-js answers 4200 by connecting at once; a refused connection would keep it waiting for 15 s. It ends when
   * nobody has come for this long …
   */
  stoppingMs: number;
  /** … or after this long at the latest. */
  stoppingAtMostMs: number;
  /** How long a closed connection may take to say goodbye before its socket is destroyed. */
  closeGraceMs: number;
  /** `channel_vacated` and `member_removed` wait this long, and are dropped when somebody is back. */
  webhookLeaveDelayMs: number;
  /** Webhooks that fail are tried again for this long … */
  webhookRetryForMs: number;
  /** … first after this pause, which doubles up to WEBHOOK_MAX_PAUSE_MS. */
  webhookFirstPauseMs: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  activityTimeoutMs: 120_000,
  pongTimeoutMs: 30_000,
  clientEventsPerSecond: 10,
  presenceMembers: 100,
  channelsPerConnection: 1_000,
  connections: 10_000,
  frameBytes: 64 * 1024,
  bufferedBytes: 4 * 1024 * 1024,
  stalledMs: 10_000,
  stoppingMs: 300,
  stoppingAtMostMs: 2_000,
  closeGraceMs: 1_000,
  webhookLeaveDelayMs: 3_000,
  webhookRetryForMs: 300_000,
  webhookFirstPauseMs: 500,
};
