// The basket above the button that orders it: one line when closed, each beer with a way to take it out when open.
import type { Item, Product } from "../api";
import { element } from "@web/dom";
import { money } from "../format";

export class BasketView {
  readonly root = element("details", { class: "basket" });
  private readonly summary = element("summary");
  private readonly lines = element("ul", { class: "lines", "aria-label": "In your basket" });

  constructor(private readonly takeOut: (sku: string) => void) {
    this.root.append(this.summary, this.lines);
  }

  show(items: Item[], productOf: (sku: string) => Product | undefined): void {
    const count = items.reduce((sum, { quantity }) => sum + quantity, 0);
    this.summary.textContent = count === 0 ? "Your basket is empty" : `Basket: ${count} ${count === 1 ? "pack" : "packs"}`;
    const focused = this.focusedLine();
    this.lines.replaceChildren(...items.map((item) => this.line(item, productOf(item.sku))));
    if (focused >= 0) this.focusLine(focused);
  }

  private line({ sku, quantity }: Item, product: Product | undefined): HTMLElement {
    const name = product?.name ?? sku;
    const remove = element("button", { type: "button", class: "quiet", "aria-label": `Take ${name} out` }, "×");
    remove.addEventListener("click", () => this.takeOut(sku));
    return element(
      "li",
      {},
      element("span", { class: "what" }, `${quantity} × ${name.split(",")[0]}`),
      element("span", { class: "cost" }, product ? money(quantity * product.unit_price_cents) : ""),
      remove,
    );
  }

  // Lines are made anew; who goes through them by keyboard stays where they were.
  private focusedLine(): number {
    return [...this.lines.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement);
  }

  private focusLine(index: number): void {
    const buttons = this.lines.querySelectorAll("button");
    (buttons[Math.min(index, buttons.length - 1)] ?? this.summary).focus();
  }
}
