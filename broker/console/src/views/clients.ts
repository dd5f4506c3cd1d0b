// Clients and sessions: the list, and one of them.
import { type Session, type Subscription, ask, segment } from "../api";
import { confirm } from "../dialog";
import { button, element, labelled, select } from "../dom";
import { bytes, count, countOrUnknown, duration } from "../format";
import { Pages } from "../pages";
import { live } from "../live";
import type { Column } from "../table";
import { Tiles } from "../tiles";
import { type View, href } from "../view";

const kNever = 0xffffffff;

export function clientLink(clientId: string): HTMLAnchorElement {
  return element("a", { href: href("clients", clientId) }, clientId);
}

const kColumns: Column<Session>[] = [
  { title: "Client", make: (session) => clientLink(session.client_id) },
  { title: "State", text: stateOf, tone: (session) => (session.connection ? "good" : "") },
  { title: "User", text: (session) => session.user_name },
  { title: "From", text: (session) => session.connection?.peer ?? "" },
  { title: "MQTT", text: (session) => session.connection?.version ?? "" },
  { title: "Subscriptions", isNumber: true, text: (session) => count(session.subscriptions) },
  { title: "Unacknowledged", isNumber: true, text: (session) => count(session.unacknowledged) },
  { title: "Waiting", isNumber: true, text: (session) => countOrUnknown(session.queue_messages) },
  { title: "In the socket", isNumber: true, text: (session) => (session.connection ? bytes(session.connection.outbox_bytes) : "") },
];

function stateOf(session: Session): string {
  if (session.connection) return `connected ${duration(session.connection.age_ms)}`;
  return session.ends_in_ms === null ? "away" : `away, ends in ${duration(session.ends_in_ms)}`;
}

export function clients(): View {
  return {
    title: "Clients and sessions",
    open(root, signal) {
      const state = select([
        ["any", "all"],
        ["connected", "connected"],
        ["away", "away"],
        ["behind", "slow: messages wait for them"],
      ]);
      const pages = new Pages<Session>(
        {
          caption: "Sessions",
          path: "sessions",
          name: "sessions",
          searchLabel: "Client id contains",
          columns: kColumns,
          keyOf: (session) => session.client_id,
          empty: "No session is like that here. If there is a next page, the search goes on there.",
          query: () => ({ state: state.value }),
          controls: [labelled("Show", state)],
        },
        signal,
      );
      state.addEventListener("change", () => pages.restart());
      root.append(pages.root);
    },
  };
}

export function client(clientId: string): View {
  return {
    title: clientId,
    open(root, signal) {
      const tiles = new Tiles();
      const subscriptions = subscriptionPages(`sessions/${segment(clientId)}/subscriptions`, signal, false);
      root.append(
        element("p", {}, element("a", { href: href("clients") }, "All clients")),
        element("div", { class: "actions" }, button("Disconnect", () => disconnect(clientId, () => showing.again())), button("End session", () => end(clientId), { class: "danger" })),
        tiles.root,
        element("h2", {}, "Subscriptions"),
        subscriptions.root,
      );
      const showing = live(signal, async (read) => tiles.show(tilesOf(await read<Session>(`sessions/${segment(clientId)}`))));
    },
  };
}

function tilesOf(session: Session): [string, string][] {
  const connection = session.connection;
  const tiles: [string, string][] = [
    ["State", stateOf(session)],
    ["User", session.user_name || "none"],
    ["Session", session.expiry_s === kNever ? "never ends" : session.expiry_s === 0 ? "ends with the connection" : `ends ${duration(session.expiry_s * 1000)} after it`],
    ["On disk", session.is_kept ? "yes" : "no"],
    ["Will", session.has_will ? "yes" : "none"],
    ["Subscriptions", count(session.subscriptions)],
    ["Waiting", session.queue_messages === null ? "on disk" : `${count(session.queue_messages)} · ${bytes(session.queue_bytes ?? 0)}`],
  ];
  if (!connection) return tiles;
  return [
    ...tiles,
    ["From", connection.peer],
    ["MQTT", connection.version],
    ["Keep alive", connection.keep_alive_s === 0 ? "off" : `${connection.keep_alive_s} s`],
    ["Silent for", duration(connection.silent_ms)],
    ["Unacknowledged", `${count(session.unacknowledged)} of ${count(connection.window_messages)}`],
    ["In the socket", bytes(connection.outbox_bytes)],
  ];
}

function disconnect(clientId: string, done: () => void): void {
  confirm({
    title: `Disconnect ${clientId}?`,
    text: "Its connection is closed. It may connect again at once; its session stays.",
    action: "Disconnect",
    act: async () => {
      await ask("DELETE", `sessions/${segment(clientId)}/connection`);
      done();
      return `${clientId} was disconnected`;
    },
  });
}

function end(clientId: string): void {
  confirm({
    title: `End the session of ${clientId}?`,
    text: "Its connection is closed, and its subscriptions and all messages that wait for it are forgotten.",
    action: "End session",
    act: async () => {
      await ask("DELETE", `sessions/${segment(clientId)}`);
      location.hash = href("clients");
      return `the session of ${clientId} has ended`;
    },
  });
}

// Of one session, or of all.
function subscriptionPages(path: string, signal: AbortSignal, withClient: boolean): Pages<Subscription> {
  const columns: Column<Subscription>[] = [
    { title: "Filter", text: (each) => each.filter },
    { title: "QoS", isNumber: true, text: (each) => String(each.qos) },
    { title: "Options", text: optionsOf },
  ];
  if (withClient) columns.push({ title: "Client", make: (each) => clientLink(each.client_id) });
  return new Pages<Subscription>(
    {
      caption: "Subscriptions",
      path,
      name: "subscriptions",
      searchLabel: "Filter contains",
      columns,
      keyOf: (each) => `${each.client_id} ${each.filter}`,
      empty: "No subscription is like that here. If there is a next page, the search goes on there.",
    },
    signal,
  );
}

function optionsOf(each: Subscription): string {
  return [each.no_local ? "no local" : "", each.retain_as_published ? "retain as published" : "", each.id > 0 ? `id ${each.id}` : ""]
    .filter(Boolean)
    .join(", ");
}

export function subscriptions(): View {
  return {
    title: "Subscriptions",
    open(root, signal) {
      root.append(subscriptionPages("subscriptions", signal, true).root);
    },
  };
}
