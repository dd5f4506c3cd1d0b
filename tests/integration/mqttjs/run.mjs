// Starts a broker on free ports, runs the tests of this folder against it, stops it.
//   node run.mjs mosquitto
//   node run.mjs FILE [argument...]      drayd, or what prints the same ready line
//   node run.mjs                         the broker at DRAY_TEST_TCP, DRAY_TEST_WS and, if they are set,
//                                        DRAY_TEST_TLS and DRAY_TEST_WSS (mqtt://..., ws://host:port, mqtts://..., wss://...)
// Its certificate is made anew each time; the tests trust it by NODE_EXTRA_CA_CERTS.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { Mosquitto, freePort } from "../../../services/web/dev/mosquitto.mjs";

const kStartDeadlineMs = 60_000;
const [program, ...argv] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "dray-mqttjs-"));
const [certificate, key] = ["certificate.pem", "key.pem"].map((name) => path.join(folder, name));
makeCertificate();
const broker = await start();
const code = await runTests(broker);
await broker.stop();
fs.rmSync(folder, { recursive: true, force: true });
process.exit(code);

function makeCertificate() {
  const what = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost";
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", [...what.split(" "), ...names, "-out", certificate, "-keyout", key], { stdio: "pipe" });
}

async function start() {
  if (!program) {
    const { DRAY_TEST_TCP: tcp, DRAY_TEST_WS: ws, DRAY_TEST_TLS: tls = "", DRAY_TEST_WSS: wss = "" } = process.env;
    if (!tcp || !ws) throw new Error("name a broker, or set DRAY_TEST_TCP and DRAY_TEST_WS");
    return { tcp, ws, tls, wss, stop: async () => undefined };
  }
  if (program !== "mosquitto") return startDrayd();
  const files = `certfile ${certificate}\nkeyfile ${key}\n`;
  const [tlsPort, wssPort] = [await freePort(), await freePort()];
  const secure = `listener ${tlsPort} 127.0.0.1\n${files}listener ${wssPort} 127.0.0.1\nprotocol websockets\n${files}`;
  const mosquitto = await new Mosquitto(`user root\n${secure}`).start();
  return {
    tcp: `mqtt://127.0.0.1:${mosquitto.tcpPort}`,
    ws: `ws://127.0.0.1:${mosquitto.wsPort}`,
    tls: `mqtts://127.0.0.1:${tlsPort}`,
    wss: `wss://127.0.0.1:${wssPort}`,
    stop: () => mosquitto.remove(),
  };
}

async function startDrayd() {
  const listeners = ["--mqtt", "--ws", "--mqtts", "--wss"].flatMap((option) => [option, "127.0.0.1:0"]);
  const child = spawn(program, [...listeners, "--cert", certificate, "--key", key, ...argv], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ready = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    createInterface(child.stdout).on("line", (line) => {
      const match = /^ready mqtt=(\S+) ws=(\S+) mqtts=(\S+) wss=(\S+)/.exec(line);
      if (!match) return;
      const [, tcp, ws, tls, wss] = match;
      resolve({ tcp: `mqtt://${tcp}`, ws: `ws://${ws}`, tls: `mqtts://${tls}`, wss: `wss://${wss}` });
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

function runTests({ tcp, ws, tls, wss }) {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const files = ["clients.test.mjs", "websocket.test.mjs", "browser.test.mjs"].map((name) => path.join(here, name));
  const child = spawn(process.execPath, ["--test", ...files], {
    env: {
      ...process.env,
      DRAY_TEST_TCP: tcp,
      DRAY_TEST_WS: ws,
      DRAY_TEST_TLS: tls,
      DRAY_TEST_WSS: wss,
      DRAY_TEST_PEER: path.basename(program ?? ""),
      ...(program && { NODE_EXTRA_CA_CERTS: certificate }),
    },
    stdio: "inherit",
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
}
