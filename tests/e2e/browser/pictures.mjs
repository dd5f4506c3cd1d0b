// Pictures of every page, light and dark, on a desktop and on a phone, made out of a running demo of its own; of the console
// what the README shows, its other views are console-screenshots.mjs's:
//   node tests/e2e/browser/pictures.mjs FOLDER        (make pictures)
import fs from "node:fs";
import path from "node:path";

import { launch, openPage } from "./chromium.mjs";
import { Demo } from "./demo.mjs";

const kDesktop = { viewport: { width: 1280, height: 800 } };
const kPhone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const kLooks = ["light", "dark"].flatMap((colorScheme) => [
  { name: `desktop-${colorScheme}`, options: { ...kDesktop, colorScheme } },
  { name: `phone-${colorScheme}`, options: { ...kPhone, colorScheme } },
]);
// For the map to be drawn and the vehicle to have come some way: nobody tests these pictures, a person looks at them.
const kDrawMs = 3_000;
const kRideMs = 12_000;
const kDeliveryMs = 300_000;
const kRatesMs = 8_000; // the console asks every two seconds, and a rate takes two answers
const kDeclinedCard = "4000 0000 0000 0002";

const folder = process.argv[2];
if (!folder) {
  console.error("pictures: say into which folder");
  process.exit(2);
}
fs.mkdirSync(folder, { recursive: true });
const demo = await new Demo().start({ DEMO_SPEED: process.env.DEMO_SPEED ?? "10", DEMO_ORDERS_PER_MINUTE: "30" });
const browser = await launch();
try {
  await takeAll();
} finally {
  await browser.close();
  await demo.stop();
  demo.remove();
}

async function takeAll() {
  const { url, fleet, console: operators } = demo.status();
  const declined = await order(url, kDeclinedCard);
  const cancelled = await order(url);
  await cancelled.page.getByRole("button", { name: "Cancel order" }).click();
  await cancelled.page.getByRole("button", { name: "Yes, cancel it" }).click();
  const delivered = await order(url);
  await shoot("store", url, async (page) => {
    await page.getByRole("button", { name: /One Brown Porter.* more/ }).click();
  });
  await shoot("declined", declined.url);
  await delivered.page.getByRole("heading", { level: 1, name: /On the way|Arriving|At your door|Delivered/ }).waitFor();
  await shoot("fleet", fleet, (page) => page.getByRole("heading", { name: /^[1-9]\d* vehicles/ }).waitFor());
  await shoot("fleet-sign-in", fleet.split("#")[0]);
  await shoot("console-overview", operators, () => pause(kRatesMs));
  await shoot("console-try", operators, tryIt);
  await delivered.page.getByRole("heading", { level: 1, name: "Delivered. Cheers!" }).waitFor();
  await shoot("saga", `${url}saga.html?order=${delivered.id}`);
  await shoot("saga-cancelled", `${url}saga.html?order=${cancelled.id}`);
  await shootRide(url);
}

// All four look on while one vehicle drives.
async function shootRide(url) {
  const ride = await order(url);
  const known = await ride.page.context().storageState();
  const watchers = await Promise.all(kLooks.map(({ options }) => openPage(browser, options)));
  for (const { page } of watchers) await page.goto(ride.url);
  await ride.page.getByRole("heading", { level: 1, name: "On the way to you" }).waitFor();
  await pause(kRideMs);
  for (const [index, { page }] of watchers.entries()) await save(page, "order", kLooks[index].name);
  for (const { page } of watchers) await page.context().close();
  await shoot("past-orders", `${url}?orders`, async () => undefined, { storageState: known });
}

// -> a desktop's page that follows it, and where it is.
async function order(url, card = "") {
  const { page } = await openPage(browser, kDesktop);
  page.setDefaultTimeout(kDeliveryMs);
  await page.goto(url);
  if (card) await page.getByLabel("Card").fill(card);
  await page.getByRole("button", { name: /Order for/ }).click();
  await page.locator("article.order-view").waitFor();
  return { page, url: page.url(), id: new URL(page.url()).searchParams.get("order") };
}

async function shoot(name, url, prepare = async () => undefined, more = {}) {
  await Promise.all(
    kLooks.map(async (look) => {
      const { page } = await openPage(browser, { ...look.options, ...more });
      page.setDefaultTimeout(kDeliveryMs);
      await page.goto(url);
      await prepare(page);
      await pause(kDrawMs);
      await save(page, name, look.name);
      await page.context().close();
    }),
  );
}

async function tryIt(page) {
  await page.getByRole("link", { name: "Try it" }).click();
  await page.getByPlaceholder(/by a token/).waitFor();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByLabel("Topic filter").fill("order/award/+");
  await page.getByRole("button", { name: "Subscribe", exact: true }).click();
  await page.locator("summary", { hasText: "order/award/" }).first().click();
}

async function save(page, name, look) {
  const file = path.join(folder, `${name}-${look}.png`);
  await page.screenshot({ path: file });
  console.log(file);
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
