import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, count, counted, duration, rate } from "../src/format";
import { Rates } from "../src/rates";

test("numbers read as people write them", () => {
  assert.equal(count(1234567), "1\u202f234\u202f567");
  assert.deepEqual([0, 1, 2].map((value) => counted(value, "message")), ["0 messages", "1 message", "2 messages"]);
  assert.deepEqual([0, 1023, 1536, 5 * 1024 ** 3].map(bytes), ["0 B", "1023 B", "1.50 KiB", "5.00 GiB"]);
  assert.deepEqual([250, 12_500, 302_000, 7_500_000, 100_000_000].map(duration), ["250 ms", "12.5 s", "5 m 2 s", "2 h 5 m", "1 d 3 h"]);
  assert.deepEqual([null, 0, 0.25, 12.4].map(rate), ["…", "0", "0.3", "12"]);
});

test("a rate is known from the second time on, and anew after a restart", () => {
  const rates = new Rates();
  assert.equal(rates.perSecond("a", 100, 1_000), null);
  assert.equal(rates.perSecond("a", 150, 3_000), 25);
  assert.equal(rates.perSecond("a", 10, 5_000), null, "the broker has started again");
  assert.equal(rates.perSecond("a", 20, 6_000), 10);
  assert.equal(rates.perSecond("a", 20, 6_100), 10, "too soon to say anything else");
  assert.equal(rates.perSecond("a", 30, 7_000), 10, "over the whole second");
  rates.forgetBefore(8_000);
  assert.equal(rates.perSecond("a", 40, 9_000), null);
});
