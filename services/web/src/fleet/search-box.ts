// The search field and what it found, as a list of buttons.
import { byId, element } from "@web/dom";
import { shortOrder } from "./format";
import type { Found } from "./search";

const kKinds: Record<Found["kind"], string> = { vehicle: "vehicle", order: "order", zip: "zip" };

export class SearchBox {
  private readonly input = byId("search") as HTMLInputElement;
  private readonly list = byId("found");
  private shown = "";

  constructor(
    private readonly find: (text: string) => Found[],
    private readonly choose: (found: Found) => void,
    changed: () => void,
  ) {
    this.input.addEventListener("input", () => {
      changed();
      this.refresh();
    });
    this.input.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.list.querySelector("button")?.click();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      this.input.focus();
    });
  }

  get isSearching(): boolean {
    return this.input.value.trim() !== "";
  }

  // Vehicles that come into sight may be what is looked for.
  refresh(): void {
    const found = this.find(this.input.value);
    const key = JSON.stringify([this.input.value, found]);
    if (key === this.shown) return;
    this.shown = key;
    this.list.replaceChildren(...found.map((one) => element("li", {}, this.button(one))));
    byId("nothing-found").hidden = !this.isSearching || found.length > 0;
  }

  private button(found: Found): HTMLButtonElement {
    const name = found.kind === "order" ? shortOrder(found.name) : found.name;
    const button = element("button", { type: "button" }, element("span", { class: "kind" }, kKinds[found.kind]), name);
    button.addEventListener("click", () => this.choose(found));
    return button;
  }
}
