// Where all vehicles are and what they do, as it is said zip by zip, once a second. Shown is a moment that is kDelayMs
// ago: then the fixes on both sides of it are known, and every vehicle glides between them.
//
//   fix o--------o--------o        of each vehicle, about a second apart
//   said    |        |        |    of all in its zip together: a fix is up to a second old when it is heard
//   shown      ^ now - kDelayMs
//
// Places are world coordinates (map/basemap.ts). Pure: the clock is an argument. Nothing is allocated to show a frame.
import { turned } from "../motion";

export const kStates = ["idle", "to_pick_up", "to_customer", "refuelling", "broken_down", "offline"] as const;
export type State = (typeof kStates)[number];

export interface Sighting {
  id: string;
  x: number;
  y: number;
  headingDegrees: number;
  speedMps: number;
  state: State;
  // Empty: none.
  order: string;
  atMs: number;
}

export interface Positions {
  zip: string;
  timeMs: number;
  vehicles: Sighting[];
}

export interface Place {
  x: number;
  y: number;
  headingDegrees: number;
}

export const kDelayMs = 2_300;
// Whose last fix is older has no radio, or is off.
const kStaleMs = 15_000;
// Who is in nobody's message for so long is gone, or has driven to where we do not look.
const kGoneMs = 5_000;
const kFixes = 4;

export class Vehicle {
  state: State = "offline";
  order = "";
  zip = "";
  speedMps = 0;
  heardMs = 0;
  // World coordinates a millisecond, between its last two fixes.
  pace = 0;
  // The last kFixes, in a ring.
  private readonly fixes = Array.from({ length: kFixes }, () => ({ x: 0, y: 0, headingDegrees: 0, atMs: 0 }));
  private count = 0;

  constructor(readonly id: string) {}

  get lastFixMs(): number {
    return this.fix(0).atMs;
  }

  isStale(shownMs: number): boolean {
    return shownMs - this.lastFixMs > kStaleMs;
  }

  add({ x, y, headingDegrees, atMs }: Sighting): void {
    const last = this.fix(0);
    if (this.count > 0 && atMs <= last.atMs) return;
    this.pace = this.count > 0 ? Math.hypot(x - last.x, y - last.y) / (atMs - last.atMs) : 0;
    this.count += 1;
    Object.assign(this.fix(0), { x, y, headingDegrees, atMs });
  }

  // Into `place`.
  at(shownMs: number, place: Place): void {
    const known = Math.min(this.count, kFixes);
    let after = this.fix(0);
    for (let age = 1; age < known && after.atMs > shownMs; age++) {
      const before = this.fix(age);
      if (before.atMs <= shownMs) {
        const share = (shownMs - before.atMs) / (after.atMs - before.atMs);
        place.x = before.x + (after.x - before.x) * share;
        place.y = before.y + (after.y - before.y) * share;
        place.headingDegrees = turned(before.headingDegrees, after.headingDegrees, share);
        return;
      }
      after = before;
    }
    place.x = after.x;
    place.y = after.y;
    place.headingDegrees = after.headingDegrees;
  }

  // 0: the newest.
  private fix(age: number) {
    return this.fixes[(this.count - 1 - age + kFixes * 2) % kFixes]!;
  }
}

export class Fleet {
  readonly vehicles = new Map<string, Vehicle>();
  // Of the fastest: world coordinates a millisecond.
  paceMax = 0;
  private latestMs = 0;

  hear({ zip, timeMs, vehicles }: Positions): void {
    this.latestMs = Math.max(this.latestMs, timeMs);
    for (const sighting of vehicles) {
      const vehicle = this.vehicle(sighting.id);
      if (timeMs < vehicle.heardMs) continue;
      vehicle.add(sighting);
      vehicle.state = sighting.state;
      vehicle.order = sighting.order;
      vehicle.speedMps = sighting.speedMps;
      vehicle.zip = zip;
      vehicle.heardMs = timeMs;
    }
  }

  // Once a second. By what was heard, not by a clock: while the broker is away all stay where they were.
  takeStock(): void {
    this.paceMax = 0;
    for (const [id, { heardMs, pace }] of this.vehicles) {
      if (this.latestMs - heardMs > kGoneMs) this.vehicles.delete(id);
      else this.paceMax = Math.max(this.paceMax, pace);
    }
  }

  // Null: all.
  keepOnly(zips: ReadonlySet<string> | null): void {
    if (!zips) return;
    for (const [id, vehicle] of this.vehicles) {
      if (!zips.has(vehicle.zip)) this.vehicles.delete(id);
    }
  }

  clear(): void {
    this.vehicles.clear();
    this.latestMs = 0;
  }

  counts(): Record<State, number> {
    const counts = Object.fromEntries(kStates.map((state) => [state, 0])) as Record<State, number>;
    for (const { state } of this.vehicles.values()) counts[state] += 1;
    return counts;
  }

  private vehicle(id: string): Vehicle {
    const known = this.vehicles.get(id);
    if (known) return known;
    const made = new Vehicle(id);
    this.vehicles.set(id, made);
    return made;
  }
}
