import assert from "node:assert/strict";
import { test } from "node:test";

import { matches, topicsOf } from "@web/topic-filter";

test("a plus stands for exactly one level", () => {
  assert.ok(matches("order/+/o-1", "order/award/o-1"));
  assert.ok(!matches("order/+/o-1", "order/ship/60614/o-1"));
  assert.ok(!matches("order/+/o-1", "order/award/o-2"));
  assert.ok(!matches("order/+", "order/award/o-1"));
});

test("a hash stands for the rest, and for its parent", () => {
  assert.ok(matches("order/#", "order/ship/60614/o-1"));
  assert.ok(matches("order/#", "order"));
  assert.ok(!matches("order/#", "payment/paid/o-1"));
});

test("what comes of a stream is known by its own topic", () => {
  assert.equal(topicsOf("$stream/events/@17/order/+/o-1"), "order/+/o-1");
  assert.equal(topicsOf("$stream/events/earliest"), "#");
  assert.equal(topicsOf("order/+/o-1"), "order/+/o-1");
});
