// The operator's console with a real drayd: what each view shows, and what an operator does there.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { seriousFaults } from "./accessibility.mjs";
import { launch, openPage } from "./chromium.mjs";
import { tabTo } from "./keyboard.mjs";
import { until } from "./until.mjs";
import { overhang } from "./look.mjs";
import { OperatedBroker, kToken } from "./operated-broker.mjs";

const kTimeout = { timeout: 240_000 };
const kPhone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
// Every view with its title and what is there when it has its answer.
const kViews = [
  ["overview", "Overview", ".tiles dd"],
  ["clients", "Clients and sessions", "tbody tr"],
  ["clients/v-0042", "v-0042", "tbody tr"],
  ["subscriptions", "Subscriptions", "tbody tr"],
  ["slow", "Slow consumers", "thead th"],
  ["queues", "Queues", "tbody tr"],
  ["queues/jobs.dead", "jobs.dead", ".messages li"],
  ["dead-letters", "Dead letters", "tbody tr"],
  ["streams", "Streams", "tbody tr"],
  ["retained", "Retained messages", ".messages li"],
  ["topics", "Topics", ".note"],
  ["books", "Books", "tbody tr"],
  ["try", "Try it", "fieldset"],
];

describe("the operator's console", () => {
  let browser;
  let broker;
  let opened;

  before(async () => {
    browser = await launch();
    broker = await new OperatedBroker(process.env.DRAYD).start();
    await broker.fill();
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
    broker?.remove();
  });
  afterEach(async () => opened?.page.context().close());

  async function visit(view, options = {}) {
    opened = await openPage(browser, options);
    await opened.page.goto(`${broker.url}#/${view}`);
    return opened.page;
  }
  async function look(page, [view, title, content]) {
    await page.goto(`${broker.url}#/${view}`);
    await page.getByRole("heading", { name: title, level: 1, exact: true }).waitFor();
    await page.locator(content).first().waitFor();
  }
  // The row of a table that the text of its first cell names.
  const row = (page, name) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  async function cells(page, name) {
    await row(page, name).waitFor();
    return (await row(page, name).getByRole("cell").allTextContents()).join("|");
  }

  test("every view shows what is there, and nothing complains", kTimeout, async () => {
    const page = await visit("overview");
    await page.getByText("jobs.dead has 2 dead letters.").waitFor();
    await page.getByText("Queue mail holds 3 messages", { exact: false }).waitFor();
    await page.locator("#connection", { hasText: "live" }).waitFor();
    const go = (name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name, exact: true }).click();

    await go("Clients");
    assert.match(await cells(page, "v-0042"), /connected .*127\.0\.0\.1:\d+\|5\.0\|2\|/);
    assert.match(await cells(page, "v-away"), /away, ends in /);
    await page.getByLabel("Client id contains").fill("away");
    await row(page, "v-0042").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "v-away" }).click();
    await page.getByRole("heading", { name: "v-away", level: 1 }).waitFor();
    await row(page, "news/#").waitFor();

    await go("Subscriptions");
    assert.match(await cells(page, "vehicle/v-0042/#"), /^1\|.*\|v-0042$/);
    await go("Queues");
    // Depth, the oldest, in and out a second.
    assert.match(await cells(page, "mail"), /^alert\|3\|\d[^|]*\|(0|…)\|(0|…)\|0\|/);
    await go("Dead letters");
    await row(page, "jobs.dead").waitFor();
    assert.equal(await row(page, "mail").count(), 0);
    await go("Streams");
    await row(page, "events").waitFor();
    assert.match(await cells(page, "v-0042"), /^events\|all\|/);

    await go("Retained");
    await page.getByLabel("Topic filter").fill("site/config");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("1 message", { exact: true }).waitFor();
    await page.getByText("site/config").click();
    await page.getByText('"zone": "centre"').waitFor();

    await go("Topics");
    await page.getByText("Counted for", { exact: false }).waitFor();
    await broker.publisher.publishAsync("vehicle/v-0042/location", "here", { qos: 1 });
    await page.getByRole("link", { name: "vehicle/", exact: true }).click();
    await page.getByRole("link", { name: "v-0042/", exact: true }).click();
    assert.match(await cells(page, "location"), /\|1\|4 B$/);

    await go("Books");
    await page.getByText("The books balance.").waitFor();
    assert.match(await cells(page, "news"), /yes$/);
    assert.deepEqual(opened.complaints, []);
    const hosts = [broker.address.admin, broker.address.ws];
    assert.deepEqual(opened.requests.filter((url) => !hosts.includes(new URL(url).host)), [], "nobody else is asked");
  });

  // What the pages that are open watch, without the root.
  async function watched() {
    const answer = await fetch(`${broker.url}api/v1/subscriptions?part=${encodeURIComponent("$dray/watch/")}`);
    return (await answer.json()).subscriptions.map(({ filter }) => filter.slice("$dray/watch/".length)).sort();
  }

  test("what is shown is live: a change appears, and nothing is asked for it", kTimeout, async () => {
    const page = await visit("overview");
    await page.locator("#connection", { hasText: "live" }).waitFor();
    assert.deepEqual(await watched(), ["queues", "sessions?state=behind&count=1000", "status"]);
    const asked = () => opened.requests.filter((url) => url.startsWith("http") && new URL(url).pathname.startsWith("/api/")).length;
    const before = asked();
    const paths = {
      clients: ["sessions?count=100&part=&state=any"],
      subscriptions: ["subscriptions?count=100&part="],
      slow: ["sessions?state=behind&count=1000"],
      queues: ["queues"],
      "dead-letters": ["queues"],
      streams: ["streams"],
      topics: ["topics?count=500"],
      books: ["books"],
      "clients/v-0042": ["sessions/v-0042", "sessions/v-0042/subscriptions?count=100&part="],
    };
    for (const [view, , content] of kViews.filter(([view]) => view in paths)) {
      await page.evaluate((hash) => (location.hash = hash), `#/${view}`);
      await page.locator(content).first().waitFor();
      await until(async () => assert.deepEqual(await watched(), paths[view], view));
    }

    await page.evaluate(() => (location.hash = "#/clients"));
    await row(page, "v-0042").waitFor();
    const guest = await broker.connect("v-guest");
    await row(page, "v-guest").waitFor();
    await guest.endAsync();
    await row(page, "v-guest").waitFor({ state: "detached" });
    await page.evaluate(() => (location.hash = "#/streams"));
    await row(page, "events").waitFor();
    const held = async () => Number((await cells(page, "events")).split("|")[0]);
    const messages = await held();
    await broker.publisher.publishAsync("order/placed/8", "one more", { qos: 1 });
    await until(async () => assert.equal(await held(), messages + 1));
    assert.equal(asked(), before, "nothing was asked by HTTP");

    // Nobody sees it: nothing is watched.
    const hide = (isHidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, isHidden);
    await hide(true);
    await until(async () => assert.deepEqual(await watched(), []));
    await hide(false);
    await until(async () => assert.deepEqual(await watched(), ["streams"]));
    assert.equal(asked(), before, "nothing was asked by HTTP");
    assert.deepEqual(opened.complaints, []);
  });

  test("by keyboard alone a dead letter is looked into and sent back; it is seen where one is", kTimeout, async () => {
    const page = await visit("overview");
    const press = async (target, key = "Enter") => {
      await tabTo(page, target);
      await page.keyboard.press(key);
    };
    // The way on begins at its title, which has the focus once it is there.
    const arriveAt = (title) => page.getByRole("heading", { name: title, level: 1, exact: true }).waitFor();
    await page.locator(".tiles dd").first().waitFor();
    await press(page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Dead letters" }));
    await arriveAt("Dead letters");
    await press(page.getByRole("link", { name: "jobs.dead" }));
    await arriveAt("jobs.dead");
    await page.getByText("expired", { exact: true }).first().waitFor();
    await press(page.locator("summary", { hasText: "job/b" }), "Space");
    await page.getByText("Payload: plant.Job").waitFor();
    await page.getByText('"order": "order-7"').waitFor();
    await page.getByText("dead-letter-queue").waitFor();

    await tabTo(page, page.getByRole("button", { name: "Purge", exact: true }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await tabTo(page, page.getByRole("button", { name: "Redrive", exact: true }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await press(page.getByRole("dialog").getByRole("button", { name: "Redrive" }));
    await page.getByText("2 messages of jobs.dead: on the way back").waitFor();
    assert.deepEqual(opened.complaints, []);
  });

  test("a queue is emptied once the operator has said so twice", kTimeout, async () => {
    const page = await visit("queues/mail");
    await page.getByRole("button", { name: "Purge", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.locator("summary", { hasText: "mail/1" }).waitFor();
    await page.getByRole("button", { name: "Purge", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
    await page.getByText("3 messages of mail: thrown away").waitFor();
    await page.getByText("There are none.").waitFor();
    assert.deepEqual(opened.complaints, []);
  });

  test("a client is disconnected, and its session ended", kTimeout, async () => {
    const kicked = await broker.connect("v-kicked", { reconnectPeriod: 0, properties: { sessionExpiryInterval: 3600 } });
    const page = await visit("clients/v-kicked");
    await page.getByText("connected", { exact: false }).first().waitFor();
    const closed = new Promise((resolve) => kicked.once("close", resolve));
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await closed;
    await page.getByText("away, ends in", { exact: false }).waitFor();
    await page.getByRole("button", { name: "End session" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End session" }).click();
    await page.getByRole("heading", { name: "Clients and sessions" }).waitFor();
    await row(page, "v-0042").waitFor();
    assert.equal(await row(page, "v-kicked").count(), 0);
    // The page may have asked for the session in the moment when it was gone already.
    assert.deepEqual(opened.complaints.filter((text) => !text.includes("404")), []);
  });

  test("slow consumers are listed, the slowest first", kTimeout, async () => {
    for (const [name, bytes] of [["v-slow", 100], ["v-slowest", 100_000], ["v-slower", 50_000]]) {
      const client = await broker.connect(name, { properties: { receiveMaximum: 1 } });
      client.handleMessage = () => undefined; // never acknowledged
      await client.subscribeAsync(`slow/${name}`, { qos: 1 });
      for (let sent = 0; sent < 3; sent++) await broker.publisher.publishAsync(`slow/${name}`, Buffer.alloc(bytes), { qos: 1 });
    }
    const page = await visit("slow");
    await page.getByText("3 clients, the slowest first.").waitFor();
    assert.deepEqual(await page.locator("tbody th").allTextContents(), ["v-slowest", "v-slower", "v-slow"]);
    assert.match(await cells(page, "v-slowest"), /^\d.*\|2\|.*\|1 of 1\|/);
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Overview" }).click();
    const concerns = page.locator(".concerns li", { hasText: "is slow" });
    await concerns.nth(1).waitFor();
    assert.deepEqual((await concerns.allTextContents()).map((text) => text.split(" ")[0]), ["v-slowest", "v-slower"]);
    for (const client of broker.clients.splice(-3)) await client.endAsync(true);
    assert.deepEqual(opened.complaints, []);
  });

  test("one can publish and subscribe from the page", kTimeout, async () => {
    const page = await visit("try");
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("Connected as console-", { exact: false }).waitFor();
    await page.getByLabel("Topic filter").fill("tried/#");
    await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    await page.getByText("Subscribed to tried/#.").waitFor();
    await page.getByLabel("Topic", { exact: true }).fill("tried/once");
    await page.getByLabel("Payload").fill('{"tried": true}');
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.locator("summary", { hasText: "tried/once" }).click();
    await page.getByText('"tried": true').waitFor();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("Not connected.").waitFor();
    assert.deepEqual(opened.complaints, []);
  });

  test("by day no view has a serious fault of accessibility", kTimeout, async () => {
    const page = await visit("overview");
    for (const view of kViews) {
      await look(page, view);
      assert.deepEqual(await seriousFaults(page), [], view[0]);
    }
  });

  test("on a phone, by night, nothing is wider than the screen, and nobody is shut out", kTimeout, async () => {
    const page = await visit("overview", { ...kPhone, colorScheme: "dark" });
    for (const view of kViews) {
      await look(page, view);
      assert.equal(await overhang(page), 0, view[0]);
      assert.deepEqual(await seriousFaults(page), [], view[0]);
    }
    assert.deepEqual(opened.complaints, []);
  });

  // Last: they take the broker down.
  test("a broker that goes away and comes back is told of", kTimeout, async () => {
    const page = await visit("overview");
    await page.locator("#connection", { hasText: "live" }).waitFor();
    await broker.stop();
    await page.locator("#connection", { hasText: "the broker does not answer; trying again" }).waitFor();
    await broker.start();
    await page.locator("#connection", { hasText: /^live$/ }).waitFor();
    await page.locator(".tiles dd", { hasText: /^\d+(\.\d)? s · 2 shards$/ }).waitFor();
  });

  test("without a WebSocket listener it asks, and says so", kTimeout, async () => {
    await broker.stop();
    await broker.start({ withWebSocket: false });
    const page = await visit("clients", kPhone);
    await page.locator("#connection", { hasText: "asking every 2 s: listeners.ws is not set" }).waitFor();
    await row(page, "v-away").waitFor();
    const guest = await broker.connect("v-guest");
    await row(page, "v-guest").waitFor();
    await guest.endAsync();
    assert.equal(await overhang(page), 0);
    assert.deepEqual(await seriousFaults(page), []);
    assert.deepEqual(opened.complaints, []);
  });

  test("with a token, only who has it gets in", kTimeout, async () => {
    await broker.stop();
    await broker.start({ withToken: true });
    const page = await visit("books");
    await page.getByLabel("Token").fill("a wrong one");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The broker does not accept this token.").waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.getByLabel("Token").fill(kToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The books balance.").waitFor();
    await page.locator("#connection", { hasText: "asking every 2 s: only operators may watch" }).waitFor();
    await page.reload();
    await page.getByText("The books balance.").waitFor();
    await page.goto("about:blank");
    await page.goto(`${broker.url}#token=${encodeURIComponent(kToken)}`);
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    assert.ok(!page.url().includes("token"), "a link's token does not stay in the address");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token").waitFor();
    await page.reload();
    await page.getByLabel("Token").waitFor();

    // Where the broker signs one for the console, it is live.
    await broker.stop();
    await broker.start({ withToken: true, withUser: true });
    await page.getByLabel("Token").fill(kToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("#connection", { hasText: /^live$/ }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token").waitFor();
    assert.equal(await page.locator("#connection").textContent(), "");
    assert.deepEqual(opened.complaints, []);
  });
});
