// The page's line to the broker: MQTT 5 over WebSocket, reconnecting for ever.
//
//   connecting -> online <-> reconnecting
//
// A subscription lives until its handle is called; it is renewed on every connection, and `onLive` tells its owner
// that from now on it hears what happens, so that it can ask the store for what it missed.
import mqtt, { type MqttClient } from "mqtt";

import type { PageToken } from "./page-token";
import { matches, topicsOf } from "@web/topic-filter";

export type BusState = "connecting" | "online" | "reconnecting";
// `words`: the message's user properties. What comes from a stream has stream-offset and stream-time.
export type Handler = (topic: string, payload: Uint8Array, words: Record<string, unknown>) => void;

interface Subscription {
  filters: string[];
  handler: Handler;
  onLive: () => void;
  onRefused: () => void;
}

const kConnectTimeoutMs = 5_000;
const kKeepAliveSeconds = 15;
// Reason codes of SUBACK from here on are refusals, MQTT 5.0 section 3.9.3.
const kRefusedMin = 0x80;
const kRetryMsMin = 700;
const kRetryMsMax = 2_500;
// Until the store is asked again for a token.
const kTokenRetryMs = 2_000;

export class Bus {
  private readonly client: MqttClient;
  private readonly subscriptions = new Set<Subscription>();
  private readonly watchers = new Set<(state: BusState) => void>();
  private current: BusState = "connecting";
  // The connection is about to begin anew with another token: nothing is wrong.
  private isChangingToken = false;

  // `token`: null where the broker asks for none.
  constructor(
    url: string,
    private readonly token: PageToken | null,
  ) {
    this.client = mqtt.connect(url, {
      protocolVersion: 5,
      clientId: `page-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`,
      clean: true,
      resubscribe: false,
      keepalive: kKeepAliveSeconds,
      connectTimeout: kConnectTimeoutMs,
      reconnectPeriod: kRetryMsMin + Math.random() * (kRetryMsMax - kRetryMsMin),
      ...token?.options,
    });
    token?.keepFresh(this.client);
    this.client.on("connect", () => this.connected());
    this.client.on("close", () => this.closed());
    // "close" follows, and that is what the page shows.
    this.client.on("error", () => undefined);
    this.client.on("message", (topic, payload, packet) => this.dispatch(topic, payload, packet.properties?.userProperties ?? {}));
    window.addEventListener("online", () => this.client.reconnecting && this.client.reconnect());
    // A line that leads nowhere may look alive until the next ping; whoever is offline is told at once.
    window.addEventListener("offline", () => this.client.stream.destroy());
  }

  get state(): BusState {
    return this.current;
  }

  watch(watcher: (state: BusState) => void): void {
    this.watchers.add(watcher);
    watcher(this.current);
  }

  // Before an order is subscribed to that has come since the page began: another token, which needs another connection.
  async admit(order: string): Promise<void> {
    if (!this.token?.add(order)) return;
    while (!(await this.token.renew())) await new Promise((resolve) => setTimeout(resolve, kTokenRetryMs));
    // One that is under way shows the old token.
    if (!this.client.connected) await new Promise<void>((resolve) => this.client.once("connect", () => resolve()));
    this.isChangingToken = true;
    this.client.reconnect();
  }

  // onRefused: the broker does not let us, or has no such stream.
  subscribe(filters: string[], handler: Handler, onLive = (): void => undefined, onRefused = (): void => undefined): () => void {
    const subscription = { filters, handler, onLive, onRefused };
    this.subscriptions.add(subscription);
    if (this.client.connected) this.request(subscription);
    return () => this.cancel(subscription);
  }

  private closed(): void {
    if (!this.isChangingToken) this.enter(this.current === "connecting" ? "connecting" : "reconnecting");
    this.isChangingToken = false;
  }

  private connected(): void {
    this.enter("online");
    for (const subscription of this.subscriptions) this.request(subscription);
  }

  private request(subscription: Subscription): void {
    this.client.subscribe(subscription.filters, { qos: 1 }, (error, _, answer) => {
      if (!this.subscriptions.has(subscription)) return;
      const isRefused = answer?.granted.some((code) => Number(code) >= kRefusedMin);
      if (isRefused) subscription.onRefused();
      else if (!error) subscription.onLive();
    });
  }

  private cancel(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
    const wanted = new Set([...this.subscriptions].flatMap((other) => other.filters));
    const unused = subscription.filters.filter((filter) => !wanted.has(filter));
    if (this.client.connected && unused.length > 0) this.client.unsubscribe(unused);
  }

  private dispatch(topic: string, payload: Uint8Array, words: Record<string, unknown>): void {
    for (const { filters, handler } of this.subscriptions) {
      if (filters.some((filter) => matches(topicsOf(filter), topic))) handler(topic, payload, words);
    }
  }

  private enter(state: BusState): void {
    if (state === this.current) return;
    this.current = state;
    for (const watcher of this.watchers) watcher(state);
  }
}

// A broker address that names loopback is meant for the machine that serves the page: a phone in the same network
// finds it under the name by which it found the page.
export function reachableUrl(url: string, pageHost: string): string {
  const parsed = new URL(url);
  const loopback = (host: string): boolean => /^(localhost|127\..*|\[::1\])$/.test(host);
  if (loopback(parsed.hostname) && !loopback(pageHost)) parsed.hostname = pageHost;
  return parsed.href;
}
