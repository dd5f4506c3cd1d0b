// What a person may look for: a vehicle, an order, a zip; by any part of its name. Pure.
import type { Dispatch } from "./dispatch";
import type { Fleet } from "./fleet";

export interface Found {
  kind: "vehicle" | "order" | "zip";
  name: string;
  // The vehicle that has the order.
  vehicle?: string;
}

const kEachMax = 4;

export function search(text: string, fleet: Fleet, dispatch: Dispatch, zips: Iterable<string>): Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  return [
    ...first(zips, wanted).map((name): Found => ({ kind: "zip", name })),
    ...first(fleet.vehicles.keys(), wanted).map((name): Found => ({ kind: "vehicle", name })),
    ...orders(wanted, fleet, dispatch),
  ];
}

function orders(wanted: string, fleet: Fleet, dispatch: Dispatch): Found[] {
  const carriers = new Map<string, string | null>();
  for (const { order, vehicle } of dispatch.all()) carriers.set(order, vehicle);
  for (const { id, order } of fleet.vehicles.values()) {
    if (order !== "") carriers.set(order, id);
  }
  return first(carriers.keys(), wanted).map((name) => {
    const vehicle = carriers.get(name);
    return { kind: "order", name, ...(vehicle ? { vehicle } : {}) };
  });
}

// Those that begin with it before those that only contain it.
function first(names: Iterable<string>, wanted: string): string[] {
  const begin: string[] = [];
  const contain: string[] = [];
  for (const name of names) {
    const place = name.toLowerCase().indexOf(wanted);
    if (place === 0) begin.push(name);
    else if (place > 0 && contain.length < kEachMax) contain.push(name);
    if (begin.length === kEachMax) break;
  }
  return [...begin, ...contain].slice(0, kEachMax);
}
