import assert from "node:assert/strict";
import { test } from "node:test";

import { newOrder, withEvent, withRecord } from "../src/store/order";

const place = { pickUp: { latitude: 1, longitude: 2 }, dropOff: { latitude: 3, longitude: 4 } };
const offered = (epoch: number) => ({ kind: "offered", epoch, ...place, atMs: 300 }) as const;
const awarded = (epoch: number, vehicle: string) => ({ kind: "awarded", epoch, vehicle, ...place, atMs: 400 }) as const;
const reached = (status: "reserved" | "paid" | "delivered", atMs: number) => ({ kind: "status", status, atMs }) as const;

test("an order goes forward with its events", () => {
  let order = newOrder("o-1");
  order = withEvent(order, reached("reserved", 100));
  order = withEvent(order, reached("paid", 200));
  order = withEvent(order, offered(1));
  order = withEvent(order, awarded(1, "v-7"));
  assert.equal(order.status, "awarded");
  assert.equal(order.vehicle, "v-7");
  assert.deepEqual(order.reachedAt, { reserved: 100, paid: 200, shipped: 300, awarded: 400 });
});

test("what happens in the warehouse and at the ramp are steps of their own", () => {
  const steps = ["packed", "shipped", "awarded", "picked_up"] as const;
  const order = steps.reduce(
    (so_far, status, at) => withEvent(so_far, { kind: "status", status, atMs: at }),
    newOrder("o-1"),
  );
  assert.equal(order.status, "picked_up");
  assert.deepEqual(Object.keys(order.reachedAt), steps);
});

test("an event that comes late is noted and does not take the order back", () => {
  let order = withEvent(newOrder("o-1"), reached("paid", 200));
  order = withEvent(order, reached("reserved", 100));
  assert.equal(order.status, "paid");
  assert.equal(order.reachedAt.reserved, 100);
});

test("an event that comes twice keeps the time of the first", () => {
  const once = withEvent(newOrder("o-1"), reached("paid", 200));
  assert.deepEqual(withEvent(once, reached("paid", 900)), once);
});

test("an order that is over stays as it ended", () => {
  const ended = { kind: "ended", status: "cancelled", reason: "card declined", atMs: 500 } as const;
  let order = withEvent(newOrder("o-1"), ended);
  order = withEvent(order, reached("delivered", 600));
  assert.equal(order.status, "cancelled");
  assert.equal(order.reason, "card declined");
});

test("a new search takes the vehicle away, and an award of the old epoch does not bring it back", () => {
  let order = withEvent(newOrder("o-1"), awarded(1, "v-7"));
  order = withEvent(order, offered(2));
  assert.equal(order.vehicle, "");
  order = withEvent(order, awarded(1, "v-7"));
  assert.equal(order.vehicle, "");
  order = withEvent(order, awarded(2, "v-9"));
  assert.equal(order.vehicle, "v-9");
});

test("an offer of an old epoch that comes late opens no door to its award", () => {
  let order = withEvent(newOrder("o-1"), awarded(2, "v-9"));
  order = withEvent(order, offered(1));
  order = withEvent(order, awarded(1, "v-7"));
  assert.equal(order.vehicle, "v-9");
});

test("the store's record fills in what was missed", () => {
  const order = withRecord(newOrder("o-1"), {
    order_id: "o-1",
    status: "awarded",
    vehicle: "v-7",
    zip: "60614",
    history: [
      { status: "processing", at: "1970-01-01T00:00:00.010Z" },
      { status: "reserved", at: "2026-01-01T00:00:00.000Z" },
    ],
  });
  assert.equal(order.status, "awarded");
  assert.equal(order.vehicle, "v-7");
  assert.equal(order.reachedAt.processing, 10);
  assert.equal(order.reachedAt.reserved, Date.parse("2026-01-01T00:00:00.000Z"));
});

test("a record that lags behind the events does not take the order back", () => {
  const ahead = withEvent(newOrder("o-1"), awarded(1, "v-7"));
  assert.equal(withRecord(ahead, { order_id: "o-1", status: "paid", vehicle: "" }).status, "awarded");
});
