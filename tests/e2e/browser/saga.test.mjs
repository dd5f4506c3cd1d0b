// An order's story, read from the log of a real drayd; and what the page says where there is no log.
import assert from "node:assert/strict";
import { test } from "node:test";

import { seriousFaults, seriousFaultsDayAndNight } from "./accessibility.mjs";
import { Drayd } from "./drayd.mjs";
import { overhang } from "./look.mjs";
import { describeScene, kPhone, kTimeout } from "./scene.mjs";

// Told from the beginning to a cancelled order that was paid. -> the order's id
async function tellStory(store) {
  const order = { zip: "60614", items: [{ sku: "hazy-ipa", quantity: 1 }], card: "4242424242424242" };
  const answer = await fetch(`${store.url}/api/orders`, { method: "POST", body: JSON.stringify(order) });
  const id = (await answer.json()).order_id;
  const begin = Date.now();
  let told = 0;
  const say = async (topic, type, source, eventId, causeId, fields = {}) => {
    const occurredAtMs = String(begin + 100 * ++told);
    await store.tell(topic, id, type, { header: { eventId, causeId, source, occurredAtMs }, ...fields });
  };
  await say("order/new/60614", "OrderPlaced", "dray-store", "e1", "", { zip: "60614", totalCents: "1250" });
  // Its clock is behind: the cause comes first all the same.
  told -= 2;
  await say("fraud/cleared", "FraudCleared", "dray-fraud", "e2", "e1");
  told += 1;
  await say("order/reserved", "OrderReserved", "dray-inventory", "e3", "e1");
  await say("payment/paid", "PaymentTaken", "dray-billing", "e4", "e3", { amountCents: "1250" });
  await say("order/packed", "OrderPacked", "dray-packing", "e5", "e4", { parcels: 1 });
  await say("order/packed", "OrderPacked", "dray-packing", "e5", "e4", { parcels: 1 });
  await say("order/ship/60614", "ShipmentOffer", "dray-inventory", "e6", "e5", { epoch: 1 });
  for (const vehicle of ["v-1", "v-2", "v-3"]) {
    const bid = { header: { eventId: `bid-${vehicle}`, causeId: "e6", source: "dray-fleet", occurredAtMs: String(begin + 750) } };
    const topic = `order/bid/60614/${id}`;
    await store.publish(`${topic}/${vehicle}`, "Bid", { ...bid, vehicleId: vehicle, epoch: 1, etaSeconds: 90 });
  }
  await say("order/award", "Award", "dray-logistics", "e7", "bid-v-1", { vehicleId: "v-1", epoch: 1 });
  await say("order/ship/60614", "ShipmentOffer", "dray-logistics", "e8", "e7", { epoch: 2 });
  await say("order/cancelled", "OrderCancelled", "dray-logistics", "e9", "e8", { reason: "no vehicle came forward" });
  return id;
}

describeScene(
  "an order's story",
  (scene) => {
    test("is told from the log, cause by cause, and goes on live", kTimeout, async () => {
      const { store } = scene;
      const id = await tellStory(store);
      const page = await scene.visit({}, `${store.url}/saga.html?order=${id}`);
      const lines = page.locator(".story li");
      await lines.nth(9).waitFor();
      assert.deepEqual(await page.locator(".story strong").allTextContents(), [
        "Order placed",
        "Nothing speaks against it",
        "Beer set aside",
        "Card charged",
        "Packed",
        "Offered to vehicles",
        "A vehicle bids",
        "Awarded",
        "Offered to more vehicles",
        "Cancelled",
      ]);
      assert.match(await lines.nth(2).textContent(), /inventory, \d+ ms after “Order placed”/);
      assert.match(await lines.nth(4).textContent(), /said 2 times/);
      assert.match(await lines.nth(6).textContent(), /v-1, 90 s away and 2 more/);
      assert.match(await lines.nth(8).textContent(), /tried again.*search 2/);
      assert.match(await lines.nth(9).textContent(), /undone.*no vehicle came forward/);
      await store.tell("payment/refunded", id, "PaymentRefunded", { header: { causeId: "e9", source: "dray-billing" } });
      await lines.nth(10).getByText("Money given back").waitFor();
      assert.equal(await page.locator(".lanes .dot").count(), 11);
      await page.getByText("13 events in").waitFor();
      await page.getByText("1 tried again, 1 said again, 2 undone").waitFor();
      assert.ok(await page.locator("#notice").isHidden());
    });

    test("shuts nobody out, by day and by night", kTimeout, async () => {
      const id = await tellStory(scene.store);
      const page = await scene.visit({}, `${scene.store.url}/saga.html?order=${id}`);
      await page.locator(".story li").nth(9).waitFor();
      assert.deepEqual(await seriousFaultsDayAndNight(page), []);
    });

    test("fits a phone, and is reached from the order's page", kTimeout, async () => {
      const id = await tellStory(scene.store);
      const page = await scene.visit(kPhone, `${scene.store.url}/?order=${id}`);
      await page.getByRole("link", { name: "The whole story" }).click();
      await page.locator(".story li").nth(9).waitFor();
      assert.equal(await overhang(page), 0);
      assert.deepEqual(await seriousFaults(page), []);
    });
  },
  () => new Drayd(),
);

describeScene("an order's story without a log", (scene) => {
  test("begins when the page does, and says so", kTimeout, async () => {
    const { store } = scene;
    const id = await tellStory(store);
    const page = await scene.visit({}, `${store.url}/saga.html?order=${id}`);
    // By then it listens.
    await page.getByText("This broker keeps no log of events").waitFor();
    await store.tell("order/delivered", id, "OrderDelivered", { header: { source: "dray-logistics" } });
    await page.locator(".story li").getByText("Delivered").waitFor();
  });
});
