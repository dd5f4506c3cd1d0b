// What happens to an order, told on the wire at reading speed.
import { kHome, kWarehouse } from "./canned-store.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function tellHappyStory(store, id, { stepMs = 900, fixes = 40, fixMs = 1_000 } = {}) {
  await pause(stepMs);
  await store.tell("order/reserved", id, "OrderReserved", {}, "reserved");
  await pause(stepMs);
  await store.tell("payment/paid", id, "PaymentTaken", {}, "paid");
  await pause(stepMs);
  await store.tell("order/packed", id, "OrderPacked", { parcels: 1 }, "packed");
  await pause(stepMs);
  const offer = { epoch: 1, pickUp: kWarehouse, dropOff: kHome };
  await store.tell("order/ship/60614", id, "ShipmentOffer", offer, "shipped");
  await pause(stepMs);
  await store.award(id);
  await pause(stepMs);
  await store.tell("order/picked-up", id, "OrderPickedUp", { vehicleId: "v-0042", epoch: 1 }, "picked_up");
  for (let fix = 0; fix <= fixes; fix++) {
    const { position, heading } = onTheWay(fix / fixes);
    await store.track(id, position, heading, Math.round((fixes - fix) * (fixMs / 1_000)));
    await pause(fixMs);
  }
  await store.tell("order/delivered", id, "OrderDelivered", { vehicleId: "v-0042", epoch: 1 }, "delivered");
}

export async function tellDeclinedStory(store, id, { stepMs = 900 } = {}) {
  await pause(stepMs);
  await store.tell("order/reserved", id, "OrderReserved", {}, "reserved");
  await pause(stepMs);
  await store.tell("payment/declined", id, "PaymentDeclined", { reason: "card declined" });
  await pause(stepMs);
  await store.tell("order/cancelled", id, "OrderCancelled", { reason: "card declined" }, "cancelled");
}

// West, north, east: along the grid.
export function onTheWay(share) {
  const west = kWarehouse.longitude - 0.012;
  const corners = [
    [kWarehouse.latitude, kWarehouse.longitude, 270],
    [kWarehouse.latitude, west, 0],
    [kHome.latitude, west, 90],
    [kHome.latitude, kHome.longitude, 90],
  ];
  const leg = Math.min(2, Math.floor(share * 3));
  const part = share * 3 - leg;
  const [fromLatitude, fromLongitude, heading] = corners[leg];
  const [toLatitude, toLongitude] = corners[leg + 1];
  return {
    position: {
      latitude: fromLatitude + (toLatitude - fromLatitude) * part,
      longitude: fromLongitude + (toLongitude - fromLongitude) * part,
    },
    heading,
  };
}
