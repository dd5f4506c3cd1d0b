// Offers, bids and awards while they are in the air: what has just happened, for as long as it is drawn. Pure.
import { worldX, worldY } from "../map/basemap";
import type { Dispatch, DispatchEvent } from "./dispatch";

export interface Flight {
  kind: "offered" | "bid" | "awarded";
  // Empty for an offer, which goes to all of a zip.
  vehicle: string;
  zip: string;
  // The customer's door, world coordinates.
  x: number;
  y: number;
  startMs: number;
}

export const kFlightMs = { offered: 1_600, bid: 900, awarded: 2_600 };
// What is older when it is heard is history.
const kNewsMs = 5_000;
const kFlightsMax = 300;

export class Flights {
  private flights: Flight[] = [];

  // After `dispatch` has heard of it.
  hear(event: DispatchEvent, dispatch: Dispatch, nowMs: number): void {
    const { kind, atMs } = event;
    const deal = dispatch.deal(event.order);
    if (!deal || nowMs - atMs > kNewsMs || (kind !== "offered" && kind !== "bid" && kind !== "awarded")) return;
    this.flights.push({
      kind,
      vehicle: kind === "offered" ? "" : event.vehicle,
      zip: deal.zip,
      x: worldX(deal.dropOff.longitude),
      y: worldY(deal.dropOff.latitude),
      startMs: nowMs,
    });
    if (this.flights.length > kFlightsMax) this.flights.shift();
  }

  at(nowMs: number): readonly Flight[] {
    this.flights = this.flights.filter(({ kind, startMs }) => nowMs - startMs < kFlightMs[kind]);
    return this.flights;
  }

  clear(): void {
    this.flights = [];
  }
}
