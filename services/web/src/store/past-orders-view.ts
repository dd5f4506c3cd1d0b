// The orders of this device. What is kept here shows at once, also while nobody can be reached; the store then says what
// has become of them, and the broker what still does.
import * as api from "../api";
import type { Bus } from "../bus";
import { element } from "@web/dom";
import { dayAndTime, money } from "../format";
import { heard, orderFilters } from "./events";
import { type Order, isOver, newOrder, withEvent, withRecord } from "./order";
import { headline } from "./order-words";
import { type PastOrder, forget, forgetAll, pastOrders, remember } from "./past-orders";

export interface PastOrdersEvents {
  unreachable(message: string): void;
  reachable(): void;
}

const kRetryMs = 3_000;

export class PastOrdersView {
  readonly root = element("section", { class: "past-orders" });
  private readonly list = element("ul", { "aria-label": "Your orders" });
  private readonly empty = element("p", { class: "detail" }, "Nothing was ordered on this device yet.");
  private readonly footer = element("footer");
  private readonly orders = new Map<string, Order>(pastOrders().map((past) => [past.id, orderOf(past)]));
  private readonly unsubscribes: (() => void)[] = [];
  private timer = 0;
  private isClosed = false;

  constructor(
    private readonly bus: Bus,
    private readonly events: PastOrdersEvents,
    private readonly nameOf: (sku: string) => api.Product | undefined,
  ) {
    const forgetButton = element("button", { type: "button", class: "quiet" }, "Forget them on this device");
    forgetButton.addEventListener("click", () => this.forgetAll());
    this.footer.append(element("a", { class: "again", href: "/" }, "Order something"), forgetButton);
    this.root.append(element("h1", {}, "Your orders"), this.empty, this.list, this.footer);
    this.refresh();
  }

  begin(): void {
    for (const { id, status } of this.orders.values()) {
      if (isOver(status)) continue;
      this.unsubscribes.push(
        this.bus.subscribe(
          orderFilters(id),
          (topic, payload) => this.hear(id, topic, payload),
          () => void this.ask(id).catch(() => this.askAllLater()),
        ),
      );
    }
    void this.askAll();
  }

  close(): void {
    this.isClosed = true;
    window.clearTimeout(this.timer);
    for (const unsubscribe of this.unsubscribes) unsubscribe();
  }

  refresh(): void {
    this.empty.hidden = this.orders.size > 0;
    this.footer.lastElementChild!.toggleAttribute("hidden", this.orders.size === 0);
    this.list.replaceChildren(...[...this.orders.values()].map((order) => this.line(order)));
  }

  private line(order: Order): HTMLElement {
    const things = order.items.map(({ sku, quantity }) => `${quantity} × ${this.nameOf(sku)?.name.split(",")[0] ?? sku}`);
    return element(
      "li",
      { "data-status": order.status },
      element("a", { href: `/?order=${encodeURIComponent(order.id)}` }, headline(order, null)),
      element("span", { class: "when" }, dayAndTime(order.reachedAt.processing ?? 0)),
      element("span", { class: "things" }, things.join(", ")),
      element("span", { class: "cost" }, order.totalCents > 0 ? money(order.totalCents) : ""),
    );
  }

  private hear(id: string, topic: string, payload: Uint8Array): void {
    const event = heard(topic, payload);
    const order = this.orders.get(id);
    if (!event || !("order" in event) || !order) return;
    this.keep(withEvent(order, event.order));
  }

  private async askAll(): Promise<void> {
    try {
      await Promise.all([...this.orders.values()].filter(({ status }) => !isOver(status)).map(({ id }) => this.ask(id)));
      if (!this.isClosed) this.events.reachable();
    } catch (error) {
      if (!this.isClosed) this.events.unreachable((error as Error).message);
      this.askAllLater();
    }
  }

  private askAllLater(): void {
    window.clearTimeout(this.timer);
    if (!this.isClosed) this.timer = window.setTimeout(() => void this.askAll(), kRetryMs);
  }

  private async ask(id: string): Promise<void> {
    try {
      const record = await api.order(id);
      const order = this.orders.get(id);
      if (!this.isClosed && order) this.keep(withRecord(order, record));
    } catch (error) {
      if (!(error instanceof api.Problem) || error.status !== 404) throw error;
      // The store has begun anew.
      forget(id);
      this.orders.delete(id);
      if (!this.isClosed) this.refresh();
    }
  }

  private keep(order: Order): void {
    this.orders.set(order.id, order);
    remember(order);
    this.refresh();
  }

  private forgetAll(): void {
    forgetAll();
    this.orders.clear();
    this.refresh();
    this.root.querySelector<HTMLElement>("a")?.focus();
  }
}

function orderOf({ id, placedAt, status, items, totalCents }: PastOrder): Order {
  return { ...newOrder(id), status, items, totalCents, reachedAt: { processing: placedAt } };
}
