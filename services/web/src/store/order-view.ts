// One order as the customer sees it: a headline, how long it still takes, the steps behind and ahead.
import type { Product } from "../api";
import { CancelButton } from "./cancel-button";
import { element } from "../dom";
import type { Tracking } from "./events";
import { eta, money, timeOfDay } from "../format";
import { type Order, type Step, isOnTheRoad, isOver, kSteps } from "./order";

const kStepTexts: Record<Step, string> = {
  processing: "Order received",
  reserved: "Beer set aside",
  paid: "Card charged",
  packed: "Packed",
  shipped: "Offered to vehicles nearby",
  awarded: "A vehicle is yours",
  picked_up: "On board",
  delivered: "Delivered",
};

// Of a UUID the beginning is enough to tell it from others.
const kIdShown = 8;
const kCancelled = "This order was cancelled";

export class OrderView {
  readonly root = element("article", { class: "order-view" });
  private readonly headline = element("h1", { "aria-live": "polite" });
  private readonly detail = element("p", { class: "detail" });
  private readonly eta = element("p", { class: "eta", hidden: true });
  private readonly steps = element("ol", { class: "steps", "aria-label": "What happened so far" });
  private readonly items = element("ul", { class: "items" });
  private readonly again = element("a", { class: "again", href: "/" }, "Order something else");

  private readonly cancel: CancelButton;

  constructor(
    id: string,
    private readonly nameOf: (sku: string) => Product | undefined,
    cancel: () => Promise<void>,
  ) {
    this.cancel = new CancelButton(cancel);
    this.root.append(
      element("p", { class: "order-id" }, "Order ", element("code", { title: id }, id.slice(0, kIdShown))),
      this.headline,
      this.detail,
      this.eta,
      this.steps,
      this.items,
      element("footer", {}, this.again, this.cancel.root),
    );
  }

  show(order: Order, tracking: Tracking | null): void {
    this.root.dataset["status"] = order.status;
    const text = headline(order, tracking);
    // Set only when it changes: the line is read out.
    if (this.headline.textContent !== text) this.headline.textContent = text;
    this.detail.textContent = detail(order, tracking);
    this.showEta(order, tracking);
    this.steps.replaceChildren(...kSteps.map((step) => stepLine(order, step)), ...endLine(order));
    this.items.replaceChildren(...this.itemLines(order));
    this.cancel.root.hidden = isOver(order.status);
    document.title = `${text} · Dray`;
  }

  private showEta(order: Order, tracking: Tracking | null): void {
    const isOnTheWay = isOnTheRoad(order.status) && tracking !== null;
    this.eta.hidden = !isOnTheWay;
    if (isOnTheWay) this.eta.replaceChildren(element("strong", {}, eta(tracking.etaSeconds)), " to your door");
  }

  private itemLines(order: Order): HTMLElement[] {
    const lines = order.items.map(({ sku, quantity }) =>
      element("li", {}, `${quantity} × ${this.nameOf(sku)?.name ?? sku}`),
    );
    if (order.totalCents > 0) lines.push(element("li", { class: "total" }, `Total ${money(order.totalCents)}`));
    return lines;
  }
}

function headline(order: Order, tracking: Tracking | null): string {
  switch (order.status) {
    case "processing":
      return order.reason ? "This order cannot go on" : "Your order is being processed";
    case "reserved":
      return order.reason ? "Your card was declined" : "Your beer is set aside";
    case "paid":
      return "Paid. Being packed";
    case "packed":
      return "Packed. Looking for a vehicle";
    case "shipped":
      return "Asking the vehicles near you";
    case "awarded":
      if (!order.vehicle) return "Finding you another vehicle";
      return tracking?.leg === "to_customer" ? wayHeadline(tracking) : "Picking up your beer";
    case "picked_up":
      return order.vehicle ? wayHeadline(tracking) : "Finding you another vehicle";
    case "delivered":
      return "Delivered. Cheers!";
    case "cancelled":
    case "dead_lettered":
      return endHeadline(order.reason);
  }
}

function wayHeadline(tracking: Tracking | null): string {
  if (tracking?.zone === "at_the_door") return "At your door";
  return tracking?.zone === "arriving" ? "Arriving" : "On the way to you";
}

function endHeadline(reason: string): string {
  if (/declin|card/i.test(reason)) return "Your card was declined";
  if (/stock|sold out|not enough/i.test(reason)) return "That is out of stock";
  if (/vehicle/i.test(reason)) return "No vehicle was free";
  return kCancelled;
}

function detail(order: Order, tracking: Tracking | null): string {
  if (order.status === "cancelled" || order.status === "dead_lettered") {
    return endDetail(order);
  }
  if (order.reason && !isOver(order.status)) return sentence(order.reason);
  if (order.status === "delivered") return order.vehicle ? `${order.vehicle} brought it.` : "";
  if (!isOnTheRoad(order.status)) return "You may close this page and come back: its address leads to your order.";
  if (!order.vehicle) return "The first one had to give up.";
  return tracking ? `${order.vehicle}, ${Math.round(tracking.speedMps * 2.23694)} mph` : `${order.vehicle} has taken it.`;
}

function endDetail(order: Order): string {
  const isKnown = endHeadline(order.reason) !== kCancelled;
  const reason = isKnown ? "" : sentence(order.reason);
  const money = order.reachedAt.paid ? "Your money goes back to your card." : "Nothing was taken from your card.";
  return `${reason} ${money}`.trim();
}

function sentence(text: string): string {
  if (!text) return "";
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

function stepLine(order: Order, step: Step): HTMLElement {
  const reached = order.reachedAt[step];
  const current = kSteps.indexOf(order.status as Step);
  const isDone = kSteps.indexOf(step) <= current || reached !== undefined;
  const isCut = current < 0 && !isDone;
  return element(
    "li",
    { "data-state": isDone ? "done" : isCut ? "cut" : "ahead", "data-step": step },
    element("span", { class: "text" }, kStepTexts[step]),
    element("time", {}, reached === undefined ? "" : timeOfDay(reached)),
  );
}

function endLine(order: Order): HTMLElement[] {
  if (order.status !== "cancelled" && order.status !== "dead_lettered") return [];
  const at = order.reachedAt[order.status];
  return [
    element(
      "li",
      { "data-state": "failed" },
      element("span", { class: "text" }, order.status === "cancelled" ? "Cancelled" : "Set aside for a person to look at"),
      element("time", {}, at === undefined ? "" : timeOfDay(at)),
    ),
  ];
}
