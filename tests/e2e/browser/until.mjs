// Waits until a check is content, which means that it neither fails nor returns false. What it complained of last is what is
// said when its time is up.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const kDeadlineMs = 60_000;
const kPauseMs = 50;

export async function until(check) {
  for (const end = Date.now() + kDeadlineMs; ; await sleep(kPauseMs)) {
    try {
      const value = await check();
      assert.notEqual(value, false, "it does not come true");
      return value;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
