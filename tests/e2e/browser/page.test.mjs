// What the page makes of what it hears, with a canned store and a real broker: each story told event by event.
import assert from "node:assert/strict";
import { test } from "node:test";

import { kHome } from "../../../services/web/dev/canned-store.mjs";
import { onTheWay } from "../../../services/web/dev/story.mjs";
import { seriousFaults, seriousFaultsDayAndNight } from "./accessibility.mjs";
import { tabTo } from "./keyboard.mjs";
import { coloursOf, overhang, placesOf } from "./look.mjs";
import { describeScene, headline, kPhone, kTimeout } from "./scene.mjs";

const kFixMs = 700;
const kSteps = ["processing", "reserved", "paid", "packed", "shipped", "awarded", "picked_up", "delivered"];

describeScene("the customer's page", (scene) => {
  test("an order is followed from the button to the door", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    assert.ok(page.url().endsWith(`/?order=${id}`));
    await scene.store.tell("order/reserved", id, "OrderReserved", {}, "reserved");
    await headline(page, "Your beer is set aside");
    await scene.store.tell("payment/paid", id, "PaymentTaken", {}, "paid");
    await headline(page, "Paid. Being packed");
    await scene.store.tell("order/packed", id, "OrderPacked", { parcels: 1 }, "packed");
    await headline(page, "Packed. Looking for a vehicle");
    await scene.store.award(id);
    await headline(page, "Picking up your beer");
    await page.locator(".pin-marker.home").waitFor();
    await scene.store.tell("order/picked-up", id, "OrderPickedUp", { vehicleId: "v-0042", epoch: 1 }, "picked_up");
    await headline(page, "On the way to you");
    await scene.store.track(id, onTheWay(0).position, 270, 120);
    await headline(page, "On the way to you");
    await page.getByText("2 min to your door").waitFor();
    await scene.store.track(id, onTheWay(0.95).position, 90, 20, "ZONE_ARRIVING");
    await headline(page, "Arriving");
    await scene.store.track(id, kHome, 90, 0, "ZONE_AT_THE_DOOR");
    await headline(page, "At your door");
    await scene.store.tell("order/delivered", id, "OrderDelivered", { vehicleId: "v-0042", epoch: 1 }, "delivered");
    await headline(page, "Delivered. Cheers!");
    assert.deepEqual(await reachedSteps(page), kSteps);
  });

  test("the vehicle glides between two fixes", kTimeout, async () => {
    const page = await scene.visit({ reducedMotion: "no-preference" });
    const id = await scene.placeOrder(page);
    await scene.store.award(id);
    await scene.store.track(id, onTheWay(0).position, 270, 60);
    await page.locator(".vehicle").waitFor();
    const places = await placesOf(page, ".vehicle");
    for (const share of [0.1, 0.2, 0.3]) {
      await new Promise((resolve) => setTimeout(resolve, kFixMs));
      await scene.store.track(id, onTheWay(share).position, 270, 40);
    }
    // Three fixes make three jumps; many more places lie between them.
    await page.waitForFunction((seen) => seen.size > 10, places);
    // The trail grows with it, and the map is no empty canvas.
    assert.ok((await page.locator("path.trail").getAttribute("d")).length > 10);
    assert.ok((await coloursOf(await page.locator("#map").screenshot())) > 20);
  });

  test("nothing is fetched from anywhere but the store and its broker", kTimeout, async () => {
    const page = await scene.visit();
    await scene.placeOrder(page);
    await page.getByText("© OpenStreetMap contributors").waitFor();
    const hosts = new Set(scene.opened.requests.filter((url) => !/^(data|blob):/.test(url)).map((url) => new URL(url).host));
    assert.deepEqual([...hosts].sort(), [new URL(scene.store.url).host, `127.0.0.1:${scene.store.broker.wsPort}`].sort());
  });

  test("an unknown zip is told at its field, and the order can be mended", kTimeout, async () => {
    scene.mayComplain = /status of 422/;
    const page = await scene.visit();
    await page.getByLabel("Zip code").fill("99999");
    await page.getByRole("button", { name: /Order for/ }).click();
    await page.getByText("We do not deliver to 99999.").waitFor();
    assert.equal(await page.getByLabel("Zip code").getAttribute("aria-invalid"), "true");
    assert.equal(await page.evaluate(() => document.activeElement.id), "zip");
    await page.getByLabel("Zip code").fill("60614");
    await scene.placeOrder(page);
  });

  test("a declined card is told as that, and the steps that will not come are struck out", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.tell("order/reserved", id, "OrderReserved", {}, "reserved");
    await scene.store.tell("payment/declined", id, "PaymentDeclined", { reason: "card declined" });
    await headline(page, "Your card was declined");
    await scene.store.tell("order/cancelled", id, "OrderCancelled", { reason: "card declined" }, "cancelled");
    await page.getByText("Nothing was taken from your card.").waitFor();
    assert.equal(await page.locator("[data-step=delivered]").getAttribute("data-state"), "cut");
  });

  test("an order is cancelled by its button, once the customer has said so twice", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.tell("payment/paid", id, "PaymentTaken", {}, "paid");
    await page.getByRole("button", { name: "Cancel order" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    assert.equal(scene.store.orders.get(id).status, "paid");
    await page.getByRole("button", { name: "Cancel order" }).click();
    await page.getByRole("button", { name: "Yes, cancel it" }).click();
    await headline(page, "This order was cancelled");
    await page.getByText("You cancelled it. Your money goes back to your card.").waitFor();
    assert.ok(await page.locator(".cancel").isHidden());
  });

  test("who cancels too late is told so", kTimeout, async () => {
    scene.mayComplain = /status of 409/;
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    scene.store.orders.get(id).isTooLate = true; // and the page cannot know
    await page.getByRole("button", { name: "Cancel order" }).click();
    await page.getByRole("button", { name: "Yes, cancel it" }).click();
    await page.getByText("the order is already delivered").waitFor();
    await page.getByRole("button", { name: "Cancel order" }).waitFor();
  });

  test("the store hears where to and how to reach the customer, or nothing", kTimeout, async () => {
    const page = await scene.visit();
    const silent = await scene.placeOrder(page);
    assert.equal(scene.store.orders.get(silent).customer, undefined);
    assert.equal(scene.store.orders.get(silent).address, "");
    assert.match(await page.locator(".order-id").textContent(), / to 60614 /);
    await page.goto(scene.store.url);
    await page.getByLabel("Street and number").fill(" 2400 N Halsted St ");
    await page.getByLabel("E-mail").fill(" ada@example.com ");
    assert.equal(scene.store.orders.get(await scene.placeOrder(page)).customer, "ada@example.com");
    await page.reload();
    await page.getByText("to 2400 N Halsted St, 60614").waitFor();
  });

  test("what sells out while the page is open can no longer be chosen", kTimeout, async () => {
    const page = await scene.visit();
    const more = page.getByRole("button", { name: /One Dry Stout.* more/ });
    await more.click();
    await scene.store.stock("dry-stout", 0);
    await page.getByText("sold out").nth(1).waitFor();
    assert.ok(await more.isDisabled());
    assert.equal(await page.getByLabel(/How many Dry Stout/).inputValue(), "0");
    await scene.store.stock("dry-stout", 3);
    await page.getByText("only 3 left").waitFor();
  });

  test("a reload continues the order", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.award(id);
    await headline(page, "Picking up your beer");
    await page.reload();
    await headline(page, "Picking up your beer");
    assert.ok(await page.locator(".pin-marker.home").isVisible());
  });

  test("where the vehicle has been is still on the map after a reload", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.award(id);
    const pieces = async () => ((await page.locator("path.trail").getAttribute("d")) ?? "").split("M").filter((piece) => piece.includes("L"));
    const drive = async (from, count) => {
      for (let share = from; (await pieces()).length < count; share += 0.02) {
        assert.ok(share < 1, "it leaves no trail");
        await scene.store.track(id, onTheWay(share).position, 270, 60);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await drive(0, 1);
    await page.reload();
    await headline(page, "Picking up your beer");
    assert.equal((await pieces()).length, 1);
    await drive(0.5, 2);
    await page.getByRole("link", { name: "Order something else" }).click();
    await scene.placeOrder(page);
    assert.deepEqual(await pieces(), []);
  });

  test("an unknown order leads back to the form, and says so", kTimeout, async () => {
    scene.mayComplain = /status of 404/;
    const page = await scene.visit({}, `${scene.store.url}/?order=nobody-knows-it`);
    await page.getByText("There is no order nobody-knows-it.").waitFor();
    await page.getByRole("button", { name: /Order for/ }).waitFor();
  });

  test("a broker that goes away while a vehicle is followed is told of; when it is back the vehicle moves on", kTimeout, async () => {
    scene.mayComplain = /WebSocket connection to/;
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.award(id);
    await scene.store.track(id, onTheWay(0).position, 270, 120);
    await page.locator(".vehicle").waitFor();
    await scene.store.broker.stop();
    await page.getByText("The live connection was lost.").waitFor();
    await page.locator("#connection[data-state=reconnecting]").waitFor();
    await page.getByText(/Last seen \d+ s ago/).waitFor();
    // Told while nobody could hear it: only the record knows.
    Object.assign(scene.store.orders.get(id), { status: "picked_up" });
    await scene.store.broker.start();
    await page.locator("#connection[data-state=online]").waitFor();
    await headline(page, "On the way to you");
    assert.ok(await page.locator("#notice").isHidden());
    const places = await placesOf(page, ".vehicle");
    await scene.store.track(id, onTheWay(0.5).position, 270, 60);
    await page.waitForFunction((seen) => seen.size > 1, places);
    await page.locator("#map-overlay").waitFor({ state: "hidden" });
  });

  test("when the store goes away the page says so, and goes on when it is back", kTimeout, async () => {
    scene.mayComplain = /status of 503/;
    scene.store.failWith = 503;
    const page = await scene.visit();
    await page.getByText("The store is being restarted. Trying again.").waitFor();
    scene.store.failWith = 0;
    await page.getByRole("button", { name: /Order for/ }).waitFor();
    assert.ok(await page.locator("#notice").isHidden());
  });

  test("a vehicle that falls silent is shown as last seen, and its estimate as of then", kTimeout, async () => {
    const page = await scene.visit();
    const id = await scene.placeOrder(page);
    await scene.store.award(id);
    await headline(page, "Picking up your beer");
    await scene.store.track(id, kHome, 0, 120);
    await page.locator(".vehicle.stale").waitFor();
    await page.getByText(/^Last seen \d+ s ago$/).waitFor();
    await page.getByText(/2 min to your door when last seen, \d+ s ago/).waitFor();
    await scene.store.track(id, kHome, 0, 120);
    await page.locator("#map-overlay").waitFor({ state: "hidden" });
  });

  test("by keyboard alone one orders, looks about on the map, cancels and orders again; it is seen where one is", kTimeout, async () => {
    const page = await scene.visit();
    const press = async (target, key = "Enter") => {
      await tabTo(page, target);
      await page.keyboard.press(key);
    };
    await page.getByRole("button", { name: /Order for/ }).waitFor();
    await press(page.getByRole("link", { name: "Skip the map" }));
    await press(page.getByRole("button", { name: /One House Lager.* more/ }), "Space");
    await press(page.getByLabel("Card"));
    await headline(page, "Your order is being processed");
    const [[id, { items }]] = scene.store.orders;
    assert.deepEqual(items.map(({ sku }) => sku), ["amber-ale", "house-lager"]);

    await scene.store.award(id);
    await headline(page, "Picking up your beer");
    await scene.store.track(id, onTheWay(0.5).position, 270, 120);
    await page.locator(".vehicle").waitFor();
    await tabTo(page, page.locator("#map"), "Shift+Tab");
    await page.keyboard.press("ArrowLeft");
    await press(page.getByRole("button", { name: "Follow the vehicle" }));
    await page.getByRole("button", { name: "Follow the vehicle" }).waitFor({ state: "hidden" });

    await press(page.getByRole("button", { name: "Cancel order" }));
    await tabTo(page, page.getByRole("button", { name: "Yes, cancel it" }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await headline(page, "This order was cancelled");
    // The way on has the focus now.
    await page.keyboard.press("Enter");
    await press(page.getByRole("button", { name: /Order for/ }));
    await headline(page, "Your order is being processed");
    assert.equal(scene.store.orders.size, 2);
  });

  test("nobody is shut out, by day and by night", kTimeout, async () => {
    scene.mayComplain = /status of 422/;
    const page = await scene.visit();
    await page.getByLabel("Zip code").fill("99999");
    await page.getByRole("button", { name: /Order for/ }).click();
    await page.getByText("We do not deliver to 99999.").waitFor();
    assert.deepEqual(await seriousFaultsDayAndNight(page), [], "the form, with a mistake");
    await page.getByLabel("Zip code").fill("60614");
    const tracked = await scene.placeOrder(page);
    await scene.store.award(tracked);
    await headline(page, "Picking up your beer");
    await scene.store.track(tracked, onTheWay(0.5).position, 270, 120);
    await page.getByText("2 min to your door").waitFor();
    assert.deepEqual(await seriousFaultsDayAndNight(page), [], "an order that is followed");
    await page.getByText(/Last seen \d+ s ago/).waitFor();
    assert.deepEqual(await seriousFaultsDayAndNight(page), [], "its vehicle is silent");
    await page.getByRole("link", { name: "Order something else" }).click();
    const declined = await scene.placeOrder(page);
    await scene.store.tell("order/cancelled", declined, "OrderCancelled", { reason: "card declined" }, "cancelled");
    await headline(page, "Your card was declined");
    assert.deepEqual(await seriousFaultsDayAndNight(page), [], "a declined card");
    await page.getByRole("link", { name: "Your orders" }).click();
    await page.locator(".past-orders li").nth(1).waitFor();
    assert.deepEqual(await seriousFaultsDayAndNight(page), [], "past orders");
  });

  test("on a phone nothing sticks out, and nobody is shut out", kTimeout, async () => {
    const page = await scene.visit(kPhone);
    const fits = async (what) => {
      assert.equal(await overhang(page), 0, what);
      assert.deepEqual(await seriousFaults(page), [], what);
    };
    await fits("the form");
    const order = await scene.placeOrder(page);
    await fits("an order");
    await scene.store.tell("order/cancelled", order, "OrderCancelled", { reason: "card declined" }, "cancelled");
    await headline(page, "Your card was declined");
    await fits("a declined card");
    await page.getByRole("link", { name: "Your orders" }).click();
    await page.locator(".past-orders li").first().waitFor();
    await fits("past orders");
  });
});

function reachedSteps(page) {
  return page.locator(".steps [data-state=done]").evaluateAll((lines) => lines.map((line) => line.dataset.step));
}
