// Figures over the last minutes, a value for each kBucketMs: how long orders wait for a vehicle, how many have none, how
// much the broker passes on. Pure; what happened is heard in its order.
export const kBucketMs = 10_000;
export const kBuckets = 60;

// Values by bucket, the newest last; null where nothing was measured.
export class Series {
  private readonly values: (number | null)[] = Array.from({ length: kBuckets }, () => null);
  private newest: number | null = null;

  set(atMs: number, value: number): void {
    const bucket = Math.floor(atMs / kBucketMs);
    if (this.newest === null) this.newest = bucket;
    for (; this.newest < bucket; this.newest++) {
      this.values.shift();
      this.values.push(null);
    }
    const index = kBuckets - 1 - (this.newest - bucket);
    if (index >= 0) this.values[index] = value;
  }

  get latest(): number | null {
    return this.values.filter((value) => value !== null).at(-1) ?? null;
  }

  all(): readonly (number | null)[] {
    return this.values;
  }
}

export class AwardTimes {
  readonly medianSeconds = new Series();
  private bucket = -1;
  private times: number[] = [];

  add(atMs: number, timeToAwardMs: number): void {
    const bucket = Math.floor(atMs / kBucketMs);
    if (bucket !== this.bucket) this.times = [];
    this.bucket = bucket;
    this.times.push(timeToAwardMs);
    this.medianSeconds.set(atMs, median(this.times) / 1_000);
  }
}

// Brokers publish them less often: what comes sooner is a kept value with a new one at its heels, or both had to wait for us.
const kCountsMsMin = 500;

// From counters that only grow, as brokers publish them now and then, to how many a second.
export class Rate {
  private last: { atMs: number; count: number } | null = null;

  // Null: not known yet, or the counter began anew.
  next(atMs: number, count: number): number | null {
    const { last } = this;
    this.last = { atMs, count };
    return last && count >= last.count && atMs - last.atMs >= kCountsMsMin ? ((count - last.count) * 1_000) / (atMs - last.atMs) : null;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
