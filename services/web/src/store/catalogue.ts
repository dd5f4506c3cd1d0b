// The list of beers with live stock, and how many of each the customer wants.
import type { Item, Product } from "../api";
import { element } from "../dom";
import { money } from "../format";

const kQuantityMax = 99;
const kFewLeft = 10;

interface Row {
  product: Product;
  quantity: number;
  root: HTMLElement;
  stock: HTMLElement;
  input: HTMLInputElement;
  less: HTMLButtonElement;
  more: HTMLButtonElement;
}

export class Catalogue {
  readonly root = element("ul", { class: "catalogue", "aria-label": "Beers" });
  private readonly rows = new Map<string, Row>();

  constructor(private readonly onChange: () => void) {}

  // A product seen for the first time gets a row, a known one its new stock and price.
  show(product: Product): void {
    const row = this.rows.get(product.sku) ?? this.added(product);
    row.product = product;
    this.refresh(row);
  }

  items(): Item[] {
    return [...this.rows.values()]
      .filter((row) => row.quantity > 0)
      .map((row) => ({ sku: row.product.sku, quantity: row.quantity }));
  }

  totalCents(): number {
    return [...this.rows.values()].reduce((sum, row) => sum + row.quantity * row.product.unit_price_cents, 0);
  }

  isEmpty(): boolean {
    return this.rows.size === 0;
  }

  // So that the first order takes one press of a button.
  chooseFirstInStock(): void {
    if (this.items().length > 0) return;
    const row = [...this.rows.values()].find(({ product }) => product.available > 0);
    if (row) this.choose(row, 1);
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
    const row: Row = { product, quantity: 0, root, stock, input, less, more };
    less.addEventListener("click", () => this.choose(row, row.quantity - 1));
    more.addEventListener("click", () => this.choose(row, row.quantity + 1));
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
    row.quantity = Math.max(0, Math.min(quantity, row.product.available, kQuantityMax));
    this.refresh(row);
    this.onChange();
  }

  private refresh(row: Row): void {
    const { product, root, stock, input, less, more } = row;
    const most = Math.min(product.available, kQuantityMax);
    if (row.quantity > most) {
      row.quantity = most;
      this.onChange();
    }
    const [name = "", pack = ""] = product.name.split(/, (.*)/);
    root.querySelector(".name")!.textContent = name;
    root.querySelector(".pack")!.textContent = pack;
    root.querySelector(".price")!.textContent = money(product.unit_price_cents);
    root.querySelector<HTMLElement>(".swatch")!.style.setProperty("--beer", beerColour(product.name));
    root.classList.toggle("sold-out", product.available === 0);
    root.classList.toggle("chosen", row.quantity > 0);
    stock.textContent = stockText(product.available);
    stock.classList.toggle("few", product.available > 0 && product.available <= kFewLeft);
    if (document.activeElement !== input || Number(input.value) > most) input.value = String(row.quantity);
    input.max = String(most);
    input.disabled = most === 0;
    less.disabled = row.quantity === 0;
    more.disabled = row.quantity >= most;
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
