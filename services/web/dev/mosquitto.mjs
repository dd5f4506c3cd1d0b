// A mosquitto with a TCP and a WebSocket listener on free ports, which can be stopped and started again there.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const kStartDeadlineMs = 60_000;

export class Mosquitto {
  #process = null;
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), "dray-mosquitto-"));

  // `moreConfig` is appended to its configuration file.
  constructor(moreConfig = "") {
    this.moreConfig = moreConfig;
  }

  async start() {
    this.tcpPort ??= await freePort();
    this.wsPort ??= await freePort();
    const config = path.join(this.#folder, "mosquitto.conf");
    fs.writeFileSync(
      config,
      `allow_anonymous true\nlistener ${this.tcpPort} 127.0.0.1\nlistener ${this.wsPort} 127.0.0.1\nprotocol websockets\n` + this.moreConfig,
    );
    // Debian keeps it where a user's PATH may not look.
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    const child = spawn("mosquitto", ["-c", config], { env, stdio: "ignore" });
    const failed = new Promise((_, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`mosquitto ended with ${code}`)));
    });
    failed.catch(() => undefined);
    this.#process = child;
    await Promise.race([failed, accepts(this.tcpPort), timeout(kStartDeadlineMs, "mosquitto does not start")]);
    await Promise.race([failed, accepts(this.wsPort)]);
    return this;
  }

  async stop() {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }

  async remove() {
    await this.stop();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

// Below those that the system gives to whoever asks: it is still free when a broker comes back to it.
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

export function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

async function accepts(port) {
  while (!(await connects(port))) await new Promise((resolve) => setTimeout(resolve, 30));
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(socket.destroy() && true));
    socket.on("error", () => resolve(false));
  });
}

function timeout(ms, message) {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(message)), ms).unref());
}
