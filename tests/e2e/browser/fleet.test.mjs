// The fleet page with real vehicles on a real broker: all of them are on the map, what is sought is found, orders are seen
// as they are offered, and the past is there again. How fast that is, tests/bench/fleet-page measures.
// One page for all: drawing the city in software is what takes the time here.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { seriousFaults, seriousFaultsDayAndNight } from "./accessibility.mjs";
import { launch, openPage } from "./chromium.mjs";
import { FleetStack } from "./fleet-stack.mjs";
import { coloursOf, overhang } from "./look.mjs";

const kVehicles = 200;
const kTimeout = { timeout: 240_000 };
const kSmall = { viewport: { width: 900, height: 560 }, reducedMotion: "reduce" };
const kPhone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const kZips = ["60614", "60622", "60657", "60610", "60647"];

describe("the fleet page", () => {
  let stack;
  let browser;
  let opened;
  let page;

  before(async () => {
    stack = await new FleetStack(process.env.DEMO_BUILD).start(kVehicles, ["--ramp", 1_000, "--speed", 10]);
    browser = await launch();
    await visit(kSmall);
  }, kTimeout);
  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  async function visit(options) {
    opened = await openPage(browser, options);
    page = opened.page;
    await page.goto(`${stack.store.url}/fleet.html`);
    await seesAll();
  }

  const seesAll = () => page.getByRole("heading", { name: `${kVehicles} vehicles in all of the city` }).waitFor();
  const searchFor = (text) => page.getByLabel("Vehicle, order or zip").fill(text);
  const found = (text) => page.locator("#found button", { hasText: text });
  const lineOf = (order) => page.locator("#deals button", { hasText: order.slice(0, 8) });
  const slider = () => page.getByRole("slider", { name: "Time shown" });

  // So many seconds of the past.
  async function hasPast(seconds) {
    await page.waitForFunction((least) => -Number(document.getElementById("time").min) >= least, seconds);
  }

  // -> a growing set, in the page, of the colours in which something flies.
  function coloursInTheAir() {
    return page.evaluateHandle(() => {
      const [, canvas] = document.querySelectorAll(".fleet-canvas");
      const context = canvas.getContext("2d");
      const colours = new Set();
      context.stroke = () => {
        colours.add(context.strokeStyle);
        CanvasRenderingContext2D.prototype.stroke.call(context);
      };
      return colours;
    });
  }

  // Vehicles may not want an order: another is offered then.
  async function offerUntilAwarded() {
    for (const zip of kZips) {
      const order = crypto.randomUUID();
      await stack.offer(order, zip);
      const isAwarded = await lineOf(order)
        .filter({ hasText: / in \d/ })
        .waitFor({ timeout: 15_000 })
        .then(() => true, () => false);
      if (isAwarded) return order;
    }
    throw new Error("no vehicle wants an order");
  }

  test("all vehicles are on the map, by state, with the zips around them", kTimeout, async () => {
    const numbers = await page.locator("#states .number").allTextContents();
    assert.equal(numbers.reduce((sum, each) => sum + Number(each), 0), kVehicles);
    await page.waitForFunction(() => performance.getEntriesByName("first-vehicle").length === 1);
    await page.locator(".zip-name", { hasText: "60614" }).waitFor({ state: "attached" });
    assert.ok((await coloursOf(await page.screenshot())) > 50);
  });

  test("from near, only the zips of the view are asked for; a search looks everywhere", kTimeout, async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("60614");
    await found("60614").click();
    await page.locator(".zip-area.wanted").waitFor({ state: "attached" });
    await searchFor("");
    for (let zoom = 0; zoom < 3; zoom++) await page.getByRole("button", { name: "Zoom in" }).click();
    await page.locator("#vehicle-scope", { hasText: "zips of this view" }).waitFor();
    const some = parseInt(await page.locator("#vehicle-count").textContent());
    assert.ok(some < kVehicles, `${some} vehicles in some zips`);
    await searchFor("nobody");
    await seesAll();
    await page.getByText("Nothing of that name is in sight.").waitFor();
  });

  test("a vehicle is found by a part of its name, and let go", kTimeout, async () => {
    await searchFor("0123");
    await found("0123").waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#chosen-name", { hasText: "0123" }).waitFor();
    await page.locator("#chosen-words", { hasText: "km/h" }).waitFor();
    await page.getByRole("button", { name: "Let go" }).click();
    await page.locator("#chosen").waitFor({ state: "hidden" });
  });

  test("an order is seen from its offer to its award, and leads to its vehicle; the past is without it", kTimeout, async () => {
    await hasPast(10);
    const colours = await coloursInTheAir();
    const order = await offerUntilAwarded();
    // An offer, a bid and an award: a busy machine may have missed one.
    while ((await colours.evaluate(({ size }) => size)) < 3) await offerUntilAwarded();
    assert.match(await lineOf(order).textContent(), /to 606\d\d\d+ bids?, v\d+ in \d+\.\d s/);
    const figure = (name) => page.locator(".chart", { hasText: name }).locator(".value");
    await figure("Time to award").filter({ hasText: /^\d+(\.\d)? s$/ }).waitFor();
    await figure("Unassigned orders").filter({ hasText: /^[\d,]+$/ }).waitFor();
    await figure("Broker messages/s").filter({ hasText: /^[\d,]+$/ }).waitFor();
    await searchFor(order);
    await found(order.slice(0, 8)).click();
    await page.locator("#chosen-name", { hasText: /^v\d+$/ }).waitFor();

    await slider().focus();
    await page.keyboard.press("Home");
    await page.locator("body[data-time=past]").waitFor();
    await seesAll();
    await page.getByRole("button", { name: "Pause" }).click();
    assert.equal(await lineOf(order).count(), 0);
    assert.match(await slider().getAttribute("aria-valuetext"), /\d+:\d\d:\d\d/);
    await page.getByLabel("Speed of the past").selectOption("16");
    await page.locator("body[data-time=live]").waitFor();
    await lineOf(order).waitFor();
  });

  test("nobody is shut out, in the present and in the past", kTimeout, async () => {
    assert.deepEqual(await seriousFaults(page), []);
    await slider().press("Home");
    await page.locator("body[data-time=past]").waitFor();
    assert.deepEqual(await seriousFaultsDayAndNight(page), []);
    await page.getByRole("button", { name: "Live" }).click();
    await page.locator("body[data-time=live]").waitFor();
    assert.deepEqual(opened.complaints, []);
  });

  test("on a phone: the orders of before, nobody shut out, nothing sticks out", kTimeout, async () => {
    const order = await offerUntilAwarded();
    await page.context().close();
    await visit(kPhone);
    await lineOf(order).waitFor();
    assert.equal(await overhang(page), 0);
    assert.deepEqual(await seriousFaultsDayAndNight(page), []);
    assert.deepEqual(opened.complaints, []);
  });
});
