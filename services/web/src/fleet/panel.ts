// What stands beside the map: how many vehicles do what, the orders that were offered last, the vehicle that was chosen.
import { byId, element } from "@web/dom";
import { count, shortOrder, speed } from "./format";
import type { Deal, Dispatch } from "./dispatch";
import { type Fleet, type State, type Vehicle, kStates } from "./fleet";

export const kStateTexts: Record<State, string> = {
  idle: "Free",
  to_pick_up: "To pick-up",
  to_customer: "To customer",
  refuelling: "Refuelling",
  broken_down: "Broken down",
  offline: "Offline",
};
const kDeals = 8;

export class Legend {
  private readonly numbers = new Map<State, HTMLElement>();

  constructor() {
    const rows = kStates.map((state) => {
      const number = element("span", { class: "number" }, "0");
      this.numbers.set(state, number);
      return element("li", { "data-state": state }, element("span", { class: "name" }, kStateTexts[state]), number);
    });
    byId("states").replaceChildren(...rows);
  }

  // `zips`: only of so many.
  show(fleet: Fleet, zips: number | null): void {
    for (const [state, number] of Object.entries(fleet.counts())) {
      setText(this.numbers.get(state as State)!, count(number));
    }
    const total = fleet.vehicles.size;
    setText(byId("vehicle-count"), `${count(total)} ${total === 1 ? "vehicle" : "vehicles"}`);
    setText(byId("vehicle-scope"), zips === null ? "in all of the city" : `in the ${zips} zips of this view`);
  }
}

// Lines keep their elements, so that focus stays where it is while new ones come.
export class DealList {
  private readonly list = byId("deals");
  private readonly lines = new Map<string, HTMLButtonElement>();

  constructor(private readonly choose: (deal: Deal) => void) {}

  show(dispatch: Dispatch, nowMs: number): void {
    const deals = dispatch.latest(kDeals);
    const items = deals.map((deal) => this.line(deal, nowMs).parentElement!);
    byId("no-deals").hidden = deals.length > 0;
    if (items.length !== this.list.children.length || items.some((item, index) => item !== this.list.children[index])) {
      this.list.replaceChildren(...items);
    }
    const shown = new Set(deals.map(({ order }) => order));
    for (const order of this.lines.keys()) {
      if (!shown.has(order)) this.lines.delete(order);
    }
  }

  private line(deal: Deal, nowMs: number): HTMLButtonElement {
    let button = this.lines.get(deal.order);
    if (!button) {
      button = element("button", { type: "button" }, element("span", { class: "what" }), element("span", { class: "how" }));
      element("li", {}, button);
      button.addEventListener("click", () => this.choose(deal));
      this.lines.set(deal.order, button);
    }
    button.dataset["state"] = deal.state;
    setText(button.children[0]!, `${shortOrder(deal.order)} to ${deal.zip}`);
    setText(button.children[1]!, wordsOf(deal, nowMs));
    return button;
  }
}

function wordsOf({ state, bidders, vehicle, awardedMs, offeredMs }: Deal, nowMs: number): string {
  const bids = `${bidders.length} ${bidders.length === 1 ? "bid" : "bids"}`;
  if (state === "offered") return `${bids}, open for ${Math.max(0, Math.round((nowMs - offeredMs) / 1_000))} s`;
  if (state === "cancelled") return `cancelled`;
  const wait = awardedMs === null ? "" : ` in ${((awardedMs - offeredMs) / 1_000).toFixed(1)} s`;
  const went = { awarded: `${bids}, ${vehicle}${wait}`, picked_up: `with ${vehicle}`, delivered: `delivered by ${vehicle}` };
  return went[state];
}

export function showChosen(vehicle: Vehicle | undefined, name: string): void {
  byId("chosen").hidden = name === "";
  setText(byId("chosen-name"), name);
  setText(byId("chosen-words"), vehicle ? describe(vehicle) : "It is not in sight.");
}

function describe({ state, order, zip, speedMps }: Vehicle): string {
  const what = order === "" ? kStateTexts[state] : `${kStateTexts[state]} with order ${shortOrder(order)}`;
  return `${what}, in ${zip}, ${speed(speedMps)}`;
}

export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
