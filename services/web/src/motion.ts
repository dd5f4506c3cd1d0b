// Fixes come about once a second; people see sixty frames. A Track shows where the vehicle was a moment ago,
// between the two fixes around that moment, so that it glides instead of jumping and never has to guess ahead.
//
//   fixes:      o---------o---------o        (by time of arrival, ms)
//   shown:            ^ now - kDelayMs
//
// Pure: the clock is an argument.
import type { Position } from "./api";

export interface Fix {
  position: Position;
  headingDegrees: number;
  atMs: number;
}

export const kDelayMs = 1_100;
const kFixesMax = 8;

export class Track {
  private fixes: Fix[] = [];

  add(fix: Fix): void {
    const last = this.fixes.at(-1);
    if (last && fix.atMs <= last.atMs) return;
    this.fixes.push(fix);
    if (this.fixes.length > kFixesMax) this.fixes.shift();
  }

  clear(): void {
    this.fixes = [];
  }

  // Null before the first fix.
  shownAt(nowMs: number): Fix | null {
    const moment = nowMs - kDelayMs;
    const next = this.fixes.findIndex((fix) => fix.atMs > moment);
    if (next < 0) return this.fixes.at(-1) ?? null;
    const after = this.fixes[next];
    const before = this.fixes[next - 1];
    if (!before || !after) return after ?? null;
    return between(before, after, (moment - before.atMs) / (after.atMs - before.atMs));
  }
}

function between(from: Fix, to: Fix, share: number): Fix {
  return {
    position: {
      latitude: from.position.latitude + (to.position.latitude - from.position.latitude) * share,
      longitude: from.position.longitude + (to.position.longitude - from.position.longitude) * share,
    },
    headingDegrees: turned(from.headingDegrees, to.headingDegrees, share),
    atMs: from.atMs + (to.atMs - from.atMs) * share,
  };
}

// The short way round: from 350 to 10 degrees is 20 degrees, through north.
export function turned(from: number, to: number, share: number): number {
  const turn = ((to - from + 540) % 360) - 180;
  return (from + turn * share + 360) % 360;
}
