// What an application in JavaScript expects of a broker, over every transport and in both versions of MQTT.
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { Client, endAll, unique } from "./client.mjs";

const { DRAY_TEST_TCP: tcp, DRAY_TEST_WS: ws, DRAY_TEST_PEER: peer } = process.env;
const { DRAY_TEST_TLS: tls, DRAY_TEST_WSS: wss } = process.env;
// mosquitto makes no difference between paths, and every one of its WebSockets is slow.
const kPaths = peer === "mosquitto" ? ["/mqtt"] : ["/mqtt", "/"];
// In a browser there are only the two WebSockets.
const kTransports = {
  ...(tcp && { TCP: tcp }),
  ...(tls && { TLS: tls }),
  ...Object.fromEntries(kPaths.map((path) => [`WebSocket at ${path}`, ws + path])),
  ...(wss && { "WebSocket over TLS": `${wss}/mqtt` }),
};
const kVersions = { "3.1.1": 4, "5.0": 5 };
const kTimeout = { timeout: 120_000 };
// MQTT.js heeds no Receive Maximum; mosquitto's is 20.
const kWindow = 16;
const kBurst = 8 * kWindow;
const kHundredYears = 0xffffffff;

for (const [transport, url] of Object.entries(kTransports)) {
  for (const [version, protocolVersion] of Object.entries(kVersions)) {
    const endpoint = { url, protocolVersion };
    describe(`MQTT ${version} over ${transport}`, () => {
      afterEach(endAll);
      everyVersion(endpoint);
      if (protocolVersion === 5) onlyFive(endpoint);
    });
  }
}

// A session that outlives its connection, said in either version's words.
function persistent({ protocolVersion }, clientId) {
  const properties = protocolVersion === 5 ? { properties: { sessionExpiryInterval: kHundredYears } } : {};
  return { clientId, clean: false, ...properties };
}

