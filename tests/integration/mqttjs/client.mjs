// An MQTT.js client that remembers what it was sent, so that a test reads as a transcript.
import mqtt from "mqtt";

export const kDeadlineMs = 30_000;

let count = 0;
const open = new Set();

// For afterEach: a test that failed half-way leaves no connection that would keep the process alive.
export function endAll() {
  for (const client of open) client.mqtt.end(true);
  open.clear();
}

// A name no other test uses, so that all may share one broker.
export function unique(prefix) {
  return `${prefix}-${process.pid}-${++count}`;
}

export class Client {
  inbox = [];
  connack = null;
  disconnectReason = null;
  isClosed = false;
  #taken = 0;
  #wakers = new Set();

  // `endpoint` is { url, protocolVersion }; options are MQTT.js's own.
  static async connect({ url, protocolVersion }, options = {}) {
    const client = new Client();
    const settings = { clientId: unique("client"), clean: true, reconnectPeriod: 0, protocolVersion, ...options };
    client.mqtt = mqtt.connect(url, settings);
    open.add(client);
    client.mqtt.on("connect", (connack) => client.#note(() => (client.connack = connack)));
    client.mqtt.on("message", (topic, payload, packet) =>
      client.#note(() => client.inbox.push({ topic, payload: payload.toString("latin1"), packet })),
    );
    client.mqtt.on("disconnect", (packet) => client.#note(() => (client.disconnectReason = packet.reasonCode)));
    client.mqtt.on("close", () => client.#note(() => (client.isClosed = true)));
    client.mqtt.on("error", (error) => client.#note(() => (client.error = error)));
    await client.until(() => client.connack || client.error, "CONNACK");
    if (!client.connack) throw client.error;
    return client;
  }

  subscribe(filter, qos = 2, properties = undefined) {
    return this.mqtt.subscribeAsync(filter, { qos, ...(properties && { properties }) });
  }

  publish(topic, payload, options = {}) {
    return this.mqtt.publishAsync(topic, payload, { qos: 1, ...options });
  }

  // The next message that was not yet taken.
  async next() {
    await this.until(() => this.inbox.length > this.#taken, "a message");
    return this.inbox[this.#taken++];
  }

  end() {
    return this.mqtt.endAsync();
  }

  // As when the power fails: no DISCONNECT.
  vanish() {
    this.mqtt.stream.destroy();
    return this.until(() => this.isClosed, "the end of the connection");
  }

  until(condition, what) {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#wakers.delete(waker);
        const received = this.inbox.map(({ topic }) => topic).join(" ");
        reject(new Error(`waited ${kDeadlineMs} ms for ${what}; received: ${received}`));
      }, kDeadlineMs);
      const waker = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#wakers.delete(waker);
        resolve();
      };
      this.#wakers.add(waker);
    });
  }

  #note(change) {
    change();
    for (const waker of [...this.#wakers]) waker();
  }
}
