// Where tests of a page play: one browser, and for each test a canned store with a real broker, to which a visitor comes.
import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe } from "node:test";

import { CannedStore } from "../../../services/web/dev/canned-store.mjs";
import { launch, openPage } from "./chromium.mjs";

export const kTimeout = { timeout: 120_000 };
export const kPhone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
// A small window and a map that jumps instead of gliding: drawing in software is what takes the time here.
const kQuick = { viewport: { width: 900, height: 560 }, reducedMotion: "reduce" };
const share = process.env.DRAY_SHARE;

// describe(), whose tests find all of this in the scene that they are given. The broker is a mosquitto unless `makeBroker`
// makes another one.
export function describeScene(name, tests, makeBroker) {
  const scene = new Scene(makeBroker);
  describe(name, () => {
    before(() => scene.raise());
    beforeEach(() => scene.begin());
    afterEach(() => scene.end());
    after(() => scene.strike());
    tests(scene);
  });
}

class Scene {
  // What openPage gave to the visitor who came last.
  opened = null;
  // What a page may complain of, where a test takes something away from it; else a word on the console is a fault.
  mayComplain = null;

  constructor(makeBroker) {
    this.makeBroker = makeBroker;
  }

  async raise() {
    this.browser = await launch();
  }

  async begin() {
    const folders = { web: path.join(share, "web"), map: path.join(share, "chicago") };
    this.opened = this.mayComplain = null;
    this.store = await new CannedStore(folders, this.makeBroker?.()).start();
  }

  async end() {
    const complaints = this.opened?.complaints.filter((text) => !this.mayComplain?.test(text)) ?? [];
    await this.opened?.page.context().close();
    await this.store.stop();
    assert.deepEqual(complaints, []);
  }

  async strike() {
    await this.browser?.close();
  }

  // -> the page, of a browser that has never been here.
  async visit(options = {}, url = this.store.url) {
    this.opened = await openPage(this.browser, { ...kQuick, ...options });
    await this.opened.page.goto(url);
    return this.opened.page;
  }

  // -> the order's id.
  async placeOrder(page) {
    await page.getByRole("button", { name: /Order for/ }).click();
    await headline(page, "Your order is being processed");
    return [...this.store.orders.keys()].at(-1);
  }
}

export async function headline(page, text) {
  await page.getByRole("heading", { level: 1, name: text, exact: true }).waitFor();
}
