// Choosing, saying where to, paying. What the store refuses is shown at the field that it names.
//
//   Order  ->  Ordering…  ->  placed
//     ^            |  no answer: has the store got it or not?
//     |            v
//     |______  Asking the store…  ->  placed
//     it has not
import * as api from "../api";
import type { Bus } from "../bus";
import { element } from "@web/dom";
import { kStockFilter, stockOf } from "./events";
import { newOrderId } from "./order-id";
import { money } from "../format";
import { BasketView } from "./basket-view";
import type { Basket } from "./basket";
import { Catalogue } from "./catalogue";

export interface OrderFormEvents {
  placed(record: api.OrderRecord, order: api.NewOrder): void;
  zipChosen(zip: api.Zip): void;
  unreachable(message: string): void;
  reachable(): void;
}

const kRetryMs = 3_000;
const kFirstZip = "60614";
const kFirstCard = "4242 4242 4242 4242";

export class OrderForm {
  readonly root: HTMLElement;
  private readonly catalogue: Catalogue;
  private readonly basketView = new BasketView((sku) => this.catalogue.takeOut(sku));
  private readonly zip = field("zip", "Zip code", "Where to?", {
    inputmode: "numeric",
    autocomplete: "postal-code",
    list: "zips",
    maxlength: 10,
  });
  private readonly address = field("address", "Street and number (optional)", "", {
    autocomplete: "street-address",
    maxlength: 100,
  });
  private readonly card = field("card", "Card", "4000 0000 0000 0002 will be declined.", {
    inputmode: "numeric",
    autocomplete: "cc-number",
    value: kFirstCard,
  });
  private readonly customer = field("customer", "E-mail (optional)", "For news of your order.", {
    inputmode: "email",
    autocomplete: "email",
    maxlength: 200,
  });
  private readonly news = element("p", { class: "hint news", role: "status" });
  private readonly itemsError = element("p", { class: "field-error", id: "items-error", role: "alert", hidden: true });
  private readonly submit = element("button", { type: "submit", class: "primary" }, "Order");
  private readonly suggestions = element("datalist", { id: "zips" });
  private zips: api.Zip[] = [];
  private unsubscribe: () => void = () => undefined;
  private timer = 0;
  private isClosed = false;

  constructor(
    private readonly bus: Bus,
    private readonly basket: Basket,
    private readonly events: OrderFormEvents,
  ) {
    this.catalogue = new Catalogue(basket, {
      chosen: () => {
        this.setItemsError("");
        this.showTotal();
      },
      changed: () => this.showTotal(),
      cutShort: (product) => this.cutShort(product),
    });
    const form = element(
      "form",
      { class: "order-form", novalidate: true },
      element("h1", {}, "What may we bring you?"),
      this.catalogue.root,
      element(
        "div",
        { class: "checkout" },
        this.basketView.root,
        this.news,
        element("div", { class: "fields" }, this.zip.root, this.address.root, this.card.root, this.customer.root, this.suggestions),
        element("div", { class: "pay" }, this.itemsError, this.submit),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.place();
    });
    this.zip.input.addEventListener("input", () => this.zipTyped());
    this.root = form;
    this.showTotal();
  }

  async open(): Promise<void> {
    this.unsubscribe = this.bus.subscribe([kStockFilter], (_, payload) => {
      const product = stockOf(payload);
      if (product) this.catalogue.show(product);
    });
    await this.load();
  }

  close(): void {
    this.isClosed = true;
    window.clearTimeout(this.timer);
    this.unsubscribe();
  }

  private async load(): Promise<void> {
    try {
      const [products, zips] = await Promise.all([api.products(), api.zips()]);
      this.events.reachable();
      products.forEach((product) => this.catalogue.show(product));
      this.catalogue.chooseFirstInStock();
      this.offer(zips);
      // The store is up, but inventory has not told it of its stock yet.
      if (products.length === 0) this.loadLater();
    } catch (error) {
      if (!this.isClosed) this.events.unreachable((error as Error).message);
      this.loadLater();
    }
  }

  private loadLater(): void {
    if (!this.isClosed) this.timer = window.setTimeout(() => void this.load(), kRetryMs);
  }

  private offer(zips: api.Zip[]): void {
    this.zips = zips;
    this.suggestions.replaceChildren(...zips.map(({ zip }) => element("option", { value: zip })));
    if (this.zip.input.value === "") {
      this.zip.input.value = (zips.find(({ zip }) => zip === kFirstZip) ?? zips[0])?.zip ?? "";
      this.zipTyped();
    }
  }

