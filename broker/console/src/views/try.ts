// A client to try things with: MQTT 5 over WebSocket, as any other, with the rights of whoever it says it is.
import type { IClientPublishOptions, MqttClient } from "mqtt";

import { type Message, type Status, get, problemOf } from "../api";
import { type Credentials, chooseClientId, openClient, operatorsCredentials, webSocketUrl } from "../broker-client";
import { button, element, labelled, select, setText } from "../dom";
import { MessageList } from "../message-list";
import type { View } from "../view";

const kShownMax = 200;
const kLevels: [string, string][] = [
  ["0", "0"],
  ["1", "1"],
  ["2", "2"],
];

export function tryIt(): View {
  return {
    title: "Try it",
    open(root, signal) {
      const client = new TryClient();
      signal.addEventListener("abort", () => client.disconnect());
      root.append(...client.parts);
      void get<Status>("status", {}, signal)
        .then((status) => client.suggest(status))
        .catch(() => undefined); // then the person types it
    },
  };
}

class TryClient {
  readonly parts: HTMLElement[];
  private client: MqttClient | null = null;
  private operatorsUser = "";
  private attempts = 0;
  private readonly filters = new Set<string>();
  private readonly url = element("input", { type: "url", required: true, placeholder: "ws://…", autocomplete: "off", spellcheck: "false" });
  private readonly id = element("input", { type: "text", value: chooseClientId(""), autocomplete: "off" });
  private readonly user = element("input", { type: "text", autocomplete: "username" });
  private readonly password = element("input", { type: "password", autocomplete: "current-password" });
  private readonly state = element("p", { role: "status" }, "Not connected.");
  private readonly connectButton = element("button", { type: "submit" }, "Connect");
  private readonly disconnectButton = button("Disconnect", () => this.disconnect(), { disabled: true });
  private readonly usable = element("fieldset", { disabled: true, class: "plain" });
  private readonly subscribed = element("ul", { class: "chips", "aria-label": "Subscribed" });
  private readonly heard = new MessageList<Message>("Messages that came, the newest last");

  constructor() {
    this.usable.append(element("legend", { class: "unseen" }, "With the connection"), this.subscribeForm(), this.subscribed, this.publishForm());
    this.parts = [
      this.connectForm(),
      this.state,
      this.usable,
      element("h2", {}, "Messages that came"),
      element("div", { class: "actions" }, button("Clear", () => this.heard.clear())),
      this.heard.root,
    ];
  }

  suggest({ listeners, client_user }: Status): void {
    this.operatorsUser = client_user;
    if (client_user) this.user.placeholder = `${client_user}, by a token of the broker`;
    const url = webSocketUrl(listeners);
    if (url === null) return setText(this.state, "The broker has no WebSocket listener: set listeners.ws.");
    if (!this.url.value) this.url.value = url;
  }

  disconnect(): void {
    this.attempts += 1; // one that is under way leads nowhere
    this.client?.end(true);
    this.client = null;
    this.filters.clear();
    this.subscribed.replaceChildren();
    this.enter(false, "Not connected.");
  }

  private async connect(): Promise<void> {
    this.disconnect();
    this.enter(false, "Connecting…");
    const attempt = this.attempts;
    const credentials = await this.credentials();
    if (attempt !== this.attempts) return;
    const client = openClient(this.url.value, this.id.value, credentials);
    this.client = client;
    client.on("connect", () => this.enter(true, `Connected as ${this.id.value}.`));
    client.on("error", (error) => this.failed(client, error.message));
    client.on("close", () => this.failed(client, "the connection was closed"));
    client.on("message", (topic, payload, packet) => this.show(topic, payload, packet.qos, packet.retain, packet.properties));
  }

  // Who names nobody is the operator that the console knows him as, where the broker signs tokens for one.
  private credentials(): Promise<Credentials> {
    if (this.user.value) return Promise.resolve({ username: this.user.value, password: this.password.value });
    return operatorsCredentials(this.operatorsUser);
  }

