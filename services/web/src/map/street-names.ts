// Where street names stand at one zoom, worked out once for the whole city, so that every tile that a name reaches
// into draws the same one. A name needs a stretch of its road that is long and straight enough; names do not overlap,
// and the same name comes again only after a while.
import type { Basemap } from "./basemap";

export interface StreetName {
  text: string;
  // Middle, in pixels of the whole world at this zoom.
  x: number;
  y: number;
  // Radians, never upside down.
  angle: number;
  // Half of the width that it takes.
  reach: number;
}

const kAgainAfterPixels = 420;
const kLineHeightPixels = 16;
const kRoomPixels = 8;
// Chord over arc: 1 is straight.
const kStraightMin = 0.985;

export function placeNames(basemap: Basemap, worldPixels: number, widthOf: (text: string) => number): StreetName[] {
  const placed: StreetName[] = [];
  for (const road of basemap.namedRoads()) {
    const line = road.parts[0]!.map((coordinate) => coordinate * worldPixels);
    const reach = widthOf(road.name) / 2;
    for (const middle of middles(lengthOf(line))) {
      const name = candidate(line, middle, road.name, reach);
      if (name && placed.every((other) => !collide(name, other))) placed.push(name);
    }
  }
  return placed;
}

// The road's middle, then on both sides of it.
function middles(length: number): number[] {
  const distances = [length / 2];
  for (let side = kAgainAfterPixels; side < length / 2; side += kAgainAfterPixels) {
    distances.push(length / 2 - side, length / 2 + side);
  }
  return distances;
}

function candidate(line: Float64Array, middle: number, text: string, reach: number): StreetName | null {
  if (middle < reach || middle + reach > lengthOf(line)) return null;
  const start = pointAt(line, middle - reach);
  const end = pointAt(line, middle + reach);
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  if (Math.hypot(dx, dy) < 2 * reach * kStraightMin) return null;
  const angle = Math.atan2(dy, dx);
  const upright = Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle;
  return { text, x: (start.x + end.x) / 2, y: (start.y + end.y) / 2, angle: upright, reach };
}

function collide(a: StreetName, b: StreetName): boolean {
  const distance = Math.hypot(a.x - b.x, a.y - b.y);
  if (a.text === b.text) return distance < kAgainAfterPixels;
  if (distance > a.reach + b.reach + kRoomPixels) return false;
  return boxesOverlap(a, b);
}

// Of the upright boxes around both: strict enough, and cheap.
function boxesOverlap(a: StreetName, b: StreetName): boolean {
  const half = ({ angle, reach }: StreetName): [number, number] => [
    Math.abs(Math.cos(angle)) * reach + kLineHeightPixels / 2,
    Math.abs(Math.sin(angle)) * reach + kLineHeightPixels / 2,
  ];
  const [aWidth, aHeight] = half(a);
  const [bWidth, bHeight] = half(b);
  return Math.abs(a.x - b.x) < aWidth + bWidth && Math.abs(a.y - b.y) < aHeight + bHeight;
}

function lengthOf(line: Float64Array): number {
  let length = 0;
  for (let index = 2; index < line.length; index += 2) length += step(line, index);
  return length;
}

function pointAt(line: Float64Array, distance: number): { x: number; y: number } {
  let left = distance;
  for (let index = 2; index < line.length; index += 2) {
    const length = step(line, index);
    if (left <= length || index + 2 >= line.length) {
      const share = length > 0 ? Math.min(1, left / length) : 0;
      return {
        x: line[index - 2]! + (line[index]! - line[index - 2]!) * share,
        y: line[index - 1]! + (line[index + 1]! - line[index - 1]!) * share,
      };
    }
    left -= length;
  }
  return { x: line[0]!, y: line[1]! };
}

function step(line: Float64Array, index: number): number {
  return Math.hypot(line[index]! - line[index - 2]!, line[index + 1]! - line[index - 1]!);
}
