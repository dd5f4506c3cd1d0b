// The answers of the admin API as the broker publishes them: one MQTT connection of this page, and for each answer
// that is shown a subscription to $dray/watch/<path>.
import type { MqttClient } from "mqtt";

import { ApiError, type Status, get, problemOf, problemText } from "./api";
import { chooseClientId, openClient, operatorsCredentials, webSocketUrl } from "./broker-client";

const kRoot = "$dray/watch/";
const kTryAgainMs = 1_000; // twice as long after each try, up to
const kTryAgainMsMax = 30_000;

type Answer = { value: unknown } | { problem: ApiError };

interface Watched {
  answer: Answer | null; // null: the first is on its way
  waiting: ((answer: Answer | null) => void)[];
}

export interface WatchListener {
  // Another answer than before.
  changed(path: string): void;
  // It is live now, or no more.
  turned(): void;
}

export class Watch {
  isLive = false;
  why = ""; // it is not; empty: nothing was tried yet
  private client: MqttClient | null = null;
  private readonly watched = new Map<string, Watched>();
  private attempt = 0; // one that is not the last leads nowhere
  private timer = 0;
  private delayMs = kTryAgainMs;
  private settled: Promise<void> = Promise.resolve();
  private settle = (): void => undefined;

  constructor(private readonly listener: WatchListener) {}

  // At once, whatever was waited for.
  start(): void {
    this.stop();
    this.settled = new Promise((resolve) => (this.settle = resolve));
    this.delayMs = kTryAgainMs;
    void this.connect();
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.attempt += 1;
    this.client?.end(true);
    this.client = null;
    this.isLive = false;
    this.why = "";
    this.forgetAll();
    this.settle();
  }

  // When the first try has come to an end.
  get isDecided(): Promise<void> {
    return this.settled;
  }

  // While it is live. Comes to nothing when the connection ends.
  async read<Value>(path: string): Promise<Value> {
    let watched = this.watched.get(path);
    if (!watched) this.watched.set(path, (watched = this.subscribe(path)));
    const { waiting } = watched;
    const answer = watched.answer ?? (await new Promise<Answer | null>((resolve) => waiting.push(resolve)));
    if (!answer) throw new DOMException("the connection has ended", "AbortError");
    if ("problem" in answer) throw answer.problem;
    return answer.value as Value;
  }

  // Nothing else is shown any more.
  keep(paths: Set<string>): void {
    for (const path of [...this.watched.keys()].filter((each) => !paths.has(each))) {
      this.watched.delete(path);
      this.client?.unsubscribe(kRoot + path);
    }
  }

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    try {
      const { listeners, client_user } = await get<Status>("status");
      const url = webSocketUrl(listeners);
      const credentials = url === null ? {} : await operatorsCredentials(client_user);
      if (attempt !== this.attempt) return;
      if (url === null) return this.failed("listeners.ws is not set");
      const client = (this.client = openClient(url, chooseClientId("live-"), credentials));
      let why = `${url} does not answer`;
      client.on("connect", () => {
        why = "the connection was lost";
        this.turn(true, "");
      });
      client.on("error", (error) => (why = error.message));
      client.on("close", () => client === this.client && this.failed(why));
      client.on("message", (topic, payload, packet) => this.hear(topic, payload, packet.properties?.contentType));
    } catch (error) {
      if (attempt === this.attempt) this.failed(problemOf(error));
    }
  }

  private failed(why: string): void {
    this.attempt += 1;
    this.client?.end(true);
    this.client = null;
    this.forgetAll();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.connect(), this.delayMs);
    this.delayMs = Math.min(2 * this.delayMs, kTryAgainMsMax);
    this.turn(false, why);
  }

  private turn(isLive: boolean, why: string): void {
    this.isLive = isLive;
    this.why = why;
    this.settle();
    this.listener.turned();
  }

  private subscribe(path: string): Watched {
    const client = this.client;
    client?.subscribe(kRoot + path, { qos: 0 }, (error, _granted, packet) => {
      if (!error || client !== this.client) return;
      this.delayMs = kTryAgainMsMax; // it will not think otherwise so soon
      this.failed(packet?.properties?.reasonString ?? error.message);
    });
    return { answer: null, waiting: [] };
  }

  private hear(topic: string, payload: Uint8Array, contentType: string | undefined): void {
    const path = topic.slice(kRoot.length);
    const watched = this.watched.get(path);
    if (!watched) return;
    this.delayMs = kTryAgainMs;
    const isFirst = watched.answer === null;
    const answer = (watched.answer = read(payload, contentType));
    for (const wake of watched.waiting.splice(0)) wake(answer);
    if (!isFirst) this.listener.changed(path);
  }

  private forgetAll(): void {
    const all = [...this.watched.values()];
    this.watched.clear();
    for (const { waiting } of all) for (const wake of waiting) wake(null);
  }
}

function read(payload: Uint8Array, contentType: string | undefined): Answer {
  const value: unknown = JSON.parse(new TextDecoder().decode(payload));
  if (contentType !== "application/problem+json") return { value };
  const status = (value as { status?: number }).status ?? 0;
  return { problem: new ApiError(status, problemText(value) ?? `the broker answered with status ${status}`) };
}
