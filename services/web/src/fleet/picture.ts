// All that is shown at one moment: the vehicles, the orders, and what flies between them. There is one of the present, and
// one of the past while someone looks back. Pure.
import { Dispatch, type DispatchEvent } from "./dispatch";
import { Fleet } from "./fleet";
import { Flights } from "./flights";

export class Picture {
  readonly fleet = new Fleet();
  dispatch = new Dispatch();
  readonly flights = new Flights();

  // What the dispatch says of an award.
  hear(event: DispatchEvent, nowMs: number): { timeToAwardMs: number } | null {
    const award = this.dispatch.hear(event);
    this.flights.hear(event, this.dispatch, nowMs);
    return award;
  }

  clear(): void {
    this.fleet.clear();
    this.dispatch = new Dispatch();
    this.flights.clear();
  }
}
