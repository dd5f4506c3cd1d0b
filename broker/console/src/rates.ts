// Rates from totals that come again and again: the difference to the last time, per second.
const kApartMs = 700; // what comes sooner says nothing new

interface Sample {
  total: number;
  atMs: number;
  perSecond: number | null;
}

export class Rates {
  private readonly last = new Map<string, Sample>();

  // Null until there is something to compare with, or when the total has begun anew.
  perSecond(name: string, total: number, atMs: number): number | null {
    const before = this.last.get(name);
    if (before && total >= before.total && atMs - before.atMs < kApartMs) return before.perSecond;
    const isKnown = before && total >= before.total;
    const perSecond = isKnown ? ((total - before.total) * 1000) / (atMs - before.atMs) : null;
    this.last.set(name, { total, atMs, perSecond });
    return perSecond;
  }

  // What did not come since `atMs` is gone.
  forgetBefore(atMs: number): void {
    for (const [name, sample] of this.last) if (sample.atMs < atMs - kApartMs) this.last.delete(name);
  }
}
