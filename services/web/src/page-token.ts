// What a page shows the broker in place of a password: a token of the store (store/page_tokens.h), by which the broker
// knows which orders may be watched here, and whether this is an operator. The broker looks at it when a connection begins.
import type { IClientOptions, MqttClient } from "mqtt";

import * as api from "./api";

// The broker asks whose the token is, not this; MQTT.js sends no password without it.
const kUserName = "page";
// The store names no more in a token; the newest matter most.
const kOrdersMax = 64;

export class PageToken {
  private text = "";
  private readonly orders: Set<string>;

  private constructor(
    orders: string[],
    private readonly operatorCode: string,
  ) {
    this.orders = new Set(orders);
  }

  // `operatorCode`: empty for a customer. Throws what api.token() does.
  static async of(orders: string[], operatorCode: string): Promise<PageToken> {
    const token = new PageToken(orders, operatorCode);
    await token.ask();
    return token;
  }

  // False if it is named already; else renew() gets a token that names it.
  add(order: string): boolean {
    const isNew = !this.orders.has(order);
    this.orders.add(order);
    return isNew;
  }

  // Whether the store gave one; until it does the old one may still do.
  async renew(): Promise<boolean> {
    return this.ask().then(
      () => true,
      () => false,
    );
  }

  get options(): IClientOptions {
    return { username: kUserName, password: this.text };
  }

  // For as long as the client lives: what was lost begins again with a token that is valid then.
  keepFresh(client: MqttClient): void {
    client.on("close", () => void this.renew());
    client.on("reconnect", () => Object.assign(client.options, this.options));
  }

  private async ask(): Promise<void> {
    this.text = await api.token([...this.orders].slice(-kOrdersMax), this.operatorCode);
  }
}
