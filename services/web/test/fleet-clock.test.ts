import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock } from "../src/fleet/clock";

const kWall = 1_000_000;

function clockAt(monotonicMs: number) {
  const time = { ms: monotonicMs };
  return { time, clock: new Clock(() => time.ms, kWall) };
}

test("the present is that of whoever tells us, by the message that travelled fastest", () => {
  const { time, clock } = clockAt(50);
  assert.equal(clock.nowMs, kWall);
  clock.learn(kWall - 7_000);
  assert.equal(clock.nowMs, kWall - 7_000);
  time.ms += 1_000;
  clock.learn(kWall - 6_400);
  assert.equal(clock.nowMs, kWall - 6_000);
  clock.learn(kWall - 5_900);
  assert.equal(clock.nowMs, kWall - 5_900);
});

test("in the past time goes on from there, as fast as is wanted", () => {
  const { time, clock } = clockAt(0);
  clock.goTo(kWall - 100_000);
  time.ms += 1_000;
  assert.equal(clock.nowMs, kWall - 99_000);
  clock.run(16);
  assert.equal(clock.nowMs, kWall - 99_000);
  time.ms += 1_000;
  assert.equal(clock.nowMs, kWall - 83_000);
  assert.equal(clock.isLive, false);
});

test("it may stand, and stands still after a jump", () => {
  const { time, clock } = clockAt(0);
  clock.goTo(kWall - 100_000);
  clock.run(0);
  time.ms += 5_000;
  assert.equal(clock.nowMs, kWall - 100_000);
  clock.goTo(kWall - 50_000);
  time.ms += 5_000;
  assert.equal(clock.nowMs, kWall - 50_000);
});

test("the past does not overtake the present, and there is no future", () => {
  const { time, clock } = clockAt(0);
  clock.goTo(kWall + 9_000);
  assert.equal(clock.nowMs, kWall);
  clock.goTo(kWall - 1_000);
  clock.run(16);
  time.ms += 1_000;
  assert.equal(clock.nowMs, clock.presentMs);
});

test("whoever goes live and back begins at the usual speed", () => {
  const { clock } = clockAt(0);
  clock.goTo(kWall - 1_000);
  clock.run(0);
  clock.goLive();
  assert.equal(clock.isLive, true);
  assert.equal(clock.speed, 1);
  clock.run(16);
  assert.equal(clock.speed, 1);
});
