// What is said of an order, in a customer's words.
import type { Tracking } from "./events";
import { type Order, type Zone, hasFailed, isOnTheRoad, isOver } from "./order";

const kCancelled = "This order was cancelled";
const kDeclined = "Your card was declined";
const kOutOfStock = "That is out of stock";

export function headline(order: Order, tracking: Tracking | null): string {
  switch (order.status) {
    case "processing":
      return order.reason ? "This order cannot go on" : "Your order is being processed";
    case "reserved":
      return order.reason ? kDeclined : "Your beer is set aside";
    case "paid":
      return "Paid. Being packed";
    case "packed":
      return "Packed. Looking for a vehicle";
    case "shipped":
      return "Asking the vehicles near you";
    case "awarded":
      if (!order.vehicle) return "Finding you another vehicle";
      return tracking?.leg === "to_customer" ? wayHeadline(order, tracking) : "Picking up your beer";
    case "picked_up":
      return order.vehicle ? wayHeadline(order, tracking) : "Finding you another vehicle";
    case "delivered":
      return "Delivered. Cheers!";
    case "cancelled":
    case "dead_lettered":
      return endHeadline(order.reason);
  }
}

function wayHeadline(order: Order, tracking: Tracking | null): string {
  switch (zoneOf(order, tracking)) {
    case "at_the_door":
      return "At your door";
    case "arriving":
      return "Arriving";
    case null:
      return "On the way to you";
  }
}

// The nearest zone that was heard of, by the vehicle's position or by the notice that it had entered one.
export function zoneOf(order: Order, tracking: Tracking | null): Zone | null {
  if (tracking?.zone === "at_the_door" || order.nearAt.at_the_door) return "at_the_door";
  return tracking?.zone === "arriving" || order.nearAt.arriving ? "arriving" : null;
}

function endHeadline(reason: string): string {
  if (/declin|card/i.test(reason)) return kDeclined;
  if (/stock|sold out|not enough/i.test(reason)) return kOutOfStock;
  if (/vehicle/i.test(reason)) return "No vehicle was free";
  return kCancelled;
}

export function detail(order: Order, tracking: Tracking | null): string {
  if (hasFailed(order)) return endDetail(order);
  if (order.reason && !isOver(order.status)) return sentence(order.reason);
  if (order.status === "delivered") return order.vehicle ? `${order.vehicle} brought it.` : "";
  if (!isOnTheRoad(order.status)) return "You may close this page and come back: its address leads to your order.";
  if (!order.vehicle) return "The first one had to give up.";
  return tracking ? `${order.vehicle}, ${Math.round(tracking.speedMps * 2.23694)} mph` : `${order.vehicle} has taken it.`;
}

function endDetail(order: Order): string {
  // Which beer, which delay: told unless the headline has said it all.
  const saysAll = endHeadline(order.reason) === kDeclined;
  const reason = saysAll ? "" : sentence(order.reason);
  const money = order.reachedAt.paid ? "Your money goes back to your card." : "Nothing was taken from your card.";
  return `${reason} ${money}`.trim();
}

function sentence(text: string): string {
  if (!text) return "";
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

// What the link back to the form offers, with the same beers in the basket.
export function remedy(order: Order): string {
  if (!hasFailed(order)) return "Order something else";
  switch (endHeadline(order.reason)) {
    case kDeclined:
      return "Try another card";
    case kOutOfStock:
      return "Choose something else";
    default:
      return "Order it again";
  }
}
