// Slow consumers: connected clients for whom messages wait, those with the most bytes first.
import type { Query, Session } from "../api";
import { element, setText } from "../dom";
import { bytes, count, counted, duration } from "../format";
import { type Read, live } from "../live";
import { type Column, Table } from "../table";
import type { View } from "../view";
import { clientLink } from "./clients";

const kPageCount = 1000;
const kPagesMax = 5;
const kShownMax = 100;

const kColumns: Column<Session>[] = [
  { title: "Client", make: (session) => clientLink(session.client_id) },
  { title: "Bytes that wait", isNumber: true, text: (session) => bytes(waitingBytes(session)) },
  { title: "Messages in its queue", isNumber: true, text: (session) => count(session.queue_messages ?? 0) },
  { title: "In the socket", isNumber: true, text: (session) => bytes(session.connection?.outbox_bytes ?? 0) },
  { title: "Unacknowledged", isNumber: true, text: windowOf, tone: (session) => (isWindowFull(session) ? "warn" : "") },
  { title: "Silent for", isNumber: true, text: (session) => duration(session.connection?.silent_ms ?? 0) },
  { title: "From", text: (session) => session.connection?.peer ?? "" },
];

export interface SlowConsumers {
  slowest: Session[];
  // False: there are more than were looked at, and a slower one may be among them.
  isAll: boolean;
}

export async function slowConsumers(read: Read): Promise<SlowConsumers> {
  const found: Session[] = [];
  let after: string | null = "";
  for (let page = 0; after !== null && page < kPagesMax; page++) {
    const query: Query = { state: "behind", count: kPageCount, ...(after ? { after } : {}) };
    const answer: { sessions: Session[]; next: string | null } = await read("sessions", query);
    found.push(...answer.sessions);
    after = answer.next;
  }
  return { slowest: found.sort((a, b) => waitingBytes(b) - waitingBytes(a)), isAll: after === null };
}

export function waitingBytes(session: Session): number {
  return (session.queue_bytes ?? 0) + (session.connection?.outbox_bytes ?? 0);
}

export function slow(): View {
  return {
    title: "Slow consumers",
    open(root, signal) {
      const note = element("p", { class: "note" });
      const table = new Table<Session>("Slow consumers", kColumns, (session) => session.client_id, "Nobody is slow: no message waits for a client that is connected.");
      root.append(note, table.root);
      live(signal, async (read) => {
        const { slowest, isAll } = await slowConsumers(read);
        table.show(slowest.slice(0, kShownMax));
        const all = `${counted(slowest.length, "client")}${isAll ? "" : " or more"}`;
        setText(note, slowest.length > kShownMax ? `${all}; the slowest ${kShownMax} are shown.` : slowest.length > 0 ? `${all}, the slowest first.` : "");
      });
    },
  };
}

function isWindowFull({ connection, unacknowledged }: Session): boolean {
  return connection !== null && unacknowledged >= connection.window_messages;
}

function windowOf({ connection, unacknowledged }: Session): string {
  return `${count(unacknowledged)} of ${count(connection?.window_messages ?? 0)}`;
}
