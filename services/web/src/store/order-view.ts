// One order as the customer sees it: a headline, how long it still takes, the steps behind and ahead.
import type { Item, Product } from "../api";
import { CancelButton } from "./cancel-button";
import { element } from "@web/dom";
import type { Tracking } from "./events";
import { ago, eta, hourAndMinute, money, timeOfDay } from "../format";
import { type Order, type Step, type Zone, hasFailed, isOnTheRoad, isOver, kSteps, kZones } from "./order";
import { detail, headline, remedy, zoneOf } from "./order-words";

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
// Sooner than this is now; sooner than that needs no time of day.
const kNowSeconds = 10;
const kSoonSeconds = 90;
const kZoneTexts: Record<Zone, string> = { arriving: "Almost there", at_the_door: "At your door" };

export class OrderView {
  readonly root = element("article", { class: "order-view" });
  private readonly where = element("span");
  private readonly headline = element("h1", { "aria-live": "polite" });
  private readonly detail = element("p", { class: "detail" });
  private readonly eta = element("p", { class: "eta", hidden: true });
  private readonly steps = element("ol", { class: "steps", "aria-label": "What happened so far" });
  private readonly items = element("ul", { class: "items" });
  private readonly again = element("a", { class: "again", href: "/" });
  private readonly cancel: CancelButton;
  private order: Order | null = null;
  private tracking: Tracking | null = null;
  // Since the vehicle was seen, once that is too long.
  private staleSeconds: number | null = null;

  constructor(
    id: string,
    private readonly nameOf: (sku: string) => Product | undefined,
    cancel: () => Promise<void>,
    // An order that has failed is to be tried again with these.
    retry: (items: Item[]) => void,
  ) {
    this.cancel = new CancelButton(cancel);
    this.again.addEventListener("click", () => {
      if (this.order && hasFailed(this.order)) retry(this.order.items);
    });
    const story = element("a", { href: `/saga.html?order=${encodeURIComponent(id)}` }, "The whole story");
    this.root.append(
      element("p", { class: "order-id" }, "Order ", element("code", { title: id }, id.slice(0, kIdShown)), this.where, " · ", story),
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
    this.order = order;
    this.tracking = tracking;
    this.where.textContent = placeOf(order);
    this.detail.textContent = detail(order, tracking);
    this.showEta(order, tracking);
    this.steps.replaceChildren(...kSteps.flatMap((step) => stepLines(order, step)), ...endLine(order));
    this.items.replaceChildren(...this.itemLines(order));
    this.again.textContent = remedy(order);
    if (isOver(order.status)) this.endCancelling();
    else this.cancel.root.hidden = false;
    document.title = `${text} · Dray`;
  }

  // null: it is seen again.
  stale(seconds: number | null): void {
    this.staleSeconds = seconds;
    if (this.order) this.showEta(this.order, this.tracking);
  }

  private endCancelling(): void {
    if (this.cancel.root.contains(document.activeElement)) this.again.focus();
    this.cancel.root.hidden = true;
  }

  private showEta(order: Order, tracking: Tracking | null): void {
    const isOnTheWay = isOnTheRoad(order.status) && tracking !== null;
    this.eta.hidden = !isOnTheWay;
    if (!isOnTheWay) return;
    this.eta.dataset["zone"] = zoneOf(order, tracking) ?? "";
    this.eta.classList.toggle("stale", this.staleSeconds !== null);
    this.eta.replaceChildren(...etaWords(tracking.etaSeconds, this.staleSeconds));
  }

  private itemLines(order: Order): HTMLElement[] {
    const lines = order.items.map(({ sku, quantity }) =>
      element("li", {}, `${quantity} × ${this.nameOf(sku)?.name ?? sku}`),
    );
    if (order.totalCents > 0) lines.push(element("li", { class: "total" }, `Total ${money(order.totalCents)}`));
    return lines;
  }
}

function placeOf({ address, zip }: Order): string {
  return zip === "" ? "" : ` to ${address === "" ? zip : `${address}, ${zip}`}`;
}

function etaWords(etaSeconds: number, staleSeconds: number | null): (Node | string)[] {
  if (staleSeconds !== null) {
    return [element("strong", {}, eta(etaSeconds)), ` to your door when last seen, ${ago(staleSeconds)} ago`];
  }
  if (etaSeconds < kNowSeconds) return [element("strong", {}, "Arriving now")];
  const arrival = etaSeconds < kSoonSeconds ? "" : `, about ${hourAndMinute(Date.now() + etaSeconds * 1_000)}`;
  return [element("strong", {}, eta(etaSeconds)), ` to your door${arrival}`];
}

// A step, and before the last one how near the vehicle has come.
function stepLines(order: Order, step: Step): HTMLElement[] {
  return step === "delivered" ? [...kZones.flatMap((zone) => zoneLine(order, zone)), stepLine(order, step)] : [stepLine(order, step)];
}

function zoneLine(order: Order, zone: Zone): HTMLElement[] {
  const at = order.nearAt[zone];
  if (at === undefined) return [];
  const text = element("span", { class: "text" }, kZoneTexts[zone]);
  return [element("li", { "data-state": "near", "data-zone": zone }, text, element("time", {}, timeOfDay(at)))];
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
  if (!hasFailed(order)) return [];
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
