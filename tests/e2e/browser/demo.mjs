// The demo stack as `make demo` starts it, on free ports and in a folder of its own.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { isFree } from "../../../services/web/dev/mosquitto.mjs";

const kRun = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../services/demo/run");
const kStartDeadlineMs = 120_000;
const kPorts = 4;

export class Demo {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "dray-demo-"));
  output = "";

  // settings: DEMO_... variables.
  async start(settings = {}) {
    const env = { ...process.env, DEMO_DIR: this.folder, DEMO_PORT_BASE: String(await freeBase()), ...settings };
    this.process = spawn(kRun, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on("data", (text) => (this.output += text));
    }
    const deadline = Date.now() + kStartDeadlineMs;
    while (this.status().state !== "running") {
      if (this.process.exitCode !== null) throw new Error(`the demo ended: ${this.output}`);
      if (Date.now() > deadline) throw new Error(`the demo does not start: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return this;
  }

  status() {
    try {
      return JSON.parse(fs.readFileSync(path.join(this.folder, "status.json"), "utf8"));
    } catch {
      return {};
    }
  }

  // -> the exit code.
  async stop() {
    this.process?.kill("SIGTERM");
    return this.ended;
  }

  remove() {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

// A port that is free, with those after it.
async function freeBase() {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 1_000) * 10;
    const answers = await Promise.all(Array.from({ length: kPorts }, (_, offset) => isFree(base + offset)));
    if (answers.every(Boolean)) return base;
  }
}
