// An order's whole story: who said what, because of what, with what was tried again and what was undone. It is read from
// the broker's log of events, from the time the order was placed, and goes on live:
//
//   $stream/events/@<seconds>/order/+/<order> …     all but the search for a vehicle
//   $stream/fleet/@<seconds>/order/ship/+/<order>   offers and bids
//   order/+/<order> …                               live, where the broker keeps no log
import "./styles/saga.css";

import * as api from "../api";
import type { Bus } from "../bus";
import { byId, element } from "@web/dom";
import type { Notice } from "../notice";
import { type Beginning, begin } from "../page";
import { span } from "../format";
import { Story } from "./story";
import { dispatchFilters, storyEvent, storyFilters } from "./story-events";
import { StoryView } from "./story-view";

// Clocks may differ by so much.
const kEarlierMs = 10_000;
// A broker without streams says nothing at all.
const kSilenceMs = 4_000;
const kNoLog = "This broker keeps no log of events: what happened before you came cannot be told, only what happens from now on.";

class SagaPage {
  private readonly story = new Story();
  private readonly view = new StoryView();
  private readonly bus: Bus;
  private readonly notice: Notice;
  private hasLog = false;
  private frame = 0;

  constructor(
    private readonly order: string,
    { bus, notice }: Beginning,
  ) {
    this.bus = bus;
    this.notice = notice;
    byId("order").replaceChildren(element("a", { href: `/?order=${encodeURIComponent(order)}` }, order));
    byId("story").append(this.view.root);
    this.show();
  }

  async open(): Promise<void> {
    const start = await this.start();
    const hear = (topic: string, payload: Uint8Array, words: Record<string, unknown>): void =>
      this.hear(topic, payload, String(words["stream-offset"] ?? ""));
    const fromLog = (stream: string, filters: string[]): string[] => filters.map((filter) => `$stream/${stream}/${start}/${filter}`);
    this.bus.subscribe([...storyFilters(this.order), ...dispatchFilters(this.order)], hear);
    this.bus.subscribe(fromLog("fleet", dispatchFilters(this.order)), hear);
    this.bus.subscribe(
      fromLog("events", storyFilters(this.order)),
      hear,
      () => window.setTimeout(() => !this.hasLog && this.notice.tell("log", kNoLog), kSilenceMs),
      () => this.notice.tell("log", kNoLog),
    );
  }

  // Where reading begins; without the store's help at the beginning of the log, which takes longer.
  private async start(): Promise<string> {
    try {
      const { history } = await api.order(this.order);
      const placed = Date.parse(history?.[0]?.at ?? "");
      return Number.isFinite(placed) ? `@${Math.floor((placed - kEarlierMs) / 1_000)}` : "earliest";
    } catch {
      return "earliest";
    }
  }

  private hear(topic: string, payload: Uint8Array, offset: string): void {
    const event = storyEvent(topic, payload);
    if (!event) return;
    if (offset !== "" && !this.hasLog) {
      this.hasLog = true;
      this.notice.takeBack("log");
    }
    this.story.hear(event, offset);
    // A replay is one picture, not a hundred.
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.show());
  }

  private show(): void {
    this.frame = 0;
    const lines = this.story.lines();
    this.view.show(lines);
    byId("summary").textContent = summary(lines);
  }
}

function summary(lines: ReturnType<Story["lines"]>): string {
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return "Nothing has been heard of this order yet.";
  const undone = lines.filter(({ role }) => role === "undo").length;
  const retried = lines.filter(({ role }) => role === "retry").length;
  const repeated = lines.filter(({ times }) => times > 1).length;
  const events = lines.reduce((sum, { others }) => sum + 1 + others, 0);
  const parts = [`${events} events in ${span(last.atMs - first.atMs)}`];
  if (retried > 0) parts.push(`${retried} tried again`);
  if (repeated > 0) parts.push(`${repeated} said again`);
  if (undone > 0) parts.push(`${undone} undone`);
  return parts.join(", ");
}

const order = new URLSearchParams(location.search).get("order") ?? "";
// It becomes a level of topic filters.
if (!/^[\w-]+$/.test(order)) byId("summary").textContent = "Whose story? Come here by the link on an order's page.";
else await new SagaPage(order, await begin({ orders: [order], operator: "more" })).open();
