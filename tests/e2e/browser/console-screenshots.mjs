// Every view of the operator's console, light and dark, on a desk and on a phone, as PNG files:
//
//   DRAYD=build/release/bin/drayd node tests/e2e/browser/console-screenshots.mjs FOLDER
import fs from "node:fs";
import path from "node:path";

import { launch, openPage } from "./chromium.mjs";
import { OperatedBroker } from "./operated-broker.mjs";

const kViews = ["overview", "clients", "clients/v-0042", "subscriptions", "slow", "queues", "dead-letters", "queues/jobs.dead", "streams",
  "retained", "topics", "books", "try"];
const kScreens = { desktop: { viewport: { width: 1280, height: 800 } }, phone: { viewport: { width: 390, height: 844 }, isMobile: true } };
const kTrafficMs = 40;
const kSettleMs = 5_000; // two rounds of questions, so that rates are known

const folder = process.argv[2];
if (!folder) throw new Error("usage: console-screenshots.mjs FOLDER");
fs.mkdirSync(folder, { recursive: true });
const broker = await new OperatedBroker(process.env.DRAYD).start();
const browser = await launch();
try {
  await broker.fill();
  let number = 0;
  const traffic = setInterval(() => {
    const topic = `vehicle/v-00${10 + (number % 40)}/${number % 5 ? "location" : "status"}`;
    broker.publisher.publish(number % 3 ? topic : "vehicle/v-0042/location", `{"fix": ${++number}}`);
  }, kTrafficMs);
  for (const [screen, options] of Object.entries(kScreens)) {
    for (const colorScheme of ["light", "dark"]) {
      await Promise.all(kViews.map((view) => take(view, screen, { ...options, colorScheme })));
    }
  }
  clearInterval(traffic);
} finally {
  await browser.close();
  await broker.stop();
  broker.remove();
}

async function take(view, screen, options) {
  const { page } = await openPage(browser, options);
  await page.goto(`${broker.url}#/${view}`);
  await page.waitForTimeout(kSettleMs);
  const first = page.locator("summary").first();
  if (await first.isVisible()) await first.click();
  await page.screenshot({ path: path.join(folder, `${view.replace("/", "-")}-${screen}-${options.colorScheme}.png`) });
  await page.context().close();
}