  private failed(client: MqttClient, why: string): void {
    if (client !== this.client) return;
    this.disconnect();
    setText(this.state, `Not connected: ${why}.`);
  }

  private enter(isConnected: boolean, text: string): void {
    this.usable.disabled = !isConnected;
    this.disconnectButton.disabled = !isConnected;
    setText(this.state, text);
  }

  private connectForm(): HTMLElement {
    return form(
      [labelled("WebSocket address", this.url), labelled("Client id", this.id), labelled("User", this.user), labelled("Password", this.password)],
      [this.connectButton, this.disconnectButton],
      "Connect",
      () => void this.connect().catch((error: unknown) => this.enter(false, `Not connected: ${problemOf(error)}.`)),
    );
  }

  private subscribeForm(): HTMLElement {
    const filter = element("input", { type: "text", required: true, autocomplete: "off", spellcheck: "false" });
    const qos = select(kLevels);
    return form([labelled("Topic filter", filter), labelled("QoS", qos)], [element("button", { type: "submit" }, "Subscribe")], "Subscribe", () => {
      this.client?.subscribe(filter.value, { qos: levelOf(qos) }, (error, granted) => {
        const reason = granted?.[0]?.qos ?? 0;
        if (error || reason >= 0x80) return setText(this.state, `${filter.value} was refused: ${error?.message ?? `reason ${reason}`}.`);
        this.addFilter(filter.value);
        setText(this.state, `Subscribed to ${filter.value}.`);
      });
    });
  }

  private publishForm(): HTMLElement {
    const topic = element("input", { type: "text", required: true, autocomplete: "off", spellcheck: "false" });
    const qos = select(kLevels);
    const retain = element("input", { type: "checkbox" });
    const payload = element("textarea", { rows: 3, spellcheck: "false" });
    const fields = [labelled("Topic", topic), labelled("QoS", qos), labelled("Retain", retain), labelled("Payload", payload)];
    return form(fields, [element("button", { type: "submit" }, "Publish")], "Publish", () => {
      const options: IClientPublishOptions = { qos: levelOf(qos), retain: retain.checked };
      this.client?.publish(topic.value, payload.value, options, (error) => {
        setText(this.state, error ? `Not published: ${error.message}.` : `Published to ${topic.value}.`);
      });
    });
  }

  private addFilter(filter: string): void {
    if (this.filters.has(filter)) return;
    this.filters.add(filter);
    const chip = element("li", {}, filter);
    chip.append(
      button("Unsubscribe", () => {
        this.client?.unsubscribe(filter);
        this.filters.delete(filter);
        chip.remove();
      }, { "aria-label": `Unsubscribe from ${filter}` }),
    );
    this.subscribed.append(chip);
  }

  private show(topic: string, payload: Uint8Array, qos: number, retain: boolean, properties: { userProperties?: object; contentType?: string } = {}): void {
    const user = Object.entries(properties.userProperties ?? {}).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)]));
    this.heard.add([
      {
        topic,
        qos,
        retain,
        payload_bytes: payload.length,
        payload_base64: toBase64(payload),
        properties: { user, ...(properties.contentType ? { content_type: properties.contentType } : {}) },
      },
    ]);
    this.heard.keepLast(kShownMax);
  }
}

function levelOf(control: HTMLSelectElement): 0 | 1 | 2 {
  return Number(control.value) as 0 | 1 | 2;
}

function toBase64(payload: Uint8Array): string {
  return btoa(Array.from(payload, (byte) => String.fromCharCode(byte)).join(""));
}

function form(fields: HTMLElement[], buttons: HTMLElement[], label: string, act: () => void): HTMLElement {
  const made = element("form", { class: "controls", "aria-label": label }, ...fields, element("div", { class: "actions" }, ...buttons));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
  return made;
}
