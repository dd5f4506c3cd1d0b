// The orders placed on this device, newest first, with the last that was known of each. Kept here because the store does
// not know who its customers are; what becomes of an order is always asked of the store.
import type { Item } from "../api";
import { Kept, isListOf } from "../kept";
import { isItem } from "./basket";
import { type Order, type Status, isStatus } from "./order";

export interface PastOrder {
  id: string;
  // Unix ms.
  placedAt: number;
  status: Status;
  items: Item[];
  totalCents: number;
}

const kOrdersMax = 30;
const kept = new Kept("dray.orders", isListOf(isPastOrder));

export function pastOrders(): PastOrder[] {
  return kept.read() ?? [];
}

// A new one goes to the front, a known one gets its news.
export function remember(order: Order): void {
  const known = pastOrders();
  const at = known.findIndex(({ id }) => id === order.id);
  const past: PastOrder = {
    id: order.id,
    placedAt: order.reachedAt.processing ?? known[at]?.placedAt ?? Date.now(),
    status: order.status,
    items: order.items,
    totalCents: order.totalCents,
  };
  if (at >= 0) known[at] = past;
  else known.unshift(past);
  kept.write(known.slice(0, kOrdersMax));
}

export function isRemembered(id: string): boolean {
  return pastOrders().some((order) => order.id === id);
}

export function forget(id: string): void {
  kept.write(pastOrders().filter((order) => order.id !== id));
}

export function forgetAll(): void {
  kept.write([]);
}

function isPastOrder(value: unknown): value is PastOrder {
  const order = value as PastOrder | null;
  return (
    typeof order?.id === "string" &&
    Number.isFinite(order.placedAt) &&
    isStatus(order.status) &&
    Array.isArray(order.items) &&
    order.items.every(isItem) &&
    Number.isFinite(order.totalCents)
  );
}
