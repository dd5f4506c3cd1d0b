// A drayd that an operator looks at: a queue with dead letters, a stream with a reader, retained messages, a session
// that is away. Ports are the system's choice; a restart keeps them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";

import mqtt from "mqtt";

export const kToken = "a token of this test";
const kStopMs = 20_000;

const kConfig = `
[[queue]]
name = "jobs"
filters = ["job/#"]
ttl_ms = 1
dead_letter_queue = "jobs.dead"

[[queue]]
name = "mail"
filters = ["mail/#"]
alert_messages = 2

[[stream]]
name = "events"
filters = ["order/#"]
`;
// message Job { string order = 1; uint32 crates = 2; }, in a file of the package plant, as protoc writes it.
const kDescriptors = "Ck8KCWpvYi5wcm90bxIFcGxhbnQiMwoDSm9iEhQKBW9yZGVyGAEgASgJUgVvcmRlchIWCgZjcmF0ZXMYAiABKA1SBmNyYXRlc2IGcHJvdG8z";
const kAsyncApi = {
  channels: { job: { address: "job/b", messages: { Job: { $ref: "#/components/messages/Job" } } } },
  components: { messages: { Job: { payload: { schema: { $ref: "job.proto#/plant.Job" } } } } },
};
// 1: "order-7"  2: 42
export const kProtobuf = Buffer.from([0x0a, 7, ...Buffer.from("order-7"), 0x10, 42]);

export class OperatedBroker {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "dray-console-"));
  clients = [];
  address = { mqtt: "127.0.0.1:0", ws: "127.0.0.1:0", admin: "127.0.0.1:0" };

  constructor(drayd) {
    this.drayd = drayd;
    fs.writeFileSync(path.join(this.folder, "drayd.toml"), kConfig);
    fs.writeFileSync(path.join(this.folder, "token"), `${kToken}\n`);
    fs.writeFileSync(path.join(this.folder, "key"), "a secret of some other signer, long enough");
    fs.writeFileSync(path.join(this.folder, "descriptors.binpb"), Buffer.from(kDescriptors, "base64"));
    fs.writeFileSync(path.join(this.folder, "asyncapi.json"), JSON.stringify(kAsyncApi));
  }

  get url() {
    return `http://${this.address.admin}/`;
  }

  // With a token or without, as the console finds it; with a user as whom operators may connect.
  async start({ withToken = false, withWebSocket = true, withUser = false } = {}) {
    const settings = withToken ? ["--set", `admin.token_file=${path.join(this.folder, "token")}`] : [];
    if (withUser) settings.push("--set", `auth.jwt_key_file=${path.join(this.folder, "key")}`, "--set", "admin.client_user=console");
    const { mqtt: tcp, admin } = this.address;
    const ws = withWebSocket ? this.address.ws : "";
    this.process = spawn(
      this.drayd,
      ["--config", path.join(this.folder, "drayd.toml"), "--threads", "2", "--data-dir", path.join(this.folder, "data"),
        "--mqtt", tcp, "--ws", ws, "--admin", admin,
        "--set", `admin.schema_dir=${this.folder}`, ...settings],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    const lines = readline.createInterface({ input: this.process.stdout });
    const [line] = await Promise.race([
      once(lines, "line"),
      once(this.process, "exit").then(([code]) => Promise.reject(new Error(`drayd ended with ${code}`))),
    ]);
    for (const part of line.split(" ").slice(1)) {
      const [kind, address] = part.split("=");
      this.address[kind] = address;
    }
    return this;
  }

  async connect(clientId, options = {}) {
    const client = await mqtt.connectAsync(`mqtt://${this.address.mqtt}`, { clientId, protocolVersion: 5, ...options });
    this.clients.push(client);
    return client;
  }

  // Everything that the views show.
  async fill() {
    const away = await this.connect("v-away", { clean: false, properties: { sessionExpiryInterval: 3600 } });
    await away.subscribeAsync("news/#", { qos: 1 });
    await away.endAsync();
    const reader = await this.connect("v-0042");
    await reader.subscribeAsync("vehicle/v-0042/#", { qos: 1 });
    await reader.subscribeAsync("$stream/events", { qos: 1 });
    const publisher = (this.publisher = await this.connect("plant"));
    const say = (topic, payload, options = {}) => publisher.publishAsync(topic, payload, { qos: 1, ...options });
    await say("job/a", '{"job": 1}', { properties: { contentType: "application/json" } });
    await say("job/b", kProtobuf);
    await say("news/today", "it rains");
    for (const number of [1, 2, 3]) await say(`mail/${number}`, `letter ${number}`);
    await say("order/placed/7", kProtobuf);
    await say("site/config", '{"zone": "centre"}', { retain: true });
    await say("site/motto", "beer, brought to you", { retain: true });
  }

  async stop() {
    for (const client of this.clients.splice(0)) await client.endAsync(true);
    const late = setTimeout(() => this.process.kill("SIGKILL"), kStopMs);
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, "exit");
      this.process.kill("SIGTERM");
      await ended;
    }
    clearTimeout(late);
  }

  remove() {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
