// MQTT's packets do not follow the frames of the WebSocket that carries them ([MQTT-6.0.0-2] in both versions), and
// only binary frames count ([MQTT-6.0.0-1]). MQTT.js always sends whole packets, so these speak for themselves.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import packets from "mqtt-packet";
import WebSocket from "ws";

import { kDeadlineMs, unique } from "./client.mjs";

const url = `${process.env.DRAY_TEST_WS}/mqtt`;
const kTimeout = { timeout: 120_000 };

const sockets = new Set();
afterEach(() => {
  for (const socket of sockets) socket.terminate();
  sockets.clear();
});

class RawClient {
  #parser = packets.parser({ protocolVersion: 4 });
  #received = [];
  #wake = () => undefined;
  isClosed = false;

  static async open() {
    const client = new RawClient();
    client.socket = new WebSocket(url, ["mqtt"]);
    sockets.add(client.socket);
    client.#parser.on("packet", (packet) => client.#note(() => client.#received.push(packet)));
    client.socket.on("message", (bytes) => client.#parser.parse(bytes));
    client.socket.on("close", () => client.#note(() => (client.isClosed = true)));
    client.socket.on("error", () => undefined);
    await new Promise((resolve, reject) => client.socket.once("open", resolve).once("error", reject));
    return client;
  }

  // The next packet of a kind: a PUBLISH may overtake the SUBACK of its subscription [MQTT 3.8.4].
  async next(kind) {
    const index = () => this.#received.findIndex(({ cmd }) => cmd === kind);
    await this.until(() => index() >= 0, kind);
    return this.#received.splice(index(), 1)[0];
  }

  until(condition, what) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited for ${what}`)), kDeadlineMs);
      this.#wake = () => {
        if (!condition()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #note(change) {
    change();
    this.#wake();
  }
}

const connect = () => packets.generate({ cmd: "connect", clientId: unique("raw"), clean: true, keepalive: 30 });
const subscribe = (topic) => packets.generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] });
const publish = (topic, payload) => packets.generate({ cmd: "publish", topic, payload, qos: 0 });

test("the subprotocol mqtt is agreed on", kTimeout, async () => {
  const client = await RawClient.open();
  assert.equal(client.socket.protocol, "mqtt");
  client.socket.close();
});

test("a packet may come byte by byte, one a frame", kTimeout, async () => {
  const client = await RawClient.open();
  const topic = unique("split");
  for (const byte of Buffer.concat([connect(), subscribe(topic), publish(topic, "in pieces")])) {
    client.socket.send(Buffer.from([byte]));
  }
  await client.next("connack");
  await client.next("suback");
  assert.equal((await client.next("publish")).payload.toString(), "in pieces");
  client.socket.close();
});

test("many packets may come in one frame", kTimeout, async () => {
  const client = await RawClient.open();
  const topic = unique("joined");
  const publishes = ["a", "b", "c"].map((text) => publish(topic, text));
  client.socket.send(Buffer.concat([connect(), subscribe(topic), ...publishes]));
  await client.next("connack");
  await client.next("suback");
  for (const text of ["a", "b", "c"]) assert.equal((await client.next("publish")).payload.toString(), text);
  client.socket.close();
});

test("a fragmented frame is put together", kTimeout, async () => {
  const client = await RawClient.open();
  const bytes = connect();
  client.socket.send(bytes.subarray(0, 3), { fin: false });
  client.socket.send(bytes.subarray(3), { fin: true });
  await client.next("connack");
  client.socket.close();
});

test("a ping of the WebSocket itself is answered", kTimeout, async () => {
  const client = await RawClient.open();
  const pong = new Promise((resolve) => client.socket.once("pong", resolve));
  client.socket.ping("are you there");
  assert.equal((await pong).toString(), "are you there");
  client.socket.close();
});

test("bytes that are no MQTT end the connection", kTimeout, async () => {
  const client = await RawClient.open();
  client.socket.send(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]));
  await client.until(() => client.isClosed, "the end of the connection");
});

// [MQTT-6.0.0-1]; mosquitto takes text frames for binary ones.
const skip = process.env.DRAY_TEST_PEER === "mosquitto";
test("a text frame ends the connection", { ...kTimeout, skip }, async () => {
  const client = await RawClient.open();
  client.socket.send(connect().toString("latin1"));
  await client.until(() => client.isClosed, "the end of the connection");
});
