// Going about a page as who has no mouse does.
import assert from "node:assert/strict";

const kStopsMax = 80;

// Presses Tab, or what else leads from stop to stop, until `target` has the focus. Whatever has it on the way must show it.
export async function tabTo(page, target, key = "Tab") {
  const names = [];
  while (names.length < kStopsMax) {
    await page.keyboard.press(key);
    const { name, isShown, isThere } = await target.evaluate(lookAtFocus);
    assert.ok(isShown, `${name} has the focus and does not show it`);
    if (isThere) return;
    names.push(name);
  }
  assert.fail(`${target} is not reached; what is: ${names.join(", ")}`);
}

// In the page.
function lookAtFocus(target) {
  const focused = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const { left, right, top, bottom } = focused.getBoundingClientRect();
  const isInView = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  const hasOutline = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return {
    name: `${focused.localName} "${(focused.ariaLabel ?? focused.textContent).trim().slice(0, 40)}"`,
    // After the last stop and before the first nothing has it.
    isShown: focused === document.body || (hasOutline && isInView),
    isThere: focused === target,
  };
}
