// Reads a stream of the broker, from a time on and then live, through a connection of its own: what is not taken yet is
// not acknowledged, and what is not acknowledged holds back what follows. So the reader sets the pace, and a page that
// shows an hour in a minute, or stands still, holds no more than a few hundred messages.
//
//   $stream/<name>/@<seconds>/<topics>     the first time
//   $stream/<name>/<offset>/<topics>       after a lost connection: nothing is missed or seen twice
import mqtt, { type DoneCallback, type IPublishPacket, type MqttClient } from "mqtt";

import type { PageToken } from "../page-token";

export interface StreamMessage {
  topic: string;
  payload: Uint8Array;
  // When the broker took it in.
  atMs: number;
}

export interface StreamPlace {
  stream: string;
  // Milliseconds since 1970.
  fromMs: number;
  topics: string;
}

const kReceiveMax = 256;
const kRetryMs = 1_500;

export class StreamReader {
  private readonly client: MqttClient;
  private lastOffset = 0;
  private held: (() => void) | null = null;
  private isClosed = false;

  // `take` says whether it has taken the message; if not, it is shown it again by offer().
  constructor(
    url: string,
    token: PageToken | null,
    private readonly place: StreamPlace,
    private readonly take: (message: StreamMessage) => boolean,
  ) {
    this.client = mqtt.connect(url, {
      protocolVersion: 5,
      clientId: `reader-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`,
      clean: true,
      resubscribe: false,
      // While a message is held nothing else is read, answers to pings neither.
      keepalive: 0,
      reconnectPeriod: kRetryMs,
      properties: { receiveMaximum: kReceiveMax },
      ...token?.options,
    });
    token?.keepFresh(this.client);
    this.client.handleMessage = (packet, done) => this.receive(packet, done);
    this.client.on("connect", () => this.client.subscribe(this.filter(), { qos: 1 }));
    this.client.on("close", () => (this.held = null));
    // "close" follows, and then another attempt.
    this.client.on("error", () => undefined);
  }

  // Shows a message again that was not taken.
  offer(): void {
    this.held?.();
  }

  close(): void {
    this.isClosed = true;
    this.held = null;
    this.client.end(true);
  }

  private filter(): string {
    const { stream, fromMs, topics } = this.place;
    const start = this.lastOffset > 0 ? String(this.lastOffset + 1) : `@${Math.floor(fromMs / 1_000)}`;
    return `$stream/${stream}/${start}/${topics}`;
  }

  private receive(packet: IPublishPacket, done: DoneCallback): void {
    // What had come before: it can no longer be acknowledged.
    if (this.isClosed) return;
    const words = packet.properties?.userProperties ?? {};
    const message = {
      topic: packet.topic,
      payload: packet.payload as Uint8Array,
      atMs: Date.parse(String(words["stream-time"])),
    };
    this.held = () => {
      if (!this.take(message)) return;
      this.held = null;
      this.lastOffset = Number(words["stream-offset"]);
      done();
    };
    this.held();
  }
}
