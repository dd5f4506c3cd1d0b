import assert from "node:assert/strict";
import { test } from "node:test";

import { Story } from "../src/saga/story";
import type { StoryEvent } from "../src/saga/story-events";

function event(id: string, causeId: string, atMs: number, topic = `order/${id}/o-1`): StoryEvent {
  return { id, causeId, follows: "", source: "dray-store", topic, title: id, detail: "", role: "step", atMs };
}

function told(...heard: [StoryEvent, string?][]): Story {
  const story = new Story();
  for (const [one, offset = ""] of heard) story.hear(one, offset);
  return story;
}

test("lines come in the order of their time, and know what they answer", () => {
  const lines = told([event("paid", "placed", 150)], [event("placed", "", 100)]).lines();
  assert.deepEqual(lines.map(({ id }) => id), ["placed", "paid"]);
  assert.deepEqual(lines.map(({ causeIndex }) => causeIndex), [-1, 0]);
  assert.deepEqual(lines.map(({ afterMs }) => afterMs), [null, 50]);
});

test("a cause comes first even if its clock is ahead", () => {
  const lines = told([event("answer", "question", 100)], [event("question", "", 130)]).lines();
  assert.deepEqual(lines.map(({ id }) => id), ["question", "answer"]);
  assert.equal(lines[1]!.afterMs, -30);
});

test("the log's copy and the live one are one event; two places in the log are said twice", () => {
  const placed = event("placed", "", 100);
  assert.equal(told([placed], [placed, "7"], [placed, "7"]).lines()[0]!.times, 1);
  assert.equal(told([placed, "7"], [placed, "9"]).lines()[0]!.times, 2);
});

test("bids for the same offer share a line, and an award finds it by any of them", () => {
  const bid = (id: string): StoryEvent => event(id, "offer", 110, `order/bid/60614/o-1/${id}`);
  const lines = told([event("offer", "", 100)], [bid("b1")], [bid("b2")], [bid("b3")], [event("award", "b2", 120)]).lines();
  assert.deepEqual(lines.map(({ id }) => id), ["offer", "b1", "award"]);
  assert.equal(lines[1]!.others, 2);
  assert.equal(lines[2]!.causeIndex, 1);
});

test("what a vehicle's report has caused is told after what it follows", () => {
  const delivered = { ...event("delivered", "a report", 300), follows: "order/board" };
  const board = { ...event("board", "a report", 200), follows: "order/award" };
  const lines = told([event("award", "", 100)], [board], [delivered]).lines();
  assert.deepEqual(lines.map(({ causeIndex }) => causeIndex), [-1, 0, 1]);
  assert.equal(lines[1]!.afterMs, 100);
});

test("events that name each other as cause end nowhere, but they end", () => {
  assert.equal(told([event("egg", "hen", 100)], [event("hen", "egg", 100)]).lines().length, 2);
});
