// Numbers and names as the fleet page writes them.
const whole = new Intl.NumberFormat("en-US");

export function count(value: number): string {
  return whole.format(Math.round(value));
}

export function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} s`;
}

export function speed(metresPerSecond: number): string {
  return `${Math.round(metresPerSecond * 3.6)} km/h`;
}

// Enough of an order's id to tell it from others.
export function shortOrder(order: string): string {
  return order.slice(0, 8);
}
