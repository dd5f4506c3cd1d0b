// How this page becomes a client of the broker: MQTT 5 over its WebSocket listener.
import mqtt, { type MqttClient } from "mqtt";

import { type ClientToken, type Status, ask } from "./api";

const kConnectTimeoutMs = 5_000;

export interface Credentials {
  username?: string;
  password?: string;
}

// Null: there is no such listener.
export function webSocketUrl(listeners: Status["listeners"]): string | null {
  const wanted = location.protocol === "https:" ? "wss" : "ws";
  const found = listeners.find(({ kind }) => kind === wanted) ?? listeners.find(({ kind }) => kind === "ws" || kind === "wss");
  if (!found) return null;
  // The page was found under a name by which this machine reaches the broker.
  const port = found.address.slice(found.address.lastIndexOf(":") + 1);
  return `${found.kind}://${location.hostname}:${port}/mqtt`;
}

// Of the operator, where the broker signs tokens for one; else of nobody.
export async function operatorsCredentials(clientUser: string): Promise<Credentials> {
  if (!clientUser) return {};
  const { user, token } = await ask<ClientToken>("POST", "client-token");
  return { username: user, password: token };
}

export function chooseClientId(purpose: string): string {
  return `console-${purpose}${crypto.getRandomValues(new Uint32Array(1))[0]}`;
}

// It does not come back by itself when its connection ends.
export function openClient(url: string, clientId: string, credentials: Credentials): MqttClient {
  return mqtt.connect(url, {
    protocolVersion: 5,
    clientId,
    ...credentials,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    timerVariant: "native", // no worker: the page's policy forbids it
    connectTimeout: kConnectTimeoutMs,
  });
}
