// What the fleet page looks at, with nothing canned: a real drayd with the demo's streams, the real dray-fleet and the
// tracking that tells where its vehicles are. Only the store, which serves the page, and the dispatch are stand-ins.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import mqtt from "mqtt";

import { CannedStore, kHome, kWarehouse } from "../../../services/web/dev/canned-store.mjs";
import { decode, encode } from "../../../services/web/dev/wire.mjs";

const kBrokerConfig = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../services/demo/broker.toml");
const kStartDeadlineMs = 180_000; // thousands of vehicles, on a machine that does much else

export class FleetStack {
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), "dray-fleet-page-"));
  #programs = [];

  // `build`: the folder with bin/ and share/.
  constructor(build) {
    this.build = build;
    this.store = new CannedStore({ web: path.join(build, "share/dray/web"), map: path.join(build, "share/dray/chicago") });
    this.store.broker = new Drayd(this);
  }

  // Returns when all vehicles are connected; or throws, and nothing of it runs any more.
  async start(vehicles, fleetOptions = []) {
    try {
      await this.#startAll(vehicles, fleetOptions);
    } catch (error) {
      await this.stop();
      throw error;
    }
    return this;
  }

  async #startAll(vehicles, fleetOptions) {
    await this.store.start();
    const broker = ["--broker", `mqtt://127.0.0.1:${this.store.broker.tcpPort}`];
    const isReady = (line) => line.startsWith("ready");
    await this.run("dray-tracking", [...broker, "--data-dir", path.join(this.#folder, "services"), "--consume", "queue"], isReady);
    const all = (line) => line.startsWith("{") && JSON.parse(line).connected >= vehicles;
    await this.run("dray-fleet", [...broker, "--vehicles", vehicles, "--seed", 7, "--json", ...fleetOptions], all);
    this.client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.store.broker.tcpPort}`, { protocolVersion: 5 });
    this.client.on("message", (topic, payload) => this.#award(topic, payload));
    await this.client.subscribeAsync("order/bid/+/+/+", { qos: 1 });
  }

  async offer(order, zip, epoch = 1) {
    const header = headerOf(order);
    const offer = { header, epoch, zip, pickUp: kWarehouse, dropOff: kHome, expiresAtMs: String(Date.now() + 60_000) };
    await this.client.publishAsync(`order/ship/${zip}/${order}`, encode("ShipmentOffer", offer), { qos: 1 });
  }

  async stop() {
    await this.client?.endAsync(true);
    for (const program of this.#programs.toReversed()) await program.stop();
    await this.store.stop();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  // -> the line by which it said that it is ready.
  async run(name, options, isReady) {
    const program = new Program(path.join(this.build, "bin", name), options.map(String));
    this.#programs.push(program);
    return program.says(isReady);
  }

  async runBroker() {
    const options = ["--config", kBrokerConfig, "--mqtt", "127.0.0.1:0", "--ws", "127.0.0.1:0"];
    const line = await this.run("drayd", [...options, "--data-dir", path.join(this.#folder, "broker")], (line) => line.startsWith("ready"));
    return Object.fromEntries([...line.matchAll(/(mqtt|ws)=\S+:(\d+)/g)].map(([, kind, port]) => [kind, Number(port)]));
  }

  // The first bid wins.
  #awarded = new Set();
  #award(topic, payload) {
    const [, , , order, vehicleId] = topic.split("/");
    const { epoch, bidId } = decode("Bid", payload);
    if (this.#awarded.has(`${order}/${epoch}`)) return;
    this.#awarded.add(`${order}/${epoch}`);
    const award = { header: headerOf(order), epoch, vehicleId, bidId, pickUp: kWarehouse, dropOff: kHome };
    void this.client.publishAsync(`order/award/${order}`, encode("Award", award), { qos: 1 });
    const command = encode("VehicleCommand", { header: award.header, deliver: award });
    void this.client.publishAsync(`vehicle/${vehicleId}/command`, command, { qos: 1 });
  }
}

// As the canned store wants its broker.
class Drayd {
  constructor(stack) {
    this.stack = stack;
  }
  async start() {
    const { mqtt: tcpPort, ws: wsPort } = await this.stack.runBroker();
    Object.assign(this, { tcpPort, wsPort });
  }
  // With all other programs.
  async remove() {}
}

// It dies with this process, however that ends.
class Program {
  #output = "";

  constructor(file, options) {
    this.file = file;
    this.child = spawn("setpriv", ["--pdeathsig", "KILL", file, ...options], { stdio: ["ignore", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.stderr.on("data", (text) => (this.#output += text));
    this.lines = readline.createInterface({ input: this.child.stdout });
  }

  says(isWanted) {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${this.file} ${why}: ${this.#output}`));
      const timer = setTimeout(() => fail("does not become ready"), kStartDeadlineMs);
      this.child.once("error", (error) => fail(error.message));
      this.lines.on("line", (line) => {
        if (!isWanted(line)) return;
        clearTimeout(timer);
        resolve(line);
      });
      void this.ended.then((code) => {
        clearTimeout(timer);
        fail(`ended with ${code}`);
      });
    });
  }

  async stop() {
    this.child.kill("SIGTERM");
    await this.ended;
  }
}

function headerOf(orderId) {
  return { orderId, eventId: crypto.randomUUID(), occurredAtMs: String(Date.now()), source: "test" };
}
