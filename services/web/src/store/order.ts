// An order as the page knows it, from two sources that overlap: the store's record (asked for after every
// connection) and the events. Both may be late or come twice, so an order only moves forward.
//
//   processing -> reserved -> paid -> packed -> shipped -> awarded -> picked_up -> delivered
//        \____________\_________\________\__________\__________\___________\-> cancelled | dead_lettered
//
// Pure: a new value comes out, the old one stays.
import type { Item, OrderRecord, Position } from "../api";

export const kSteps = [
  "processing",
  "reserved",
  "paid",
  "packed",
  "shipped",
  "awarded",
  "picked_up",
  "delivered",
] as const;
export type Step = (typeof kSteps)[number];
export type Status = Step | "cancelled" | "dead_lettered";

// How near the vehicle is, once it is.
export const kZones = ["arriving", "at_the_door"] as const;
export type Zone = (typeof kZones)[number];

export interface Order {
  id: string;
  status: Status;
  // When each status was reached, Unix ms.
  reachedAt: Partial<Record<Status, number>>;
  // When the vehicle came near, Unix ms; as far as it was heard.
  nearAt: Partial<Record<Zone, number>>;
  address: string;
  zip: string;
  items: Item[];
  totalCents: number;
  vehicle: string;
  // Of the offer or award heard last: an older one is void.
  epoch: number;
  reason: string;
  pickUp: Position | null;
  dropOff: Position | null;
}

export type OrderEvent =
  | { kind: "status"; status: Status; atMs: number }
  | { kind: "offered"; epoch: number; pickUp: Position | null; dropOff: Position | null; atMs: number }
  | { kind: "awarded"; epoch: number; vehicle: string; pickUp: Position | null; dropOff: Position | null; atMs: number }
  | { kind: "near"; zone: Zone; atMs: number }
  | { kind: "declined"; reason: string }
  | { kind: "ended"; status: "cancelled" | "dead_lettered"; reason: string; atMs: number };

export function newOrder(id: string): Order {
  return {
    id,
    status: "processing",
    reachedAt: {},
    nearAt: {},
    address: "",
    zip: "",
    items: [],
    totalCents: 0,
    vehicle: "",
    epoch: 0,
    reason: "",
    pickUp: null,
    dropOff: null,
  };
}

export function isOver(status: Status): boolean {
  return rank(status) >= rank("delivered");
}

export function hasFailed(order: Order): boolean {
  return order.status === "cancelled" || order.status === "dead_lettered";
}

// A vehicle has it or comes for it.
export function isOnTheRoad(status: Status): boolean {
  return status === "awarded" || status === "picked_up";
}

export function withEvent(order: Order, event: OrderEvent): Order {
  switch (event.kind) {
    case "status":
      return advanced(order, event.status, event.atMs);
    case "offered":
      return withOffer(order, event);
    case "awarded":
      return withAward(order, event);
    case "near":
      return { ...order, nearAt: { [event.zone]: event.atMs, ...order.nearAt } };
    case "declined":
      return { ...order, reason: order.reason || event.reason };
    case "ended":
      return advanced({ ...order, reason: order.reason || event.reason }, event.status, event.atMs);
  }
}

export function withRecord(order: Order, record: OrderRecord): Order {
  let next: Order = {
    ...order,
    address: record.address ?? order.address,
    zip: record.zip ?? order.zip,
    items: record.items ?? order.items,
    totalCents: record.total_cents ?? order.totalCents,
    reason: record.reason || order.reason,
    pickUp: record.pick_up ?? order.pickUp,
    dropOff: record.drop_off ?? order.dropOff,
    vehicle: record.vehicle || order.vehicle,
  };
  for (const { status, at } of record.history ?? []) {
    if (isStatus(status)) next = advanced(next, status, new Date(at).getTime());
  }
  return isStatus(record.status) ? advanced(next, record.status, NaN) : next;
}

function withOffer(order: Order, offer: Extract<OrderEvent, { kind: "offered" }>): Order {
  if (offer.epoch < order.epoch) return order;
  const isNewSearch = offer.epoch > order.epoch && order.vehicle !== "";
  return advanced(
    {
      ...order,
      epoch: offer.epoch,
      vehicle: isNewSearch ? "" : order.vehicle,
      nearAt: isNewSearch ? {} : order.nearAt,
      pickUp: offer.pickUp ?? order.pickUp,
      dropOff: offer.dropOff ?? order.dropOff,
    },
    "shipped",
    offer.atMs,
  );
}

function withAward(order: Order, award: Extract<OrderEvent, { kind: "awarded" }>): Order {
  if (award.epoch < order.epoch) return order;
  return advanced(
    {
      ...order,
      epoch: award.epoch,
      vehicle: award.vehicle,
      pickUp: award.pickUp ?? order.pickUp,
      dropOff: award.dropOff ?? order.dropOff,
    },
    "awarded",
    award.atMs,
  );
}

function advanced(order: Order, status: Status, atMs: number): Order {
  const known = order.reachedAt[status];
  const reachedAt =
    known !== undefined || !Number.isFinite(atMs) ? order.reachedAt : { ...order.reachedAt, [status]: atMs };
  const isForward = !isOver(order.status) && rank(status) > rank(order.status);
  return { ...order, reachedAt, status: isForward ? status : order.status };
}

function rank(status: Status): number {
  const step = kSteps.indexOf(status as Step);
  return step >= 0 ? step : kSteps.length;
}

export function isStatus(text: string): text is Status {
  return (kSteps as readonly string[]).includes(text) || text === "cancelled" || text === "dead_lettered";
}
