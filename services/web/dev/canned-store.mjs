// The page's other half without the services: a store with canned answers, and by its side a real broker on which
// a story can be told event by event. For working on the page, and for tests of what a page does with each event.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import mqtt from "mqtt";

import { Mosquitto } from "./mosquitto.mjs";
import { encode } from "./wire.mjs";

export const kWarehouse = { latitude: 41.8841, longitude: -87.6412 };
export const kHome = { latitude: 41.9134, longitude: -87.6412 };
const kZips = ["60601", "60610", "60614", "60622", "60657"];
const kDeclinedCard = "4000000000000002";
const kBeers = [
  ["amber-ale", "Amber Ale, 6 x 12 oz", 950, 240],
  ["dry-stout", "Dry Stout, 4 x 16 oz", 1050, 6],
  ["hazy-ipa", "Hazy IPA, 4 x 16 oz", 1250, 480],
  ["hefeweizen", "Hefeweizen", 900, 320],
  ["house-lager", "House Lager, 12 x 12 oz", 800, 1000],
  ["smoked-porter", "Smoked Porter", 1150, 0],
  ["pilsner", "Northside Pilsner, 6 x 12 oz", 1150, 9000],
  ["kolsch", "Kölsch, 6 x 11 oz", 1150, 9000],
  ["cider", "Dry Cider, 6 x 12 oz", 1150, 9000],
  ["ginger", "Ginger Beer (no alcohol), 6 x 12 oz", 1150, 9000],
];
const kTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".geojson": "application/geo+json",
};

export class CannedStore {
  orders = new Map();
  // Set to make the store fail: a status such as 503.
  failWith = 0;
  // Set to let an order arrive, or not ("before"), and no answer come back ("after").
  losesOrder = "";
  // A tile server, as in /api/config.
  tiles = null;
  #server = http.createServer((request, response) => void this.#answer(request, response));
  #client = null;

  // Folders: what the build made for the page and for the map.
  constructor({ web, map }, broker = new Mosquitto()) {
    this.folders = { web, map };
    this.broker = broker;
  }

  async start(port = 0) {
    await this.broker.start();
    await new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    this.#client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.broker.tcpPort}`, { reconnectPeriod: 100 });
    for (const [sku, , , onHand] of kBeers) await this.stock(sku, onHand);
    return this;
  }

  async stop() {
    await this.#client?.endAsync(true);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.broker.remove();
  }

  async stock(sku, onHand) {
    const [, name, cents] = kBeers.find(([known]) => known === sku);
    const level = { sku, name, onHand, reserved: 0, unitPriceCents: String(cents) };
    await this.#client.publishAsync(`data/inventory/${sku}`, encode("StockLevel", level), { qos: 1, retain: true });
  }

  // tell("order/reserved", "o-1", "OrderReserved", {...}): the event, and the record follows. `fields.header` may say more
  // of itself: who says it, and because of what.
  async tell(topic, id, type, { header: said, ...fields } = {}, status = "") {
    const header = { orderId: id, eventId: crypto.randomUUID(), occurredAtMs: String(Date.now()), source: "canned", ...said };
    const order = this.orders.get(id);
    if (order && status) {
      order.status = status;
      order.history.push({ status, at: new Date().toISOString() });
    }
    await this.publish(`${topic}/${id}`, type, { header, ...fields });
  }

  async publish(topic, type, fields) {
    await this.#client.publishAsync(topic, encode(type, fields), { qos: 1 });
  }

  async track(id, position, headingDegrees, etaSeconds, zone = "ZONE_UNSPECIFIED") {
    const state = "VEHICLE_STATE_TO_CUSTOMER";
    const fields = { vehicleId: "v-0042", position, headingDegrees, speedMps: 11.2, etaSeconds, state, zone };
    fields.timeMs = String(Date.now());
    await this.tell("order/track", id, "TrackingUpdate", fields);
  }

  async award(id, vehicle = "v-0042", epoch = 1) {
    const order = this.orders.get(id);
    Object.assign(order, { vehicle, pick_up: kWarehouse });
    await this.tell("order/award", id, "Award", { epoch, vehicleId: vehicle, pickUp: kWarehouse, dropOff: kHome }, "awarded");
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, "http://store");
    try {
      const answer = pathname.startsWith("/api/") ? await this.#api(request, pathname) : this.#file(pathname);
      response.writeHead(answer.status ?? 200, { "content-type": answer.type ?? "application/json" });
      response.end(answer.bytes ?? JSON.stringify(answer.body));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }

  async #api(request, pathname) {
    if (this.failWith) return problem(this.failWith, "The store is being restarted.", "");
    if (pathname === "/api/config") {
      const ws_url = `ws://127.0.0.1:${this.broker.wsPort}/mqtt`;
      const config = { ws_url, city: "Chicago", attribution: "© OpenStreetMap contributors", warehouse: kWarehouse };
      return { body: this.tiles ? { ...config, tiles: this.tiles } : config };
    }
    if (pathname === "/api/zips") return { body: { zips: kZips.map((zip) => ({ zip, ...kHome })) } };
    if (pathname === "/api/products") {
      const products = kBeers.map(([sku, name, unit_price_cents, available]) => ({ sku, name, unit_price_cents, available }));
      return { body: { products } };
    }
    if (pathname === "/api/orders") return this.#receive(request);
    if (pathname.endsWith("/cancel")) return this.#cancel(pathname.split("/").at(-2));
    const order = this.orders.get(pathname.split("/").pop());
    return order ? { body: order } : problem(404, "There is no such order.", "order_id");
  }

  async #cancel(id) {
    if (this.orders.get(id).isTooLate) return problem(409, "the order is already delivered", "");
    await this.tell("order/cancelled", id, "OrderCancelled", { reason: "you cancelled it" }, "cancelled");
    return { status: 202, body: { order_id: id, status: "cancelling" } };
  }

  async #receive(request) {
    const order = JSON.parse(await text(request));
    if (this.losesOrder === "before") request.socket.destroy();
    const answer = this.losesOrder === "before" ? {} : this.#place(order);
    if (this.losesOrder === "after") request.socket.destroy();
    return answer;
  }

  #place({ address = "", zip, items, card, customer, order_id = crypto.randomUUID() }) {
    if (!kZips.includes(zip)) return problem(422, `We do not deliver to ${zip}.`, "zip");
    const total_cents = items.reduce((sum, item) => sum + item.quantity * kBeers.find(([sku]) => sku === item.sku)[2], 0);
    const history = [{ status: "processing", at: new Date().toISOString() }];
    const places = { pick_up: null, drop_off: kHome };
    this.orders.set(order_id, { order_id, status: "processing", vehicle: null, address, zip, items, customer, total_cents, ...places, history });
    this.isDeclined = card === kDeclinedCard;
    return { status: 202, body: { order_id, status: "processing" } };
  }

  #file(pathname) {
    const name = path.posix.normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const file = name.startsWith("/map/")
      ? path.join(this.folders.map, name.slice("/map/".length))
      : path.join(this.folders.web, name);
    if (!fs.existsSync(file)) return { status: 404, body: {} };
    return { bytes: fs.readFileSync(file), type: kTypes[path.extname(file)] ?? "application/octet-stream" };
  }
}

function problem(status, detail, field) {
  return { status, type: "application/problem+json", body: { type: "about:blank", title: "Not accepted", status, detail, field } };
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
