// How the broker does, and what wants attention.
import type { Queue, Session, Status } from "../api";
import { element } from "../dom";
import { bytes, count, counted, duration, rate } from "../format";
import { live } from "../live";
import { Rates } from "../rates";
import { Sparkline } from "../sparkline";
import { Tiles } from "../tiles";
import { type View, href } from "../view";
import { slowConsumers, waitingBytes } from "./slow";

const kSlowShown = 5;
// What waits for a moment is no concern.
const kSlowBytes = 64 * 1024;

interface Concern {
  text: string;
  link: string | null;
}

export function overview(): View {
  return {
    title: "Overview",
    open(root, signal) {
      const rates = new Rates();
      const tiles = new Tiles();
      const concerns = element("ul", { class: "concerns" });
      const calm = element("p", { class: "calm" }, "Nothing wants attention.");
      const received = new Sparkline("Messages received a second, the last two minutes");
      const sent = new Sparkline("Messages sent a second, the last two minutes");
      root.append(
        element("section", { "aria-label": "Attention" }, element("h2", {}, "Attention"), concerns, calm),
        element(
          "div",
          { class: "charts" },
          element("figure", {}, element("figcaption", {}, "Received a second"), received.root),
          element("figure", {}, element("figcaption", {}, "Sent a second"), sent.root),
        ),
        tiles.root,
      );
      live(signal, async (read) => {
        const [status, { queues }, { slowest }] = await Promise.all([
          read<Status>("status"),
          read<{ queues: Queue[] }>("queues"),
          slowConsumers(read),
        ]);
        const now = performance.now();
        const perSecond = (name: "publish_received" | "publish_sent" | "bytes_received" | "bytes_sent"): number | null =>
          rates.perSecond(name, status[name], now);
        const inRate = perSecond("publish_received");
        const outRate = perSecond("publish_sent");
        received.add(inRate, now);
        sent.add(outRate, now);
        showConcerns(concerns, calm, concernsOf(status, queues, slowest));
        tiles.show([
          ["Clients", count(status.clients_connected)],
          ["Sessions", count(status.sessions)],
          ["Subscriptions", count(status.subscriptions)],
          ["Received", `${rate(inRate)} /s`],
          ["Sent", `${rate(outRate)} /s`],
          ["Bytes in", `${bytes(Math.round(perSecond("bytes_received") ?? 0))}/s`],
          ["Bytes out", `${bytes(Math.round(perSecond("bytes_sent") ?? 0))}/s`],
          ["Unacknowledged", count(status.inflight_messages)],
          ["Waiting", bytes(status.queued_bytes)],
          ["Retained", `${count(status.retained_messages)} · ${bytes(status.retained_bytes)}`],
          ["Refused", `${counted(status.publish_refused, "message")} · ${counted(status.connects_refused, "client")}`],
          ["Protocol errors", count(status.protocol_errors)],
          ["Books", status.books.balance ? "balance" : "do not balance"],
          ["Disk", status.store.keeps ? (status.store.works ? "works" : "refuses") : "not used"],
          ["Up", `${duration(status.uptime_ms)} · ${counted(status.shards, "shard")}`],
          ["Listens", status.listeners.map(({ kind, address }) => `${kind} ${address}`).join(", ")],
        ]);
      });
    },
  };
}

function concernsOf(status: Status, queues: Queue[], slowest: Session[]): Concern[] {
  const found: Concern[] = [];
  const add = (text: string, link: string | null = null): void => void found.push({ text, link });
  if (!status.store.works) add("The disk refuses what it is given: acknowledgements wait.");
  if (!status.books.balance) add("The books do not balance.", href("books"));
  if (status.parked_messages > 0) add(`${counted(status.parked_messages, "message")} of publishers wait for room.`);
  const dead = new Set(queues.map((queue) => queue.options.dead_letter_queue));
  for (const queue of queues) {
    const link = href("queues", queue.name);
    if (queue.is_full) add(`Queue ${queue.name} is full.`, link);
    if (queue.is_alerting) add(`Queue ${queue.name} holds ${counted(queue.messages, "message")}, the oldest for ${duration(queue.oldest_age_ms)}.`, link);
    if (dead.has(queue.name) && queue.messages > 0) add(`${queue.name} has ${counted(queue.messages, "dead letter")}.`, link);
  }
  const slow = slowest.filter((session) => waitingBytes(session) >= kSlowBytes);
  for (const session of slow.slice(0, kSlowShown)) {
    add(`${session.client_id} is slow: ${bytes(waitingBytes(session))} wait for it.`, href("clients", session.client_id));
  }
  if (slow.length > kSlowShown) add(`Slow consumers: ${count(slow.length - kSlowShown)} more.`, href("slow"));
  return found;
}

function showConcerns(list: HTMLElement, calm: HTMLElement, concerns: Concern[]): void {
  const wanted = concerns.map(({ text, link }) => element("li", {}, link ? element("a", { href: link }, text) : text));
  const isSame = wanted.length === list.children.length && wanted.every((item, index) => item.isEqualNode(list.children[index] ?? null));
  if (!isSame) list.replaceChildren(...wanted);
  calm.hidden = concerns.length > 0;
}
