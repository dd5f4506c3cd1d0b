// Messages, one below the other; each opens to show its properties and what its payload says.
import type { Message, QueuedMessage } from "./api";
import { element } from "./dom";
import { bytes, time } from "./format";
import { decode, fromBase64 } from "./payload";
import { schema } from "./schema-source";

export class MessageList<Kind extends Message | QueuedMessage> {
  readonly root: HTMLElement;
  private readonly list = element("ol", { class: "messages" });
  private readonly empty = element("p", { class: "empty" }, "There are none.");

  constructor(label: string) {
    this.list.setAttribute("aria-label", label);
    this.root = element("div", {}, this.list, this.empty);
  }

  add(messages: Kind[]): void {
    this.list.append(...messages.map((message) => element("li", {}, details(message))));
    this.empty.hidden = this.list.children.length > 0;
  }

  keepLast(countMax: number): void {
    while (this.list.children.length > countMax) this.list.firstElementChild?.remove();
  }

  clear(): void {
    this.list.replaceChildren();
    this.empty.hidden = false;
  }
}

function details(message: Message | QueuedMessage): HTMLElement {
  const facts = [`QoS ${message.qos}`, bytes(message.payload_bytes)];
  if (message.retain) facts.push("retained");
  if ("position" in message) {
    facts.push(`arrived ${time(message.arrived_at)}`, `position ${message.position}`);
    if (message.deliveries > 0) facts.push(`delivered ${message.deliveries} times`);
    if (message.is_unacknowledged) facts.push("with a consumer");
  }
  const reason = message.properties?.user?.find(([name]) => name === "dead-letter-reason")?.[1];
  const made = element(
    "details",
    {},
    element(
      "summary",
      {},
      element("span", { class: "topic" }, message.topic),
      reason ? element("span", { class: "badge" }, reason) : null,
      element("span", { class: "facts" }, facts.join(" · ")),
    ),
  );
  // What nobody opens need not be decoded.
  made.addEventListener("toggle", () => void contents(message).then((parts) => made.append(...parts)), { once: true });
  return made;
}

async function contents(message: Message): Promise<Node[]> {
  const payload = message.payload_base64 === undefined ? new TextEncoder().encode(message.payload ?? "") : fromBase64(message.payload_base64);
  const decoded = (await schema()).decode(message.topic, payload) ?? decode(payload);
  const kind = message.truncated ? `${decoded.kind}, the beginning` : decoded.kind;
  const properties = element("dl", { class: "properties" });
  for (const [name, value] of propertiesOf(message)) {
    properties.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  }
  return [
    properties,
    element("p", { class: "kind" }, `Payload: ${kind}`),
    element("pre", { tabindex: 0, role: "region", "aria-label": `Payload of ${message.topic}` }, decoded.text),
  ];
}

function propertiesOf(message: Message): [string, string][] {
  const { user, ...others } = message.properties ?? {};
  const found: [string, string][] = Object.entries(others).map(([name, value]) => [name.replaceAll("_", " "), String(value)]);
  if (message.expires_at) found.push(["expires", time(message.expires_at)]);
  return [...found, ...(user ?? [])];
}
