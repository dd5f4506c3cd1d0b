// From topic and bytes to what they mean here: the one place of the fleet page that knows topics and protobuf.
import { AwardSchema, BidSchema, ShipmentOfferSchema } from "@proto/dispatch_pb";
import type { EventHeader } from "@proto/event_pb";
import { FleetPositionsSchema } from "@proto/fleet_pb";
import { OrderCancelledSchema, OrderDeliveredSchema, OrderPickedUpSchema } from "@proto/order_pb";
import { VehicleState } from "@proto/vehicle_pb";

import { worldX, worldY } from "../map/basemap";
import { decoded, place } from "../wire";
import type { DispatchEvent } from "./dispatch";
import type { Positions, State } from "./fleet";

export type Heard = { positions: Positions } | { dispatch: DispatchEvent };

export const kStream = "fleet";
export const kDispatchTopics = "order/#";
export const kTrafficTopics = ["$SYS/broker/publish/messages/received", "$SYS/broker/publish/messages/sent"];

// Of some zips, or of all of them.
export function positionTopics(zips: Iterable<string> | null): string[] {
  return zips ? [...zips].map((zip) => `fleet/positions/${zip}`) : ["fleet/positions/+"];
}

// Null where the page has no use for the topic, or where the bytes are not what the topic promises.
export function heard(topic: string, payload: Uint8Array): Heard | null {
  const [family, verb, ...rest] = topic.split("/");
  const reader = readers[`${family}/${verb}`];
  return reader ? reader(payload, rest) : null;
}

const readers: Record<string, (payload: Uint8Array, levels: string[]) => Heard | null> = {
  "fleet/positions": (payload) => {
    const positions = positionsOf(payload);
    return positions && { positions };
  },
  "order/ship": (payload, [zip = "", order = ""]) => {
    const offer = decoded(ShipmentOfferSchema, payload);
    const dropOff = place(offer?.dropOff);
    if (!offer || !dropOff) return null;
    return { dispatch: { kind: "offered", order, zip, dropOff, epoch: offer.epoch, atMs: at(offer.header) } };
  },
  "order/bid": (payload, [, order = ""]) => {
    const bid = decoded(BidSchema, payload);
    if (!bid) return null;
    const { epoch, vehicleId, etaSeconds, header } = bid;
    return { dispatch: { kind: "bid", order, epoch, vehicle: vehicleId, etaSeconds, atMs: at(header) } };
  },
  "order/award": (payload, [order = ""]) => {
    const award = decoded(AwardSchema, payload);
    return award && { dispatch: { kind: "awarded", order, epoch: award.epoch, vehicle: award.vehicleId, atMs: at(award.header) } };
  },
  "order/picked-up": (payload, [order = ""]) => ended(decoded(OrderPickedUpSchema, payload), order, "picked_up"),
  "order/delivered": (payload, [order = ""]) => ended(decoded(OrderDeliveredSchema, payload), order, "delivered"),
  "order/cancelled": (payload, [order = ""]) => ended(decoded(OrderCancelledSchema, payload), order, "cancelled"),
};

function ended(
  event: { header?: EventHeader } | null,
  order: string,
  kind: "picked_up" | "delivered" | "cancelled",
): Heard | null {
  return event && { dispatch: { kind, order, atMs: at(event.header) } };
}

function positionsOf(payload: Uint8Array): Positions | null {
  const message = decoded(FleetPositionsSchema, payload);
  if (!message) return null;
  const timeMs = Number(message.timeMs);
  return {
    zip: message.zip,
    timeMs,
    vehicles: message.vehicles.map((vehicle) => ({
      id: vehicle.vehicleId,
      x: worldX(vehicle.longitudeE6 / 1e6),
      y: worldY(vehicle.latitudeE6 / 1e6),
      headingDegrees: vehicle.headingDegrees,
      speedMps: vehicle.speedMps,
      state: stateNames[vehicle.state] ?? "offline",
      order: vehicle.orderId,
      atMs: timeMs - vehicle.ageMs,
    })),
  };
}

const stateNames: Partial<Record<VehicleState, State>> = {
  [VehicleState.IDLE]: "idle",
  [VehicleState.TO_PICK_UP]: "to_pick_up",
  [VehicleState.TO_CUSTOMER]: "to_customer",
  [VehicleState.BROKEN_DOWN]: "broken_down",
  [VehicleState.REFUELLING]: "refuelling",
};

function at(header: EventHeader | undefined): number {
  return Number(header?.occurredAtMs ?? 0n);
}
