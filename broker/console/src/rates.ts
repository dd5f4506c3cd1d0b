// Rates from totals that are asked for again and again: the difference to the last time, per second.
interface Sample {
  total: number;
  atMs: number;
}

export class Rates {
  private readonly last = new Map<string, Sample>();

  // Null until there is something to compare with, or when the total has begun anew.
  perSecond(name: string, total: number, atMs: number): number | null {
    const before = this.last.get(name);
    this.last.set(name, { total, atMs });
    if (!before || total < before.total || atMs <= before.atMs) return null;
    return ((total - before.total) * 1000) / (atMs - before.atMs);
  }

  // What was not asked for since `atMs` is gone.
  forgetBefore(atMs: number): void {
    for (const [name, sample] of this.last) if (sample.atMs < atMs) this.last.delete(name);
  }
}
