// Following one order: the record from the store, the events from the broker, the view and the map brought together.
import * as api from "../api";
import type { Bus } from "../bus";
import { type Tracking, heard, orderFilters } from "./events";
import type { LiveMap } from "./live-map";
import { type Order, isOver, newOrder, withEvent, withRecord } from "./order";
import { OrderView } from "./order-view";
import { isRemembered, remember } from "./past-orders";

export interface OrderPageEvents {
  // It has failed, and the customer wants to try again.
  retry(items: api.Item[]): void;
  // The store knows no such order.
  unknown(id: string): void;
  unreachable(message: string): void;
  reachable(): void;
}

// An event that came just before our subscription may not yet be in the store's record: ask once more.
const kSecondLookMs = 2_000;
const kRetryMs = 3_000;

export class OrderPage {
  private readonly view: OrderView;
  private order: Order;
  private tracking: Tracking | null = null;
  private unsubscribe: () => void = () => undefined;
  private timer = 0;
  private isClosed = false;
  private isFinished = false;

  constructor(
    id: string,
    private readonly bus: Bus,
    private readonly map: LiveMap,
    private readonly events: OrderPageEvents,
    nameOf: (sku: string) => api.Product | undefined,
  ) {
    this.order = newOrder(id);
    this.view = new OrderView(
      id,
      nameOf,
      () => api.cancelOrder(id),
      (items) => events.retry(items),
    );
  }

  get root(): HTMLElement {
    return this.view.root;
  }

  // What the form knows already saves the customer the wait for the store's record.
  begin(known: Partial<Order> | null): void {
    this.order = { ...this.order, ...known };
    // Just placed here; a link from somebody else is not remembered.
    if (known) remember(this.order);
    this.map.showTrail(this.order.id);
    this.refresh();
    void this.bus.admit(this.order.id).then(() => this.subscribe());
    // Not waiting for the broker: a person who reloads wants to see the order even while it is away.
    void this.look();
  }

  close(): void {
    this.isClosed = true;
    window.clearTimeout(this.timer);
    this.unsubscribe();
  }

  refresh(): void {
    if (this.order.dropOff) this.map.showHome(this.order.dropOff);
    if (this.order.pickUp) this.map.showWarehouse(this.order.pickUp);
    this.view.show(this.order, this.tracking);
    if (isOver(this.order.status) && !this.isFinished) {
      this.isFinished = true;
      this.map.finish();
    }
  }

  // See LiveMapEvents.
  stale(seconds: number | null): void {
    this.view.stale(seconds);
  }

  private subscribe(): void {
    if (this.isClosed) return;
    this.unsubscribe = this.bus.subscribe(
      orderFilters(this.order.id),
      (topic, payload) => this.hear(topic, payload),
      () => this.catchUp(kSecondLookMs),
    );
  }

  private hear(topic: string, payload: Uint8Array): void {
    const event = heard(topic, payload);
    if (!event) return;
    if ("tracking" in event) this.follow(event.tracking);
    else this.learn(withEvent(this.order, event.order));
    this.refresh();
  }

  private learn(order: Order): void {
    this.order = order;
    if (isRemembered(order.id)) remember(order);
  }

  private follow(tracking: Tracking): void {
    if (isOver(this.order.status)) return;
    this.tracking = tracking;
    this.map.addFix(tracking.position, tracking.headingDegrees, tracking.leg);
  }

  private catchUp(againMs: number): void {
    void this.look();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), againMs);
  }

  private async look(): Promise<void> {
    try {
      const record = await api.order(this.order.id);
      if (this.isClosed) return;
      this.learn(withRecord(this.order, record));
      this.events.reachable();
      this.refresh();
    } catch (error) {
      if (!this.isClosed) this.failed(error as Error);
    }
  }

  private failed(error: Error): void {
    if (error instanceof api.Problem && error.status === 404) {
      this.events.unknown(this.order.id);
      return;
    }
    this.events.unreachable(error.message);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), kRetryMs);
  }
}