  private zipTyped(): void {
    this.zip.setError("");
    const typed = this.zip.input.value.trim();
    const known = this.zips.find(({ zip }) => zip === typed);
    if (known) this.events.zipChosen(known);
  }

  private cutShort({ name, available }: api.Product): void {
    const beer = name.split(",")[0];
    this.news.textContent = available === 0 ? `${beer} is sold out.` : `Of ${beer} only ${available} are left.`;
    this.news.textContent += " Your basket was changed.";
    this.showTotal();
  }

  private showTotal(): void {
    this.basketView.show(this.catalogue.items(), (sku) => this.catalogue.product(sku));
    if (this.submit.disabled) return;
    const cents = this.catalogue.totalCents();
    this.submit.textContent = cents > 0 ? `Order for ${money(cents)}` : "Order";
  }

  private async place(): Promise<void> {
    const order: api.NewOrder = {
      zip: this.zip.input.value.trim(),
      items: this.catalogue.items(),
      card: this.card.input.value.replace(/[\s-]/g, ""),
      order_id: newOrderId(),
    };
    const address = this.address.input.value.trim();
    if (address !== "") order.address = address;
    const customer = this.customer.input.value.trim();
    if (customer !== "") order.customer = customer;
    this.clearErrors();
    this.events.reachable();
    if (order.items.length === 0) return this.refused("items", "Choose at least one beer.");
    if (order.zip === "") return this.refused("zip", "Where shall we bring it? Give a zip code.");
    this.submit.disabled = true;
    this.submit.textContent = "Ordering…";
    try {
      await this.send(order);
    } finally {
      this.submit.disabled = false;
      this.showTotal();
    }
  }

  private async send(order: api.NewOrder): Promise<void> {
    try {
      this.placed(await api.placeOrder(order), order);
    } catch (error) {
      if (error instanceof api.Problem) this.refused(error.field, error.detail);
      else await this.findOut(order, (error as Error).message);
    }
  }

  // No answer came, and the order may have arrived all the same: the store is asked until it says.
  private async findOut(order: api.NewOrder, why: string): Promise<void> {
    this.submit.textContent = "Asking the store…";
    this.setItemsError(`${why} We do not know yet whether it has your order, and keep asking. You need not do anything.`);
    while (!this.isClosed) {
      await new Promise((resolve) => setTimeout(resolve, kRetryMs));
      try {
        return this.placed(await api.order(order.order_id), order);
      } catch (error) {
        if (!(error instanceof api.Problem) || error.status !== 404) continue;
        return this.setItemsError("Your order did not reach the store, and nothing was charged. Please order again.");
      }
    }
  }

  private placed(record: api.OrderRecord, order: api.NewOrder): void {
    if (this.isClosed) return;
    this.basket.fill([]);
    this.events.placed(record, order);
  }

  private refused(fieldName: string, detail: string): void {
    for (const { name, input, setError } of this.fields()) {
      if (fieldName !== name) continue;
      setError(detail);
      input.focus();
      return;
    }
    this.setItemsError(detail);
    this.catalogue.root.querySelector<HTMLInputElement>("input:enabled")?.focus();
  }

  private fields(): Field[] {
    return [this.zip, this.address, this.card, this.customer];
  }

  private clearErrors(): void {
    this.news.textContent = "";
    for (const { setError } of this.fields()) setError("");
    this.setItemsError("");
  }

  private setItemsError(text: string): void {
    this.itemsError.textContent = text;
    this.itemsError.hidden = text === "";
  }
}

interface Field {
  name: string;
  root: HTMLElement;
  input: HTMLInputElement;
  setError: (text: string) => void;
}

function field(name: string, label: string, hint: string, attributes: Record<string, string | number>): Field {
  const input = element("input", {
    id: name,
    name,
    type: "text",
    spellcheck: "false",
    "aria-describedby": `${name}-hint ${name}-error`,
    ...attributes,
  });
  const error = element("p", { class: "field-error", id: `${name}-error`, role: "alert", hidden: true });
  const hintLine = element("p", { class: "hint", id: `${name}-hint` }, hint);
  const root = element(
    "div",
    { class: "field" },
    element("label", { for: name }, label),
    input,
    hintLine,
    error,
  );
  const setError = (text: string): void => {
    hintLine.hidden = text !== "";
    error.textContent = text;
    error.hidden = text === "";
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  return { name, root, input, setError };
}
