import assert from "node:assert/strict";
import { test } from "node:test";

import { pathOf } from "../src/fleet/chart-path";
import { AwardTimes, Rate, Series, kBucketMs, kBuckets } from "../src/fleet/kpis";

test("a series keeps the latest value of each bucket and lets the oldest go", () => {
  const series = new Series();
  assert.equal(series.latest, null);
  series.set(kBucketMs, 1);
  series.set(kBucketMs + 1, 2);
  series.set(3 * kBucketMs, 3);
  assert.deepEqual(series.all().slice(-3), [2, null, 3]);
  assert.equal(series.latest, 3);
  series.set((3 + kBuckets) * kBucketMs, 4);
  assert.deepEqual(series.all().filter((value) => value !== null), [4]);
});

test("a value for a bucket that has passed goes there, or nowhere", () => {
  const series = new Series();
  series.set(100 * kBucketMs, 1);
  series.set(99 * kBucketMs, 2);
  series.set(0, 3);
  assert.deepEqual(series.all().slice(-2), [2, 1]);
  assert.equal(series.all().length, kBuckets);
});

test("the time to award of a bucket is the median of its awards", () => {
  const times = new AwardTimes();
  for (const ms of [500, 9_000, 700]) times.add(kBucketMs, ms);
  assert.equal(times.medianSeconds.latest, 0.7);
  times.add(2 * kBucketMs, 1_000);
  times.add(2 * kBucketMs, 2_000);
  assert.deepEqual(times.medianSeconds.all().slice(-2), [0.7, 1.5]);
});

test("a rate is known from the second count on, and begins anew with the counter", () => {
  const rate = new Rate();
  assert.equal(rate.next(0, 1_000), null);
  assert.equal(rate.next(10_000, 3_000), 200);
  assert.equal(rate.next(20_000, 5), null);
  assert.equal(rate.next(30_000, 1_005), 100);
  assert.equal(rate.next(30_001, 9_000), null);
  assert.equal(rate.next(40_001, 10_000), 100);
});

test("a chart's line begins at 0, fills the height and bridges gaps", () => {
  assert.equal(pathOf([0, null, 4], 100, 12), "M0.0,11.0L100.0,1.0");
  assert.equal(pathOf([0, 0], 100, 12), "M0.0,11.0L100.0,11.0");
  assert.equal(pathOf([null, null], 100, 12), "");
});
