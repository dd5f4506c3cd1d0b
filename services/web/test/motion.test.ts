import assert from "node:assert/strict";
import { test } from "node:test";

import { Track, kDelayMs, turned } from "../src/motion";

const fix = (latitude: number, headingDegrees: number, atMs: number) => ({
  position: { latitude, longitude: -87.6 },
  headingDegrees,
  atMs,
});

test("nothing is shown before the first fix", () => {
  assert.equal(new Track().shownAt(5_000), null);
});

test("halfway between two fixes the vehicle is shown halfway", () => {
  const track = new Track();
  track.add(fix(41.0, 0, 1_000));
  track.add(fix(42.0, 90, 2_000));
  const shown = track.shownAt(1_500 + kDelayMs);
  assert.equal(shown?.position.latitude, 41.5);
  assert.equal(shown?.headingDegrees, 45);
});

test("after the last fix the vehicle stays there instead of guessing", () => {
  const track = new Track();
  track.add(fix(41.0, 0, 1_000));
  track.add(fix(42.0, 0, 2_000));
  assert.equal(track.shownAt(60_000)?.position.latitude, 42);
});

test("before the first fix is due it is shown all the same", () => {
  const track = new Track();
  track.add(fix(41.0, 0, 1_000));
  assert.equal(track.shownAt(1_000)?.position.latitude, 41);
});

test("a fix that is older than the last is ignored", () => {
  const track = new Track();
  track.add(fix(41.0, 0, 2_000));
  track.add(fix(50.0, 0, 1_000));
  assert.equal(track.shownAt(60_000)?.position.latitude, 41);
});

test("a heading turns the short way round", () => {
  assert.equal(turned(350, 10, 0.5), 0);
  assert.equal(turned(10, 350, 0.5), 0);
  assert.equal(turned(90, 180, 1), 180);
});
