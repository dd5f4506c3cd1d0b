// How every page begins: the store's configuration, the token that the broker asks for, the line to the broker, and a sign
// in the masthead that says how that line is. The page's HTML has #notice and #connection.
import * as api from "./api";
import { Bus, type BusState, reachableUrl } from "./bus";
import { byId } from "@web/dom";
import { Notice } from "./notice";
import { askForOperatorCode, forgetOperatorCode, operatorCode } from "./operator";
import { PageToken } from "./page-token";

export interface Visitor {
  // Which orders are to be watched.
  orders?: string[];
  // Whether the page shows more to who works here, or shows itself to nobody else.
  operator?: "more" | "only";
}

export interface Beginning {
  config: api.Config;
  // Null where the broker asks for none.
  token: PageToken | null;
  bus: Bus;
  notice: Notice;
}

const kRetryMs = 3_000;
const kConnectionTexts: Record<BusState, string> = {
  connecting: "connecting",
  online: "live",
  reconnecting: "reconnecting",
};

// Asks until the store answers.
export async function begin(visitor: Visitor = {}): Promise<Beginning> {
  const notice = new Notice(byId("notice"));
  for (;;) {
    try {
      const config = await api.config();
      notice.takeBack("store");
      const token = config.asks_for_token ? await tokenFor(visitor, notice) : null;
      const bus = new Bus(reachableUrl(config.ws_url, location.hostname), token);
      const show = (): void => showConnection(bus.state, notice);
      bus.watch(show);
      window.addEventListener("online", show);
      return { config, token, bus, notice };
    } catch (error) {
      notice.tell("store", `${(error as Error).message} Trying again.`);
      await new Promise((resolve) => setTimeout(resolve, kRetryMs));
    }
  }
}

async function tokenFor({ orders = [], operator }: Visitor, notice: Notice): Promise<PageToken> {
  for (;;) {
    let code = operator ? operatorCode() : "";
    if (operator === "only" && code === "") code = await askForOperatorCode();
    try {
      const token = await PageToken.of(orders, code);
      notice.takeBack("operator");
      return token;
    } catch (error) {
      if (!(error instanceof api.Problem) || error.status !== 403) throw error;
      forgetOperatorCode();
      if (operator === "only") notice.tell("operator", "That is not the code.");
    }
  }
}

function showConnection(state: BusState, notice: Notice): void {
  const sign = byId("connection");
  sign.dataset["state"] = state;
  const isOffline = state !== "online" && !navigator.onLine;
  sign.textContent = isOffline ? "offline" : kConnectionTexts[state];
  if (state === "online") notice.takeBack("broker");
  else if (isOffline) notice.tell("broker", "You are offline. What you see may be old; it is filled in when you are back.");
  else if (state === "reconnecting") {
    notice.tell("broker", "The live connection was lost. Reconnecting; what you missed will be filled in.");
  }
}
