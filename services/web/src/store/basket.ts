// What the customer wants, kept on this device: neither a reload nor a lost connection empties it.
import type { Item } from "../api";
import { Kept, isListOf } from "../kept";

const kept = new Kept("dray.basket", isListOf(isItem));

export class Basket {
  private readonly quantities = new Map((kept.read() ?? []).map(({ sku, quantity }) => [sku, quantity]));

  items(): Item[] {
    return [...this.quantities].map(([sku, quantity]) => ({ sku, quantity }));
  }

  quantity(sku: string): number {
    return this.quantities.get(sku) ?? 0;
  }

  set(sku: string, quantity: number): void {
    if (quantity > 0) this.quantities.set(sku, quantity);
    else this.quantities.delete(sku);
    kept.write(this.items());
  }

  fill(items: Item[]): void {
    this.quantities.clear();
    for (const { sku, quantity } of items) this.quantities.set(sku, quantity);
    kept.write(this.items());
  }
}

export function isItem(value: unknown): value is Item {
  const item = value as Item | null;
  return typeof item?.sku === "string" && Number.isInteger(item.quantity) && item.quantity > 0;
}
