import assert from "node:assert/strict";
import { test } from "node:test";

import { Fleet, type Place, type Sighting, type State, kDelayMs } from "../src/fleet/fleet";

const kNow = 1_000_000;

const sighting = (id: string, x: number, atMs: number, state: State = "idle"): Sighting => ({
  ...{ id, x, y: 0.4, headingDegrees: 90, speedMps: 8, state, order: "", atMs },
});

function said(fleet: Fleet, zip: string, timeMs: number, ...vehicles: Sighting[]): void {
  fleet.hear({ zip, timeMs, vehicles });
}

function placeOf(fleet: Fleet, id: string, shownMs: number): Place {
  const place = { x: 0, y: 0, headingDegrees: 0 };
  fleet.vehicles.get(id)!.at(shownMs, place);
  return place;
}

test("between two fixes a vehicle is shown on the way from one to the other", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow, sighting("v1", 0.1, kNow));
  said(fleet, "60614", kNow + 1_000, sighting("v1", 0.2, kNow + 1_000));
  assert.ok(Math.abs(placeOf(fleet, "v1", kNow + 250).x - 0.125) < 1e-9);
});

test("the moment that is shown lies between fixes that have been heard", () => {
  const fleet = new Fleet();
  for (let second = 0; second < 9; second++) {
    said(fleet, "60614", kNow + second * 1_000, sighting("v1", second, kNow + second * 1_000 - 900));
    if (second < 3) continue;
    // Just before the next is heard.
    const nowMs = kNow + second * 1_000 + 999;
    assert.ok(Math.abs(placeOf(fleet, "v1", nowMs - kDelayMs).x - (second + 0.9 + 0.999 - kDelayMs / 1_000)) < 1e-9);
  }
});

test("without a second fix, and after the last one, it stands", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow, sighting("v1", 0.1, kNow));
  assert.equal(placeOf(fleet, "v1", kNow - 5_000).x, 0.1);
  assert.equal(placeOf(fleet, "v1", kNow + 60_000).x, 0.1);
});

test("the same fix again, or an older one, moves nothing", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow, sighting("v1", 0.1, kNow));
  said(fleet, "60614", kNow + 1_000, sighting("v1", 0.3, kNow));
  assert.equal(placeOf(fleet, "v1", kNow + 1_000).x, 0.1);
});

test("a vehicle that two zips speak of is where the later message says", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow + 1_000, sighting("v1", 0.2, kNow + 1_000));
  said(fleet, "60610", kNow, sighting("v1", 0.1, kNow, "offline"));
  assert.equal(fleet.vehicles.get("v1")!.zip, "60614");
  assert.equal(fleet.counts().idle, 1);
});

test("who is in nobody's message for a while is gone; while nothing is heard all stay", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow, sighting("v1", 0.1, kNow), sighting("v2", 0.1, kNow));
  fleet.takeStock();
  assert.equal(fleet.vehicles.size, 2);
  said(fleet, "60614", kNow + 6_000, sighting("v2", 0.1, kNow + 6_000));
  fleet.takeStock();
  assert.deepEqual([...fleet.vehicles.keys()], ["v2"]);
});

test("only vehicles of the wanted zips are kept", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow, sighting("v1", 0.1, kNow));
  said(fleet, "60610", kNow, sighting("v2", 0.1, kNow));
  fleet.keepOnly(new Set(["60610"]));
  assert.deepEqual([...fleet.vehicles.keys()], ["v2"]);
  fleet.keepOnly(null);
  assert.equal(fleet.vehicles.size, 1);
});

test("the pace is that of the fastest", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow, sighting("v1", 0.1, kNow), sighting("v2", 0.1, kNow));
  said(fleet, "60614", kNow + 1_000, sighting("v1", 0.1, kNow + 1_000), sighting("v2", 0.3, kNow + 1_000));
  fleet.takeStock();
  assert.ok(Math.abs(fleet.paceMax - 0.0002) < 1e-12);
});

test("a vehicle without a fix for long is stale", () => {
  const fleet = new Fleet();
  said(fleet, "60614", kNow, sighting("v1", 0.1, kNow));
  assert.equal(fleet.vehicles.get("v1")!.isStale(kNow + 15_000), false);
  assert.equal(fleet.vehicles.get("v1")!.isStale(kNow + 15_001), true);
});
