// Who is offered what, who bids, who gets it: every order from its first offer to its end.
//
//   offered ──> bid, bid, … ──> awarded ──> picked up ──> delivered
//      └──── offered anew, by a higher epoch: the vehicle that had it has lost it
//
// Pure. Times are those at which things happened, ms; an event that is heard twice changes nothing.
import type { Position } from "../api";

interface Of<Kind extends string> {
  kind: Kind;
  order: string;
  atMs: number;
}

export type DispatchEvent =
  | (Of<"offered"> & { zip: string; dropOff: Position; epoch: number })
  | (Of<"bid"> & { epoch: number; vehicle: string; etaSeconds: number })
  | (Of<"awarded"> & { epoch: number; vehicle: string })
  | Of<"picked_up">
  | Of<"delivered">
  | Of<"cancelled">;

export interface Deal {
  order: string;
  // Where it was offered last.
  zip: string;
  dropOff: Position;
  epoch: number;
  // First offer of this epoch.
  offeredMs: number;
  waves: number;
  bidders: string[];
  vehicle: string | null;
  awardedMs: number | null;
  state: "offered" | "awarded" | "picked_up" | "delivered" | "cancelled";
}

const kDealsMax = 2_000;

export class Dispatch {
  // Those that were offered last are last.
  private readonly deals = new Map<string, Deal>();
  private open = 0;

  // What it says of an award that is new: how long its order was without a vehicle.
  hear(event: DispatchEvent): { timeToAwardMs: number } | null {
    if (event.kind === "offered") this.offered(event);
    const deal = this.deals.get(event.order);
    if (!deal) return null;
    if (event.kind === "bid") this.bid(deal, event.epoch, event.vehicle);
    else if (event.kind === "awarded") return this.awarded(deal, event.epoch, event.vehicle, event.atMs);
    else if (event.kind !== "offered") this.enter(deal, event.kind);
    return null;
  }

  get unassigned(): number {
    return this.open;
  }

  deal(order: string): Deal | undefined {
    return this.deals.get(order);
  }

  // Newest first.
  latest(count: number): Deal[] {
    return [...this.deals.values()].slice(-count).reverse();
  }

  all(): Iterable<Deal> {
    return this.deals.values();
  }

  private offered({ order, zip, dropOff, epoch, atMs }: Extract<DispatchEvent, { kind: "offered" }>): void {
    const known = this.deals.get(order);
    if (known && (epoch < known.epoch || hasEnded(known))) return;
    if (known && epoch === known.epoch) {
      if (known.zip !== zip) known.waves += 1;
      known.zip = zip;
      return;
    }
    if (known?.state !== "offered") this.open += 1;
    this.deals.delete(order);
    this.deals.set(order, {
      ...{ order, zip, dropOff, epoch },
      ...{ offeredMs: atMs, waves: 1, bidders: [], vehicle: null, awardedMs: null, state: "offered" },
    });
    if (this.deals.size > kDealsMax) this.forgetOldest();
  }

  private bid(deal: Deal, epoch: number, vehicle: string): void {
    if (epoch === deal.epoch && !deal.bidders.includes(vehicle)) deal.bidders.push(vehicle);
  }

  private awarded(deal: Deal, epoch: number, vehicle: string, atMs: number): { timeToAwardMs: number } | null {
    if (epoch !== deal.epoch || deal.state !== "offered") return null;
    this.enter(deal, "awarded");
    Object.assign(deal, { vehicle, awardedMs: atMs });
    return { timeToAwardMs: Math.max(0, atMs - deal.offeredMs) };
  }

  private enter(deal: Deal, state: Deal["state"]): void {
    if (hasEnded(deal)) return;
    if (deal.state === "offered") this.open -= 1;
    deal.state = state;
  }

  private forgetOldest(): void {
    const [oldest] = this.deals.values();
    if (!oldest) return;
    if (oldest.state === "offered") this.open -= 1;
    this.deals.delete(oldest.order);
  }
}

function hasEnded({ state }: Deal): boolean {
  return state === "delivered" || state === "cancelled";
}
