// The same transcripts in Chromium, where MQTT.js speaks through the browser's own WebSocket: ws and wss, both versions.
import assert from "node:assert/strict";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

import { launch, openPage } from "../../e2e/browser/chromium.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const { DRAY_TEST_WS, DRAY_TEST_WSS = "", DRAY_TEST_PEER } = process.env;

async function bundle() {
  const built = await esbuild.build({
    entryPoints: [path.join(here, "clients.test.mjs")],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    logLevel: "error",
    alias: {
      "node:test": path.join(here, "browser/node-test.mjs"),
      "node:assert/strict": path.join(here, "browser/node-assert.mjs"),
    },
    inject: [path.join(here, "browser/globals.mjs")],
    define: {
      global: "globalThis",
      "process.env": JSON.stringify({ DRAY_TEST_WS, DRAY_TEST_WSS, DRAY_TEST_PEER }),
      "process.pid": String(process.pid),
    },
  });
  return built.outputFiles[0].text;
}

let server, browser, page;

before(async () => {
  const script = await bundle();
  server = http.createServer((request, response) => {
    const isScript = request.url === "/tests.js";
    response.setHeader("content-type", isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8");
    response.end(isScript ? script : '<!doctype html><link rel="icon" href="data:,"><script src="/tests.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await launch();
  // The certificate is the tests' own; that clients check it is the business of the tests in Node.
  ({ page } = await openPage(browser, { ignoreHTTPSErrors: true }));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
});

after(async () => {
  await browser?.close();
  server?.close();
});

test("MQTT.js in a browser", async (suite) => {
  const names = await page.evaluate(() => globalThis.draytests.names());
  assert.ok(names.length > 20, `${names.length} transcripts were found`);
  for (const [index, name] of names.entries()) {
    await suite.test(name, async () => {
      assert.equal(await page.evaluate((which) => globalThis.draytests.run(which), index), undefined);
    });
  }
});
