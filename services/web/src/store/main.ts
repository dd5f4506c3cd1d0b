// The page: `/` is the order form, `/?order=<id>` follows that order, so that a reload or a shared link continues.
import "./styles/store.css";

import * as api from "../api";
import type { Bus } from "../bus";
import { byId } from "../dom";
import type { Notice } from "../notice";
import { type Beginning, begin } from "../page";
import { LiveMap } from "./live-map";
import { OrderForm } from "./order-form";
import { OrderPage } from "./order-page";

interface View {
  root: HTMLElement;
  close(): void;
}

class Page {
  private readonly notice: Notice;
  private readonly bus: Bus;
  private readonly map: LiveMap;
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
        overlay.textContent = `Last seen ${seconds} s ago`;
      },
    });
    follow.addEventListener("click", () => this.map.follow());
    this.map.showWarehouse(config.warehouse);
    this.map.loadStreets(config.attribution).catch((error: Error) => this.notice.tell("map", error.message));
    window.addEventListener("popstate", () => this.route());
    document.addEventListener("click", (event) => this.followLink(event));
  }

  route(): void {
    const id = new URLSearchParams(location.search).get("order");
    if (id) this.openOrder(id);
    else this.openForm();
  }

  private openForm(): void {
    const form = new OrderForm(this.bus, {
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
    page.begin(known && { zip: known.zip, items: known.items });
    void this.learnProducts().then(() => page.refresh());
  }

  private async learnProducts(): Promise<void> {
    const products = await api.products().catch(() => []);
    for (const product of products) this.products.set(product.sku, product);
  }

  private show(view: View, name: string): void {
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

new Page(await begin()).route();
