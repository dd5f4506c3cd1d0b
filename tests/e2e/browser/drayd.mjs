// A drayd on free ports, with the demo's queues and streams, that forgets everything when it ends.
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const kConfig = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../services/demo/broker.toml");
const kStartDeadlineMs = 60_000;

export class Drayd {
  async start() {
    const options = ["--config", kConfig, "--mqtt", "127.0.0.1:0", "--ws", "127.0.0.1:0"];
    this.process = spawn(path.join(process.env.DRAY_BIN, "drayd"), options, { stdio: ["ignore", "pipe", "ignore"] });
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
    const [, mqtt, ws] = /^ready mqtt=\S+:(\d+) ws=\S+:(\d+)/.exec(await this.#firstLine());
    Object.assign(this, { tcpPort: Number(mqtt), wsPort: Number(ws) });
    return this;
  }

  async remove() {
    this.process.kill("SIGTERM");
    await this.ended;
  }

  #firstLine() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("drayd does not start")), kStartDeadlineMs);
      const give = (answer, value) => {
        clearTimeout(timer);
        answer(value);
      };
      readline.createInterface({ input: this.process.stdout }).once("line", (line) => give(resolve, line));
      this.process.once("error", (error) => give(reject, error));
      void this.ended.then((code) => give(reject, new Error(`drayd ended with ${code}`)));
    });
  }
}
