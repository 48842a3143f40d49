/** How far the server's clock is from this device's monotonic one. Pure. All values in milliseconds. */

/** One question to the server: by the monotonic clock when it left and when the answer was there. */
export interface Sample {
  sentAt: number;
  answeredAt: number;
  /** The server's time in between, since 1970. */
  serverMs: number;
}

/** Quartz differs by less than 100 parts per million; an old answer is worth a little less with every second. */
const DRIFT = 1e-4;

/** What to add to the monotonic clock: the server is taken to have answered half way. */
export const offsetOf = ({ sentAt, answeredAt, serverMs }: Sample): number => serverMs - (sentAt + answeredAt) / 2;

/** By how much the offset may be wrong at most: one way may have taken all of the time. */
export const errorOf = ({ sentAt, answeredAt }: Sample, now: number): number => (answeredAt - sentAt) / 2 + (now - answeredAt) * DRIFT;

/** The sample that tells most; undefined without any. */
export const bestOf = (samples: readonly Sample[], now: number): Sample | undefined => samples.reduce<Sample | undefined>((best, sample) => (best && errorOf(best, now) <= errorOf(sample, now) ? best : sample), undefined);

/** Whether both can be true: if not, one of the clocks stood still or was set in between. */
export const agree = (a: Sample, b: Sample, now: number): boolean => Math.abs(offsetOf(a) - offsetOf(b)) <= errorOf(a, now) + errorOf(b, now);
