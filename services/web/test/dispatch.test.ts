import assert from "node:assert/strict";
import { test } from "node:test";

import { Dispatch, type DispatchEvent } from "../src/fleet/dispatch";
import { Flights, kFlightMs } from "../src/fleet/flights";
import { Fleet } from "../src/fleet/fleet";
import { search } from "../src/fleet/search";

const kNow = 1_000_000;
const dropOff = { latitude: 41.9, longitude: -87.6 };

const offered = (order: string, atMs: number, epoch = 1, zip = "60614"): DispatchEvent => ({
  ...{ kind: "offered", order, zip, dropOff, epoch, atMs },
});
const bid = (order: string, vehicle: string, epoch = 1): DispatchEvent => ({
  ...{ kind: "bid", order, vehicle, epoch, etaSeconds: 60, atMs: kNow },
});
const awarded = (order: string, vehicle: string, atMs: number, epoch = 1): DispatchEvent => ({
  ...{ kind: "awarded", order, vehicle, epoch, atMs },
});

test("an order is unassigned from its offer to its award, and the award says how long that was", () => {
  const dispatch = new Dispatch();
  dispatch.hear(offered("o1", kNow));
  assert.equal(dispatch.unassigned, 1);
  dispatch.hear(bid("o1", "v1"));
  assert.deepEqual(dispatch.hear(awarded("o1", "v1", kNow + 800)), { timeToAwardMs: 800 });
  assert.equal(dispatch.unassigned, 0);
  assert.equal(dispatch.deal("o1")?.vehicle, "v1");
});

test("what is heard twice counts once", () => {
  const dispatch = new Dispatch();
  for (const event of [offered("o1", kNow), offered("o1", kNow), bid("o1", "v1"), bid("o1", "v1")]) dispatch.hear(event);
  assert.equal(dispatch.unassigned, 1);
  assert.deepEqual(dispatch.deal("o1")?.bidders, ["v1"]);
  assert.notEqual(dispatch.hear(awarded("o1", "v1", kNow)), null);
  assert.equal(dispatch.hear(awarded("o1", "v1", kNow)), null);
  assert.equal(dispatch.unassigned, 0);
});

test("a wider search is another wave of the same wait", () => {
  const dispatch = new Dispatch();
  dispatch.hear(offered("o1", kNow));
  dispatch.hear(offered("o1", kNow + 5_000, 1, "60610"));
  assert.equal(dispatch.deal("o1")?.waves, 2);
  assert.deepEqual(dispatch.hear(awarded("o1", "v1", kNow + 6_000)), { timeToAwardMs: 6_000 });
});

test("an order that lost its vehicle is unassigned again, and bids of before are void", () => {
  const dispatch = new Dispatch();
  dispatch.hear(offered("o1", kNow));
  dispatch.hear(awarded("o1", "v1", kNow + 500));
  dispatch.hear(offered("o1", kNow + 60_000, 2));
  assert.equal(dispatch.unassigned, 1);
  dispatch.hear(bid("o1", "v2", 1));
  assert.deepEqual(dispatch.deal("o1")?.bidders, []);
  assert.deepEqual(dispatch.hear(awarded("o1", "v2", kNow + 61_000, 2)), { timeToAwardMs: 1_000 });
});

test("a cancelled order waits for nobody, and is not offered any more", () => {
  const dispatch = new Dispatch();
  dispatch.hear(offered("o1", kNow));
  dispatch.hear({ kind: "cancelled", order: "o1", atMs: kNow });
  dispatch.hear(offered("o1", kNow, 2));
  assert.equal(dispatch.unassigned, 0);
  assert.equal(dispatch.deal("o1")?.state, "cancelled");
});

test("of an order whose offer was not heard nothing is known", () => {
  const dispatch = new Dispatch();
  assert.equal(dispatch.hear(awarded("o1", "v1", kNow)), null);
  assert.equal(dispatch.unassigned, 0);
});

test("the oldest orders are forgotten, and no longer counted", () => {
  const dispatch = new Dispatch();
  for (let order = 0; order < 2_005; order++) dispatch.hear(offered(`o${order}`, kNow + order));
  assert.equal(dispatch.unassigned, 2_000);
  assert.equal(dispatch.deal("o4"), undefined);
  assert.deepEqual(dispatch.latest(2).map(({ order }) => order), ["o2004", "o2003"]);
});

test("a bid is in the air for a moment; what is old when it is heard does not fly", () => {
  const dispatch = new Dispatch();
  const flights = new Flights();
  for (const event of [offered("o1", kNow), bid("o1", "v1")]) {
    dispatch.hear(event);
    flights.hear(event, dispatch, kNow);
  }
  assert.deepEqual(flights.at(kNow).map(({ kind }) => kind), ["offered", "bid"]);
  assert.deepEqual(flights.at(kNow + kFlightMs.bid).map(({ kind }) => kind), ["offered"]);
  flights.clear();
  flights.hear(bid("o1", "v1"), dispatch, kNow + 60_000);
  assert.deepEqual(flights.at(kNow + 60_000), []);
});

test("search finds vehicles, orders with their vehicle, and zips; beginnings first", () => {
  const dispatch = new Dispatch();
  dispatch.hear(offered("abc-61", kNow));
  const fleet = new Fleet();
  const vehicle = { x: 0, y: 0, headingDegrees: 0, speedMps: 0, state: "idle", atMs: kNow } as const;
  const vehicles = [
    { ...vehicle, id: "v6140", order: "" },
    { ...vehicle, id: "61v", order: "ABC-62" },
  ];
  fleet.hear({ zip: "60614", timeMs: kNow, vehicles });
  const found = (text: string) => search(text, fleet, dispatch, ["60601", "60614"]);
  assert.deepEqual(found(""), []);
  assert.deepEqual(found("614"), [
    { kind: "zip", name: "60614" },
    { kind: "vehicle", name: "v6140" },
  ]);
  assert.deepEqual(found("61").filter(({ kind }) => kind === "vehicle").map(({ name }) => name), ["61v", "v6140"]);
  assert.deepEqual(found("abc"), [
    { kind: "order", name: "abc-61" },
    { kind: "order", name: "ABC-62", vehicle: "61v" },
  ]);
});
