// The page: `/` is the order form, `/?order=<id>` follows that order, so that a reload or a shared link continues.
import "./styles/page.css";

import * as api from "./api";
import { Bus, type BusState, reachableUrl } from "./bus";
import { byId } from "./dom";
import { LiveMap } from "./map/live-map";
import { Notice } from "./notice";
import { OrderForm } from "./order-form";
import { OrderPage } from "./order-page";

const kRetryMs = 3_000;
const kConnectionTexts: Record<BusState, string> = {
  connecting: "connecting",
  online: "live",
  reconnecting: "reconnecting",
};

interface View {
  root: HTMLElement;
  close(): void;
}

class Page {
  private readonly notice = new Notice(byId("notice"));
  private readonly bus: Bus;
  private readonly map: LiveMap;
  private readonly products = new Map<string, api.Product>();
  private view: View | null = null;

  constructor(config: api.Config) {
    this.bus = new Bus(reachableUrl(config.ws_url, location.hostname));
    this.bus.watch((state) => this.showConnection(state));
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

  private showConnection(state: BusState): void {
    const sign = byId("connection");
    sign.dataset["state"] = state;
    sign.textContent = kConnectionTexts[state];
    if (state === "online") this.notice.takeBack("broker");
    else if (state === "reconnecting") {
      this.notice.tell("broker", "The live connection was lost. Reconnecting; what you missed will be filled in.");
    }
  }

  private unreachable(message: string): void {
    this.notice.tell("store", `${message} Trying again.`);
  }

  // Links within the page keep the map and the connection.
  private followLink(event: MouseEvent): void {
    const link = (event.target as Element).closest("a");
    if (!link || link.origin !== location.origin || link.hash || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    this.route();
  }
}

async function start(): Promise<void> {
  const notice = new Notice(byId("notice"));
  for (;;) {
    try {
      const config = await api.config();
      notice.takeBack("store");
      new Page(config).route();
      return;
    } catch (error) {
      notice.tell("store", `${(error as Error).message} Trying again.`);
      await new Promise((resolve) => setTimeout(resolve, kRetryMs));
    }
  }
}

void start();
