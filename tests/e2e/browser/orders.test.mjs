// The basket, the orders of this device, and what happens when an order fails, or nobody knows whether it has arrived.
import assert from "node:assert/strict";
import { test } from "node:test";

import { describeScene, headline, kTimeout } from "./scene.mjs";
import { until } from "./until.mjs";

describeScene("the customer's basket and orders", (scene) => {
  test("the basket outlives a reload, and beers are taken out of it", kTimeout, async () => {
    const page = await scene.visit();
    await page.getByRole("button", { name: /One Hazy IPA.* more/ }).click();
    await page.getByText("Basket: 2 packs").click();
    await page.reload();
    await page.getByRole("button", { name: "Order for $22.00" }).waitFor();
    await page.getByText("Basket: 2 packs").click();
    assert.deepEqual(await page.locator(".lines .what").allTextContents(), ["1 × Amber Ale", "1 × Hazy IPA"]);
    await page.getByRole("button", { name: /Take Amber Ale.* out/ }).click();
    await page.getByRole("button", { name: "Order for $12.50" }).waitFor();
    // The next line's button has the focus now.
    await page.keyboard.press("Enter");
    await page.getByText("Your basket is empty").waitFor();
    await page.getByRole("button", { name: "Order", exact: true }).click();
    await page.getByText("Choose at least one beer.").waitFor();
  });

  test("a basket that asks for more than there is says what was changed", kTimeout, async () => {
    const page = await scene.visit();
    const many = page.getByLabel(/How many Dry Stout/);
    await many.fill("5");
    await many.press("Tab");
    await page.getByText("Basket: 6 packs").waitFor();
    await scene.store.stock("dry-stout", 2);
    await page.getByText("Of Dry Stout only 2 are left. Your basket was changed.").waitFor();
    await page.getByText("Basket: 3 packs").waitFor();
  });

  test("who was declined tries another card with the same beers", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.tell("order/cancelled", id, "OrderCancelled", { reason: "card declined" }, "cancelled");
    await headline(page, "Your card was declined");
    await page.getByRole("link", { name: "Try another card" }).click();
    await page.getByText("Basket: 1 pack").waitFor();
  });

  test("which beer is out of stock is told", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.tell("order/rejected", id, "OrderRejected", { reason: "not enough Amber Ale in stock" }, "cancelled");
    await headline(page, "That is out of stock");
    await page.getByText("Not enough Amber Ale in stock. Nothing was taken from your card.").waitFor();
    await page.getByRole("link", { name: "Choose something else" }).waitFor();
  });

  test("past orders are listed with what became of them, live", kTimeout, async () => {
    const page = await scene.visit();
    const first = await scene.placeOrder(page);
    await page.getByRole("link", { name: "Order something else" }).click();
    const second = await scene.placeOrder(page);
    await page.getByRole("link", { name: "Your orders" }).click();
    const lines = page.locator(".past-orders li");
    assert.equal(await lines.count(), 2);
    await scene.store.tell("order/delivered", first, "OrderDelivered", { vehicleId: "v-0042", epoch: 1 }, "delivered");
    await lines.nth(1).getByText("Delivered. Cheers!").waitFor();
    assert.equal(await lines.nth(0).getAttribute("data-status"), "processing");
    await lines.nth(0).getByRole("link").click();
    await headline(page, "Your order is being processed");
    assert.ok(page.url().endsWith(second));
  });

  test("past orders are there while the store is away, and are forgotten on request", kTimeout, async () => {
    scene.mayComplain = /status of 503/;
    const page = await scene.visit();
    await scene.placeOrder(page);
    await page.goto(`${scene.store.url}/?orders`);
    await page.getByText("Amber Ale").waitFor();
    scene.store.failWith = 503;
    await page.getByRole("link", { name: "Dray, start page" }).click();
    await page.getByRole("link", { name: "Your orders" }).click();
    await page.getByText("What you see is what was known last.").waitFor();
    await page.getByText(/Amber Ale|amber-ale/).waitFor();
    await page.getByRole("button", { name: "Forget them on this device" }).click();
    await page.getByText("Nothing was ordered on this device yet.").waitFor();
  });

  for (const arrives of [true, false]) {
    test(`when no answer comes the store is asked whether it has the order: it has${arrives ? "" : " not"}`, kTimeout, async () => {
      scene.mayComplain = /EMPTY_RESPONSE|status of 404/;
      const page = await scene.visit();
      scene.store.losesOrder = arrives ? "after" : "before";
      await page.getByRole("button", { name: /Order for/ }).click();
      await page.getByText("We do not know yet whether it has your order").waitFor();
      scene.store.losesOrder = "";
      if (arrives) await headline(page, "Your order is being processed");
      else await page.getByText("Your order did not reach the store").waitFor();
      assert.equal(scene.store.orders.size, arrives ? 1 : 0);
      if (!arrives) await scene.placeOrder(page);
    });
  }

  test("who is offline reads so, and what was missed is filled in", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    scene.mayComplain = /ERR_INTERNET_DISCONNECTED/; // what it asks for just then
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    assert.equal(await page.locator("#connection").textContent(), "offline");
    await scene.store.tell("payment/paid", id, "PaymentTaken", {}, "paid");
    await page.context().setOffline(false);
    await headline(page, "Paid. Being packed");
    await page.locator("#connection[data-state=online]").waitFor();
    assert.ok(await page.locator("#notice").isHidden());
  });

  test("a notice that the vehicle is near stays on the timeline", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.award(id);
    // Told again until it is heard: the page may not be listening yet.
    const near = page.locator(".steps [data-zone=arriving]");
    await until(async () => {
      await scene.store.tell("order/near", id, "OrderNear", { vehicleId: "v-0042", zone: "ZONE_ARRIVING" });
      return near.isVisible();
    });
    await scene.store.tell("order/picked-up", id, "OrderPickedUp", { vehicleId: "v-0042", epoch: 1 }, "picked_up");
    await headline(page, "Arriving");
  });

  test("another map than ours shows whom it is from", kTimeout, async () => {
    scene.store.tiles = { url: `${scene.store.url}/favicon.svg?{z}/{x}/{y}`, attribution: "© A <b>Map</b> Maker" };
    const page = await scene.visit();
    await page.locator(".leaflet-tile-loaded").first().waitFor();
    await page.getByText("© A <b>Map</b> Maker").waitFor();
    assert.ok(!scene.opened.requests.some((url) => url.includes("basemap")));
  });
});
