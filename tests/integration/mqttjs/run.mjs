// Starts a broker on free ports, runs the tests of this folder against it, stops it.
//   node run.mjs mosquitto
//   node run.mjs FILE [argument...]      drayd, or what prints the same ready line
//   node run.mjs                         the broker at DRAY_TEST_TCP and DRAY_TEST_WS (mqtt://..., ws://host:port)
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { Mosquitto } from "../../../services/web/dev/mosquitto.mjs";

const kStartDeadlineMs = 15_000;
const [program, ...argv] = process.argv.slice(2);
const broker = await start();
const code = await runTests(broker);
await broker.stop();
process.exit(code);

async function start() {
  if (!program) {
    const { DRAY_TEST_TCP: tcp, DRAY_TEST_WS: ws } = process.env;
    if (!tcp || !ws) throw new Error("name a broker, or set DRAY_TEST_TCP and DRAY_TEST_WS");
    return { tcp, ws, stop: async () => undefined };
  }
  if (program !== "mosquitto") return startDrayd();
  const mosquitto = await new Mosquitto().start();
  return {
    tcp: `mqtt://127.0.0.1:${mosquitto.tcpPort}`,
    ws: `ws://127.0.0.1:${mosquitto.wsPort}`,
    stop: () => mosquitto.remove(),
  };
}

async function startDrayd() {
  const child = spawn(program, ["--mqtt", "127.0.0.1:0", "--ws", "127.0.0.1:0", ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ready = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    createInterface(child.stdout).on("line", (line) => {
      const match = /^ready mqtt=(\S+) ws=(\S+)/.exec(line);
      if (match) resolve({ tcp: `mqtt://${match[1]}`, ws: `ws://${match[2]}` });
    });
    setTimeout(() => reject(new Error(`${program} was not ready in time`)), kStartDeadlineMs).unref();
  });
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  try {
    return { ...(await ready), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function runTests({ tcp, ws }) {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  const files = ["clients.test.mjs", "websocket.test.mjs"].map((name) => path.join(folder, name));
  const child = spawn(process.execPath, ["--test", ...files], {
    env: { ...process.env, DRAY_TEST_TCP: tcp, DRAY_TEST_WS: ws, DRAY_TEST_PEER: path.basename(program ?? "") },
    stdio: "inherit",
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
}
