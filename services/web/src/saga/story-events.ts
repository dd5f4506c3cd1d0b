// From topic and bytes to what happened, who says so, and because of what: the one place of the saga page that knows
// topics and protobuf.
import type { DescMessage } from "@bufbuild/protobuf";
import { AwardSchema, BidSchema, ShipmentOfferSchema } from "@proto/dispatch_pb";
import { AnyEventSchema } from "@proto/event_pb";
import {
  CancelOrderSchema,
  CustomerMessageSchema,
  OrderCancelledSchema,
  OrderPackedSchema,
  OrderPlacedSchema,
  OrderRejectedSchema,
  PaymentDeclinedSchema,
  PaymentRefundedSchema,
  PaymentTakenSchema,
} from "@proto/order_pb";
import { OrderNearSchema, Zone } from "@proto/vehicle_pb";

import { money } from "../format";
import { decoded } from "../wire";

// step: the story goes on. failure: something could not be done. undo: what compensates. retry: tried once more.
export type Role = "step" | "failure" | "undo" | "retry";

export interface StoryEvent {
  id: string;
  // The event that this one answers; empty at the start of a story.
  causeId: string;
  // Its cause is a vehicle's report, which is in no log: it is told after the last event of this kind, "order/award".
  follows: string;
  // The program that says so: dray-inventory.
  source: string;
  topic: string;
  title: string;
  detail: string;
  role: Role;
  // When it happened, Unix ms.
  atMs: number;
}

interface Reading {
  title: string;
  detail?: string;
  role?: Role;
  follows?: string;
}

export function storyFilters(order: string): string[] {
  return [`order/+/${order}`, `order/new/+/${order}`, `payment/+/${order}`, `fraud/+/${order}`, `customer/message/${order}`];
}

export function dispatchFilters(order: string): string[] {
  return [`order/ship/+/${order}`, `order/bid/+/${order}/+`];
}

// order/award/<order> -> order/award
export function kindOf(topic: string): string {
  return topic.split("/", 2).join("/");
}

// Null for what is no event of the story: positions on the way, and bytes that cannot be read.
export function storyEvent(topic: string, payload: Uint8Array): StoryEvent | null {
  const header = decoded(AnyEventSchema, payload)?.header;
  const reading = readers[kindOf(topic)]?.(payload);
  if (!reading || !header?.eventId) return null;
  return {
    id: header.eventId,
    causeId: header.causeId,
    follows: reading.follows ?? "",
    source: header.source,
    topic,
    title: reading.title,
    detail: reading.detail ?? "",
    role: reading.role ?? "step",
    atMs: Number(header.occurredAtMs),
  };
}

const readers: Record<string, (payload: Uint8Array) => Reading | null> = {
  "order/new": reader(OrderPlacedSchema, ({ totalCents, zip }) => ({ title: "Order placed", detail: `${money(Number(totalCents))}, to ${zip}` })),
  "order/reserved": () => ({ title: "Beer set aside" }),
  "order/rejected": reader(OrderRejectedSchema, ({ reason }) => ({ title: "Not in stock", detail: reason, role: "failure" })),
  "payment/paid": reader(PaymentTakenSchema, ({ amountCents }) => ({ title: "Card charged", detail: money(Number(amountCents)) })),
  "payment/declined": reader(PaymentDeclinedSchema, ({ reason }) => ({ title: "Card declined", detail: reason, role: "failure" })),
  "payment/refunded": reader(PaymentRefundedSchema, ({ amountCents }) => ({
    title: "Money given back",
    detail: money(Number(amountCents)),
    role: "undo",
  })),
  "order/packed": reader(OrderPackedSchema, ({ parcels }) => ({ title: "Packed", detail: parcels > 1 ? `${parcels} parcels` : "" })),
  "order/ship": reader(ShipmentOfferSchema, ({ epoch, attempt, header }) => {
    const isAgain = epoch > 1 || attempt > 0 || header?.source === "dray-logistics";
    const search = epoch > 1 ? `search ${epoch}` : "";
    const ring = attempt > 0 ? `ring ${attempt} of neighbours` : "";
    const detail = [search, ring].filter((part) => part !== "").join(", ");
    return { title: isAgain ? "Offered to more vehicles" : "Offered to vehicles", detail, role: isAgain ? "retry" : "step" };
  }),
  "order/bid": reader(BidSchema, ({ vehicleId, etaSeconds }) => ({ title: "A vehicle bids", detail: `${vehicleId}, ${etaSeconds} s away` })),
  "order/award": reader(AwardSchema, ({ vehicleId, epoch }) => ({
    title: epoch > 1 ? "Awarded anew" : "Awarded",
    detail: vehicleId,
    role: epoch > 1 ? "retry" : "step",
  })),
  "order/picked-up": () => ({ title: "On board", follows: "order/award" }),
  "order/near": reader(OrderNearSchema, ({ zone }) => ({ title: zone === Zone.AT_THE_DOOR ? "At the door" : "Arriving" })),
  "order/delivered": () => ({ title: "Delivered", follows: "order/picked-up" }),
  "order/cancel": reader(CancelOrderSchema, ({ reason }) => ({ title: "Cancelling asked for", detail: reason, role: "failure" })),
  "order/cancelled": reader(OrderCancelledSchema, ({ reason }) => ({ title: "Cancelled", detail: reason, role: "undo" })),
  "fraud/cleared": () => ({ title: "Nothing speaks against it" }),
  "customer/message": reader(CustomerMessageSchema, ({ text }) => ({ title: "Customer told", detail: text })),
};

function reader<Desc extends DescMessage>(
  schema: Desc,
  read: (message: NonNullable<ReturnType<typeof decoded<Desc>>>) => Reading,
): (payload: Uint8Array) => Reading | null {
  return (payload) => {
    const message = decoded(schema, payload);
    return message && read(message);
  };
}
