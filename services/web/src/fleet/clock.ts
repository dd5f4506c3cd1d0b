// What time it is on the page: now, by the clock of whoever tells us where the vehicles are, or a moment of the past from
// which time goes on, faster if wanted, or stands.
//
// Pure: `monotonicMs` is any clock that never jumps.
export class Clock {
  // What is to be added to the monotonic clock. The message that travelled fastest tells best.
  private offsetMs: number;
  private isGuess = true;
  private past: { fromMs: number; sinceMs: number; speed: number } | null = null;

  constructor(
    private readonly monotonicMs: () => number,
    wallMs: number,
  ) {
    this.offsetMs = wallMs - monotonicMs();
  }

  // A message that was just sent said what time it is.
  learn(timeMs: number): void {
    const offsetMs = timeMs - this.monotonicMs();
    this.offsetMs = this.isGuess ? offsetMs : Math.max(this.offsetMs, offsetMs);
    this.isGuess = false;
  }

  get presentMs(): number {
    return this.monotonicMs() + this.offsetMs;
  }

  get nowMs(): number {
    if (!this.past) return this.presentMs;
    const { fromMs, sinceMs, speed } = this.past;
    return Math.min(this.presentMs, fromMs + (this.monotonicMs() - sinceMs) * speed);
  }

  get isLive(): boolean {
    return this.past === null;
  }

  get speed(): number {
    return this.past?.speed ?? 1;
  }

  goLive(): void {
    this.past = null;
  }

  goTo(fromMs: number): void {
    this.past = { fromMs: Math.min(fromMs, this.presentMs), sinceMs: this.monotonicMs(), speed: this.past?.speed ?? 1 };
  }

  // 0: time stands. Only in the past.
  run(speed: number): void {
    if (this.past) this.past = { fromMs: this.nowMs, sinceMs: this.monotonicMs(), speed };
  }
}
