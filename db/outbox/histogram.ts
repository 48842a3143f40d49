/**
 * Latencies in buckets: whole milliseconds up to 64, above that 64 buckets to each doubling. A bucket is at most 1.6 %
 * wide and is read as its middle, so that a percentile is off by less than 1 % however many values it is taken from.
 */
const EXACT_BITS = 6;
const EXACT = 2 ** EXACT_BITS;
/** About twelve days: what takes longer is as good as this. */
const LONGEST_MS = 2 ** 30;

/** @param ms a latency; fractions are cut off, what is below 0 counts as 0 */
export function bucketOf(ms: number): number {
  const value = Math.min(LONGEST_MS, Math.max(0, Math.floor(ms)));
  if (value < EXACT) return value;
  const shift = 31 - Math.clz32(value) - EXACT_BITS;
  return EXACT * (shift + 1) + Math.floor(value / 2 ** shift) - EXACT;
}

/** The middle of a bucket, in ms. */
export function valueOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const shift = Math.floor(bucket / EXACT) - 1;
  const width = 2 ** shift;
  return (EXACT + (bucket % EXACT)) * width + (width - 1) / 2;
}

export interface Bucket {
  bucket: number;
  count: number;
}

/** The values below which the given shares lie (nearest rank), in ms; null of nothing. `buckets` in rising order. */
export function percentiles<Share extends number>(buckets: readonly Bucket[], shares: readonly Share[]): Record<Share, number | null> {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const answer = {} as Record<Share, number | null>;
  for (const share of shares) {
    let left = Math.max(1, Math.ceil(total * share));
    const found = buckets.find(({ count }) => (left -= count) <= 0);
    answer[share] = found && total > 0 ? valueOf(found.bucket) : null;
  }
  return answer;
}
