// From topic and bytes to what they mean here: the one place of the store's page that knows topics and protobuf.
import type { DescMessage } from "@bufbuild/protobuf";
import { AwardSchema, ShipmentOfferSchema } from "@proto/dispatch_pb";
import type { EventHeader } from "@proto/event_pb";
import {
  OrderCancelledSchema,
  OrderDeliveredSchema,
  OrderPackedSchema,
  OrderPickedUpSchema,
  OrderRejectedSchema,
  OrderReservedSchema,
  PaymentDeclinedSchema,
  PaymentTakenSchema,
  StockLevelSchema,
} from "@proto/order_pb";
import { OrderNearSchema, TrackingUpdateSchema, VehicleState, Zone as WireZone } from "@proto/vehicle_pb";

import type { Position, Product } from "../api";
import { decoded, place } from "../wire";
import type { OrderEvent, Status, Zone } from "./order";

export const kStockFilter = "data/inventory/+";

export function orderFilters(id: string): string[] {
  return [`order/+/${id}`, `order/ship/+/${id}`, `payment/+/${id}`];
}

// One fix of the vehicle that carries the order.
export interface Tracking {
  vehicle: string;
  position: Position;
  headingDegrees: number;
  speedMps: number;
  timeMs: number;
  etaSeconds: number;
  leg: "to_pick_up" | "to_customer";
  zone: Zone | null;
}

export type Heard = { order: OrderEvent } | { tracking: Tracking };

export function stockOf(payload: Uint8Array): Product | null {
  const level = decoded(StockLevelSchema, payload);
  return (
    level && {
      sku: level.sku,
      name: level.name,
      unit_price_cents: Number(level.unitPriceCents),
      available: Math.max(0, level.onHand - level.reserved),
    }
  );
}

// Null where the page has no use for the topic, or where the bytes are not what the topic promises.
export function heard(topic: string, payload: Uint8Array): Heard | null {
  const [family, verb] = topic.split("/");
  const reader = readers[`${family}/${verb}`];
  return reader ? reader(payload) : null;
}

const readers: Record<string, (payload: Uint8Array) => Heard | null> = {
  "order/reserved": statusReader(OrderReservedSchema, "reserved"),
  "payment/paid": statusReader(PaymentTakenSchema, "paid"),
  "order/packed": statusReader(OrderPackedSchema, "packed"),
  "order/picked-up": statusReader(OrderPickedUpSchema, "picked_up"),
  "order/delivered": statusReader(OrderDeliveredSchema, "delivered"),
  "order/ship": (payload) => {
    const offer = decoded(ShipmentOfferSchema, payload);
    if (!offer) return null;
    const { epoch, pickUp, dropOff, header } = offer;
    return {
      order: { kind: "offered", epoch, pickUp: place(pickUp), dropOff: place(dropOff), atMs: at(header) },
    };
  },
  "order/award": (payload) => {
    const award = decoded(AwardSchema, payload);
    if (!award) return null;
    const { epoch, vehicleId, pickUp, dropOff, header } = award;
    return {
      order: {
        kind: "awarded",
        epoch,
        vehicle: vehicleId,
        pickUp: place(pickUp),
        dropOff: place(dropOff),
        atMs: at(header),
      },
    };
  },
  "payment/declined": (payload) => {
    const declined = decoded(PaymentDeclinedSchema, payload);
    return declined && { order: { kind: "declined", reason: declined.reason || "The card was declined." } };
  },
  "order/rejected": (payload) => {
    const rejected = decoded(OrderRejectedSchema, payload);
    return rejected && ended(rejected.reason, rejected.header);
  },
  "order/cancelled": (payload) => {
    const cancelled = decoded(OrderCancelledSchema, payload);
    return cancelled && ended(cancelled.reason, cancelled.header);
  },
  "order/near": (payload) => {
    const near = decoded(OrderNearSchema, payload);
    const zone = near && zoneNames[near.zone];
    return zone ? { order: { kind: "near", zone, atMs: at(near.header) } } : null;
  },
  "order/track": (payload) => {
    const update = decoded(TrackingUpdateSchema, payload);
    const position = place(update?.position);
    if (!update || !position) return null;
    return {
      tracking: {
        vehicle: update.vehicleId,
        position,
        headingDegrees: update.headingDegrees,
        speedMps: update.speedMps,
        timeMs: Number(update.timeMs),
        etaSeconds: update.etaSeconds,
        leg: update.state === VehicleState.TO_CUSTOMER ? "to_customer" : "to_pick_up",
        zone: zoneNames[update.zone] ?? null,
      },
    };
  },
};

const zoneNames: Partial<Record<WireZone, Zone>> = {
  [WireZone.ARRIVING]: "arriving",
  [WireZone.AT_THE_DOOR]: "at_the_door",
};

function statusReader(schema: DescMessage, status: Status): (payload: Uint8Array) => Heard | null {
  return (payload) => {
    const event = decoded(schema, payload) as { header?: EventHeader } | null;
    return event && { order: { kind: "status", status, atMs: at(event.header) } };
  };
}

function ended(reason: string, header: EventHeader | undefined): Heard {
  return { order: { kind: "ended", status: "cancelled", reason, atMs: at(header) } };
}

function at(header: EventHeader | undefined): number {
  return header && header.occurredAtMs > 0n ? Number(header.occurredAtMs) : Date.now();
}
