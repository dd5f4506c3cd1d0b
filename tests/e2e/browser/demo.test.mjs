// The whole story with nothing canned: broker, services and fleet as `make demo` starts them, and a person at the
// page who touches nothing but the order button.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { seriousFaults } from "./accessibility.mjs";
import { launch, openPage } from "./chromium.mjs";
import { Demo } from "./demo.mjs";
import { coloursOf, placesOf } from "./look.mjs";

const kSettings = { DEMO_VEHICLES: "60", DEMO_SPEED: "25", DEMO_RESTART: "1" };
const kStepMs = 90_000;
// A picture of the vehicle on its way goes here, if wanted.
const kPicture = process.env.DRAY_SCREENSHOT;

describe("the demo in a browser", () => {
  let demo;
  let browser;

  before(async () => {
    demo = new Demo();
    await demo.start(kSettings);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await demo.stop();
    demo.remove();
  });

  test("an order is placed, its vehicle moves on the map, the broker is killed and comes back, and it is delivered", { timeout: 300_000 }, async () => {
    const { page, complaints, requests } = await openPage(browser);
    page.setDefaultTimeout(kStepMs);
    await page.goto(demo.status().url);
    await page.getByRole("button", { name: /Order for/ }).click();
    await page.locator("article.order-view").waitFor();
    await page.locator(".pin-marker.home").waitFor();
    await page.locator(".vehicle").waitFor();
    const places = await placesOf(page, ".vehicle");
    await page.waitForFunction((seen) => seen.size > 10, places);
    await page.getByRole("heading", { level: 1, name: "On the way to you" }).waitFor();
    const picture = await page.screenshot(kPicture ? { path: kPicture } : {});
    assert.ok((await coloursOf(picture)) > 50);
    process.kill(demo.status().pids.drayd, "SIGKILL");
    await page.locator("#connection[data-state=reconnecting]").waitFor();
    await page.getByText("The live connection was lost.").waitFor();
    await page.locator("#connection[data-state=online]").waitFor();
    await page.getByRole("heading", { level: 1, name: "Delivered. Cheers!" }).waitFor();
    const done = page.locator(".steps [data-state=done]");
    assert.equal(await done.count(), 8);
    assert.deepEqual(complaints.filter((text) => !text.includes("WebSocket connection to")), []);
    assertOnlyTalksTo(requests, demo.status());
  });

  test("the fleet page is for who knows the operators' code", { timeout: 120_000 }, async () => {
    const { page } = await openPage(browser);
    page.setDefaultTimeout(kStepMs);
    const { fleet } = demo.status();
    await page.goto(fleet.split("#")[0]);
    await page.getByLabel("Your code").fill("a guess of mine");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("That is not the code.").waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.goto(fleet);
    await page.getByRole("heading", { level: 1, name: "60 vehicles" }).waitFor();
    assert.ok(!page.url().includes("#"));
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "60 vehicles" }).waitFor();
  });

  test("an operator tries things as a client from the broker's console, and reads what the services say", { timeout: 120_000 }, async () => {
    const { page, complaints } = await openPage(browser);
    page.setDefaultTimeout(kStepMs);
    await page.goto(demo.status().console);
    await page.getByRole("link", { name: "Try it" }).click();
    await page.getByPlaceholder("console, by a token of the broker").waitFor();
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("Connected as console-", { exact: false }).waitFor();
    const subscribe = async (filter) => {
      await page.getByLabel("Topic filter").fill(filter);
      await page.getByRole("button", { name: "Subscribe", exact: true }).click();
      await page.getByText(`Subscribed to ${filter}.`).waitFor();
    };
    await subscribe("tried/+");
    await page.getByLabel("Topic", { exact: true }).fill("tried/once");
    await page.getByLabel("Payload").fill("cheers");
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.locator("summary", { hasText: "tried/once" }).click();
    await page.getByText("cheers", { exact: true }).last().waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await subscribe("data/inventory/hazy-ipa");
    await page.locator("summary", { hasText: "data/inventory/hazy-ipa" }).click();
    await page.getByText("Payload: dray.v1.StockLevel").waitFor();
    await page.getByText('"sku": "hazy-ipa"').waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("a declined card ends on the page as that", { timeout: 120_000 }, async () => {
    const { page, complaints } = await openPage(browser);
    page.setDefaultTimeout(kStepMs);
    await page.goto(demo.status().url);
    await page.getByLabel("Card").fill("4000 0000 0000 0002");
    await page.getByRole("button", { name: /Order for/ }).click();
    await page.locator("article[data-status=cancelled]").waitFor();
    await page.getByRole("heading", { level: 1, name: "Your card was declined" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test("stopped, the demo leaves no process behind", { timeout: 60_000 }, async () => {
    const { pid, pids } = demo.status();
    assert.equal(await demo.stop(), 0);
    for (const one of [pid, ...Object.values(pids)]) assert.throws(() => process.kill(one, 0), { code: "ESRCH" });
  });
});

function assertOnlyTalksTo(requests, { url, ws }) {
  const known = new Set([url, ws].map((address) => new URL(address).host));
  const strangers = requests.filter((address) => !/^(data|blob):/.test(address) && !known.has(new URL(address).host));
  assert.deepEqual(strangers, []);
}
