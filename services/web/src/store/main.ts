// The customer's page. Three views behind three addresses, so that a reload or a shared link continues:
//   /              the order form
//   /?order=<id>   follows that order
//   /?orders       what was ordered on this device
import "./styles/store.css";

import * as api from "../api";
import type { Bus } from "../bus";
import { byId } from "@web/dom";
import { ago } from "../format";
import type { Notice } from "../notice";
import { type Beginning, begin } from "../page";
import { Basket } from "./basket";
import { LiveMap } from "./live-map";
import { OrderForm } from "./order-form";
import { OrderPage } from "./order-page";
import { pastOrders } from "./past-orders";
import { PastOrdersView } from "./past-orders-view";

interface View {
  root: HTMLElement;
  close(): void;
  // See LiveMapEvents.
  stale?(seconds: number | null): void;
}

class Page {
  private readonly notice: Notice;
  private readonly bus: Bus;
  private readonly map: LiveMap;
  private readonly basket = new Basket();
  private readonly products = new Map<string, api.Product>();
  private view: View | null = null;

  constructor({ config, bus, notice }: Beginning) {
    this.bus = bus;
    this.notice = notice;
    const follow = byId("follow");
    const overlay = byId("map-overlay");
    this.map = new LiveMap(byId("map"), config.warehouse, {
      strayed: (isAway) => (follow.hidden = !isAway),
      stale: (seconds) => {
        overlay.hidden = seconds === null;
        overlay.textContent = seconds === null ? "" : `Last seen ${ago(seconds)} ago`;
        this.view?.stale?.(seconds);
      },
    });
    follow.addEventListener("click", () => {
      byId("map").focus({ preventScroll: true }); // the button goes
      this.map.follow();
    });
    this.map.showWarehouse(config.warehouse);
    this.map.loadStreets(config).catch((error: Error) => this.notice.tell("map", error.message));
    window.addEventListener("popstate", () => this.route());
    document.addEventListener("click", (event) => this.followLink(event));
  }

  route(): void {
    const search = new URLSearchParams(location.search);
    const id = search.get("order");
    if (id) this.openOrder(id);
    else if (search.has("orders")) this.openPastOrders();
    else this.openForm();
  }

  private openForm(): void {
    const form = new OrderForm(this.bus, this.basket, {
      placed: (record, order) => {
        history.pushState(null, "", `/?order=${encodeURIComponent(record.order_id)}`);
        this.openOrder(record.order_id, order);
      },
      zipChosen: (zip) => this.map.lookAt(zip),
      unreachable: (message) => this.unreachable(message),
      reachable: () => this.notice.takeBack("store"),
    });
    this.show(form, "order-form");
    document.title = "Dray · beer, brought to you";
    void form.open();
  }

  private openOrder(id: string, known?: api.NewOrder): void {
    const page = new OrderPage(
      id,
      this.bus,
      this.map,
      {
        retry: (items) => this.basket.fill(items),
        unknown: (missing) => {
          history.replaceState(null, "", "/");
          this.openForm();
          this.notice.tell("order", `There is no order ${missing}.`);
        },
        unreachable: (message) => this.unreachable(message),
        reachable: () => this.notice.takeBack("store"),
      },
      (sku) => this.products.get(sku),
    );
    this.show(page, "order");
    page.begin(known ? { address: known.address ?? "", zip: known.zip, items: known.items } : null);
    void this.learnProducts().then(() => page.refresh());
  }

  private openPastOrders(): void {
    const view = new PastOrdersView(
      this.bus,
      {
        unreachable: (message) => this.unreachable(`${message} What you see is what was known last.`),
        reachable: () => this.notice.takeBack("store"),
      },
      (sku) => this.products.get(sku),
    );
    this.show(view, "past-orders");
    document.title = "Your orders · Dray";
    view.begin();
    void this.learnProducts().then(() => view.refresh());
  }

  private async learnProducts(): Promise<void> {
    const products = await api.products().catch(() => []);
    for (const product of products) this.products.set(product.sku, product);
  }

  private show(view: View, name: string): void {
    // What had the focus goes with the view before.
    if (this.view) byId("panel").focus({ preventScroll: true });
    this.view?.close();
    this.view = view;
    this.map.clear();
    this.notice.takeBack("order");
    this.notice.takeBack("store");
    document.body.dataset["view"] = name;
    byId("view").replaceChildren(view.root);
    byId("panel").scrollTo(0, 0);
  }

  private unreachable(message: string): void {
    this.notice.tell("store", `${message} Trying again.`);
  }

  // Links within the page keep the map and the connection.
  private followLink(event: MouseEvent): void {
    const link = (event.target as Element).closest("a");
    const isHere = link?.origin === location.origin && link.pathname === location.pathname;
    if (!link || !isHere || link.hash || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    this.route();
  }
}

// Those of this device, and the one that a link shows.
function orders(): string[] {
  const linked = new URLSearchParams(location.search).get("order");
  return [...(linked ? [linked] : []), ...pastOrders().map(({ id }) => id)];
}

new Page(await begin({ orders: orders() })).route();
