import assert from "node:assert/strict";
import { test } from "node:test";

import { type Ring, areasOf } from "../src/fleet/zip-areas";

const kBox = { west: 0, north: 0, east: 4, south: 2 };

function size(ring: Ring): number {
  const doubled = ring.map(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length]!;
    return x * nextY - nextX * y;
  });
  return Math.abs(doubled.reduce((sum, each) => sum + each, 0)) / 2;
}

test("one zip has all of the ground, two have what is nearer to each", () => {
  assert.equal(size(areasOf([{ zip: "a", x: 1, y: 1 }], kBox)[0]!.ring), 8);
  const [a, b] = areasOf([{ zip: "a", x: 0, y: 1 }, { zip: "b", x: 2, y: 1 }], kBox);
  assert.deepEqual(a!.bounds, { west: 0, north: 0, east: 1, south: 2 });
  assert.deepEqual(b!.bounds, { west: 1, north: 0, east: 4, south: 2 });
});

test("areas cover the box without overlapping", () => {
  const sites = Array.from({ length: 30 }, (_, index) => ({
    ...{ zip: String(index), x: (index * 0.618 * 4) % 4, y: (index * 0.414 * 2) % 2 },
  }));
  const sizes = areasOf(sites, kBox).map(({ ring }) => size(ring));
  assert.ok(sizes.every((each) => each > 0));
  assert.ok(Math.abs(sizes.reduce((sum, each) => sum + each, 0) - 8) < 1e-9);
});