async function eventually(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

// Leaves nothing behind for the tests after it.
async function forget(endpoint, clientId) {
  await (await Client.connect(endpoint, { clientId, clean: true })).end();
}

function everyVersion(endpoint) {
  for (const qos of [0, 1, 2]) {
    test(`QoS ${qos} arrives once, with the bytes that were sent`, kTimeout, async () => {
      const topic = unique("round-trip");
      const client = await Client.connect(endpoint);
      await client.subscribe(topic);
      const payloads = ["", "plain", "\x00\xff\x80 binary", "x".repeat(70_000), "last"];
      for (const payload of payloads) await client.publish(topic, Buffer.from(payload, "latin1"), { qos });
      for (const payload of payloads) {
        const message = await client.next();
        assert.ok(message.payload === payload, `payload of ${payload.length} bytes`);
        assert.equal(message.packet.qos, qos);
        assert.equal(message.packet.retain, false);
      }
      await client.end();
      assert.equal(client.inbox.length, payloads.length);
    });
  }

  // Order is promised to messages of one publisher, topic and QoS [MQTT-4.6.0-5, -6].
  for (const qos of [1, 2]) {
    test(`a burst of QoS ${qos} keeps its order`, kTimeout, async () => {
      const topic = unique("burst");
      const [sender, receiver] = [await Client.connect(endpoint), await Client.connect(endpoint)];
      await receiver.subscribe(topic);
      for (let first = 0; first < kBurst; first += kWindow) {
        const burst = Array.from({ length: kWindow }, (_, index) => String(first + index));
        await Promise.all(burst.map((payload) => sender.publish(topic, payload, { qos })));
      }
      for (let index = 0; index < kBurst; index++) assert.equal((await receiver.next()).payload, String(index));
      await Promise.all([sender.end(), receiver.end()]);
    });
  }

  test("a subscription's QoS caps what it is sent", kTimeout, async () => {
    const topic = unique("cap");
    const client = await Client.connect(endpoint);
    await client.subscribe(topic, 0);
    await client.publish(topic, "capped", { qos: 2 });
    assert.equal((await client.next()).packet.qos, 0);
    await client.end();
  });

  test("after unsubscribing nothing more comes", kTimeout, async () => {
    const [wanted, unwanted] = [unique("wanted"), unique("unwanted")];
    const client = await Client.connect(endpoint);
    await client.subscribe([wanted, unwanted]);
    await client.mqtt.unsubscribeAsync(unwanted);
    await client.publish(unwanted, "no");
    await client.publish(wanted, "yes");
    assert.equal((await client.next()).payload, "yes");
    await client.end();
  });

  test("the will is published when a client vanishes, and not when it says goodbye", kTimeout, async () => {
    const topic = unique("will");
    const watcher = await Client.connect(endpoint);
    await watcher.subscribe(`${topic}/+`);
    const will = (name) => ({ will: { topic: `${topic}/${name}`, payload: Buffer.from(name), qos: 1, retain: false } });
    const polite = await Client.connect(endpoint, will("polite"));
    await polite.end();
    const lost = await Client.connect(endpoint, will("lost"));
    await lost.vanish();
    assert.equal((await watcher.next()).payload, "lost");
    await watcher.end();
  });

  test("a retained message greets those who come later, until an empty one clears it", kTimeout, async () => {
    const topic = unique("retained");
    const owner = await Client.connect(endpoint);
    await owner.publish(topic, "stays", { retain: true });
    const late = await Client.connect(endpoint);
    await late.subscribe(topic);
    const greeting = await late.next();
    assert.equal(greeting.payload, "stays");
    assert.equal(greeting.packet.retain, true);
    await owner.publish(topic, "", { retain: true });
    assert.equal((await late.next()).packet.retain, false);
    const later = await Client.connect(endpoint);
    await later.subscribe(topic);
    await later.publish(topic, "only this");
    assert.equal((await later.next()).payload, "only this");
    await Promise.all([owner.end(), late.end(), later.end()]);
  });

  for (const qos of [1, 2]) {
    test(`a session that is resumed receives the QoS ${qos} messages it missed, in order`, kTimeout, async () => {
      const [topic, clientId] = [unique("resume"), unique("sleeper")];
      const before = await Client.connect(endpoint, persistent(endpoint, clientId));
      assert.equal(before.connack.sessionPresent, false);
      await before.subscribe(topic);
      await before.vanish();
      const sender = await Client.connect(endpoint);
      const missed = Array.from({ length: 30 }, (_, index) => `missed ${index}`);
      for (const payload of missed) await sender.publish(topic, payload, { qos });
      const after = await Client.connect(endpoint, persistent(endpoint, clientId));
      assert.equal(after.connack.sessionPresent, true);
      for (const payload of missed) assert.equal((await after.next()).payload, payload);
      await Promise.all([after.end(), sender.end()]);
      await forget(endpoint, clientId);
    });
  }

  test("a clean start forgets the session", kTimeout, async () => {
    const clientId = unique("forgetful");
    await (await Client.connect(endpoint, persistent(endpoint, clientId))).end();
    await forget(endpoint, clientId);
    const again = await Client.connect(endpoint, persistent(endpoint, clientId));
    assert.equal(again.connack.sessionPresent, false);
    await again.end();
    await forget(endpoint, clientId);
  });

  test("a second client of the same name takes over from the first", kTimeout, async () => {
    const clientId = unique("twin");
    const first = await Client.connect(endpoint, { clientId });
    const second = await Client.connect(endpoint, { clientId });
    await first.until(() => first.isClosed, "the end of the first");
    // [MQTT-5.0 3.1.4-3]; mosquitto 2.0 closes without a word.
    const isSaid = endpoint.protocolVersion === 5 && peer !== "mosquitto";
    if (isSaid) await first.until(() => first.disconnectReason === 0x8e, "DISCONNECT with 0x8E");
    assert.equal(second.isClosed, false);
    await second.end();
  });
}

function onlyFive(endpoint) {
  test("properties of a message arrive unchanged", kTimeout, async () => {
    const topic = unique("properties");
    const client = await Client.connect(endpoint);
    await client.subscribe(topic, 1, { subscriptionIdentifier: 7 });
    const properties = {
      contentType: "application/x-protobuf",
      responseTopic: "reply/here",
      correlationData: Buffer.from([0, 1, 255]),
      userProperties: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "order-id": "o-1" },
    };
    await client.publish(topic, "with properties", { properties });
    const received = (await client.next()).packet.properties;
    assert.equal(received.contentType, properties.contentType);
    assert.equal(received.responseTopic, properties.responseTopic);
    assert.deepEqual(received.correlationData, properties.correlationData);
    assert.deepEqual({ ...received.userProperties }, properties.userProperties);
    assert.equal(received.subscriptionIdentifier, 7);
    await client.end();
  });

  test("a client without a name is given one", kTimeout, async () => {
    const client = await Client.connect(endpoint, { clientId: "" });
    assert.ok(client.connack.properties.assignedClientIdentifier.length > 0);
    await client.end();
  });

  test("a session without an expiry ends with its connection", kTimeout, async () => {
    const clientId = unique("brief");
    await (await Client.connect(endpoint, { clientId, clean: false })).end();
    const again = await Client.connect(endpoint, { clientId, clean: false });
    assert.equal(again.connack.sessionPresent, false);
    await again.end();
  });

  test("no-local keeps a client from hearing itself", kTimeout, async () => {
    const topic = unique("no-local");
    const [speaker, other] = [await Client.connect(endpoint), await Client.connect(endpoint)];
    await speaker.mqtt.subscribeAsync(topic, { qos: 1, nl: true });
    await speaker.publish(topic, "from itself");
    await other.publish(topic, "from the other");
    assert.equal((await speaker.next()).payload, "from the other");
    await Promise.all([speaker.end(), other.end()]);
  });

  test("topic aliases of a publisher are resolved", kTimeout, async () => {
    const topic = unique("alias");
    const client = await Client.connect(endpoint, { autoUseTopicAlias: true, autoAssignTopicAlias: true });
    await client.subscribe(topic);
    for (const payload of ["one", "two", "three"]) {
      await client.publish(topic, payload);
      const message = await client.next();
      assert.equal(message.topic, topic);
      assert.equal(message.payload, payload);
    }
    await client.end();
  });

  test("a shared subscription gives each message to one of its members", kTimeout, async () => {
    const [group, topic] = [unique("group"), unique("shared")];
    const members = [await Client.connect(endpoint), await Client.connect(endpoint)];
    for (const member of members) await member.subscribe(`$share/${group}/${topic}`, 1);
    const sender = await Client.connect(endpoint);
    for (let index = 0; index < 40; index++) await sender.publish(topic, String(index));
    const received = () => members.flatMap((member) => member.inbox.map(({ payload }) => payload));
    await eventually(() => received().length >= 40);
    await Promise.all([...members, sender].map((client) => client.end()));
    assert.equal(new Set(received()).size, 40);
    assert.equal(received().length, 40);
  });
}
