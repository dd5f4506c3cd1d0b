// The list of beers with live stock, and how many of each the customer wants: more than there are is never in the basket.
import type { Item, Product } from "../api";
import { element } from "@web/dom";
import { money } from "../format";
import type { Basket } from "./basket";

const kQuantityMax = 99;
const kFewLeft = 10;

interface Row {
  product: Product;
  root: HTMLElement;
  stock: HTMLElement;
  input: HTMLInputElement;
  less: HTMLButtonElement;
  more: HTMLButtonElement;
}

export interface CatalogueEvents {
  // By the customer.
  chosen(): void;
  // What is sold, for how much, or how many there are.
  changed(): void;
  // There are no longer as many as the basket held.
  cutShort(product: Product): void;
}

export class Catalogue {
  readonly root = element("ul", { class: "catalogue", "aria-label": "Beers" });
  private readonly rows = new Map<string, Row>();

  constructor(
    private readonly basket: Basket,
    private readonly events: CatalogueEvents,
  ) {}

  // A product seen for the first time gets a row, a known one its new stock and price.
  show(product: Product): void {
    const row = this.rows.get(product.sku) ?? this.added(product);
    row.product = product;
    this.refresh(row);
    this.events.changed();
  }

  // Of the basket, what is sold here.
  items(): Item[] {
    return this.basket.items().filter(({ sku }) => this.rows.has(sku));
  }

  product(sku: string): Product | undefined {
    return this.rows.get(sku)?.product;
  }

  totalCents(): number {
    return this.items().reduce((sum, { sku, quantity }) => sum + quantity * (this.product(sku)?.unit_price_cents ?? 0), 0);
  }

  // So that the first order takes one press of a button.
  chooseFirstInStock(): void {
    if (this.items().length > 0) return;
    const row = [...this.rows.values()].find(({ product }) => product.available > 0);
    if (row) this.choose(row, 1);
  }

  takeOut(sku: string): void {
    const row = this.rows.get(sku);
    if (row) this.choose(row, 0);
  }

  private added(product: Product): Row {
    const input = element("input", {
      type: "number",
      min: 0,
      inputmode: "numeric",
      value: 0,
      "aria-label": `How many ${product.name}`,
      "data-sku": product.sku,
    });
    const less = element("button", { type: "button", "aria-label": `One ${product.name} less` }, "−");
    const more = element("button", { type: "button", "aria-label": `One ${product.name} more` }, "+");
    const stock = element("span", { class: "stock" });
    const root = element(
      "li",
      {},
      element("span", { class: "swatch", "aria-hidden": "true" }),
      element("span", { class: "name" }),
      element("span", { class: "terms" }, element("span", { class: "price" }), element("span", { class: "pack" }), stock),
      element("span", { class: "stepper" }, less, input, more),
    );
    const row: Row = { product, root, stock, input, less, more };
    less.addEventListener("click", () => this.choose(row, this.basket.quantity(product.sku) - 1));
    more.addEventListener("click", () => this.choose(row, this.basket.quantity(product.sku) + 1));
    input.addEventListener("change", () => this.choose(row, Number.parseInt(input.value, 10) || 0));
    this.rows.set(product.sku, row);
    this.insertInOrder(row);
    return row;
  }

  private insertInOrder(row: Row): void {
    const next = [...this.rows.values()]
      .filter((other) => other.root.isConnected || other.root.parentNode === this.root)
      .sort((a, b) => a.product.name.localeCompare(b.product.name))
      .find((other) => other.product.name.localeCompare(row.product.name) > 0);
    this.root.insertBefore(row.root, next?.root ?? null);
  }

  private choose(row: Row, quantity: number): void {
    const { sku, available } = row.product;
    this.basket.set(sku, Math.max(0, Math.min(quantity, available, kQuantityMax)));
    this.refresh(row);
    this.events.chosen();
  }

  private refresh(row: Row): void {
    const { product, root, stock, input, less, more } = row;
    const most = Math.min(product.available, kQuantityMax);
    const isShort = this.basket.quantity(product.sku) > most;
    if (isShort) this.basket.set(product.sku, most);
    const quantity = this.basket.quantity(product.sku);
    const [name = "", pack = ""] = product.name.split(/, (.*)/);
    root.querySelector(".name")!.textContent = name;
    root.querySelector(".pack")!.textContent = pack;
    root.querySelector(".price")!.textContent = money(product.unit_price_cents);
    root.querySelector<HTMLElement>(".swatch")!.style.setProperty("--beer", beerColour(product.name));
    root.classList.toggle("sold-out", product.available === 0);
    root.classList.toggle("chosen", quantity > 0);
    stock.textContent = stockText(product.available);
    stock.classList.toggle("few", product.available > 0 && product.available <= kFewLeft);
    if (document.activeElement !== input || Number(input.value) > most) input.value = String(quantity);
    input.max = String(most);
    input.disabled = most === 0;
    less.disabled = quantity === 0;
    more.disabled = quantity >= most;
    if (isShort) this.events.cutShort(product);
  }
}

function stockText(available: number): string {
  if (available === 0) return "sold out";
  return available <= kFewLeft ? `only ${available} left` : `${available.toLocaleString("en-US")} left`;
}

// Straw to black, as the name suggests it.
function beerColour(name: string): string {
  const shades: [RegExp, string][] = [
    [/stout|schwarz|black|imperial/i, "#2b1a12"],
    [/porter|dunkel|brown|bock|dubbel|mild/i, "#6d3b16"],
    [/red|amber|m[äa]rzen|vienna|alt|scottish/i, "#a8501a"],
    [/sour|berry|kriek|lambic|ros[eé]/i, "#b8465a"],
    [/ipa|pale|bitter|saison|tripel/i, "#d9902a"],
    [/wheat|wei(ss|ß|z)|wit|hef/i, "#e9bd57"],
    [/cider|ginger/i, "#e6d38a"],
  ];
  return shades.find(([pattern]) => pattern.test(name))?.[1] ?? "#e3a92f";
}
