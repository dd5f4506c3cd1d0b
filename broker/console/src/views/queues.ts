// Queues and dead letters: all of them, and one with its messages.
import { type Queue, type QueuedMessage, ask, get, segment } from "../api";
import { attempt, confirm } from "../dialog";
import { button, element, labelled } from "../dom";
import { bytes, count, counted, duration, rate } from "../format";
import { MessageList } from "../message-list";
import { live } from "../live";
import { Rates } from "../rates";
import { type Column, Table } from "../table";
import { Tiles } from "../tiles";
import { type View, href } from "../view";

const kPeekCount = 50;
const kReasonsCount = 1000;

interface Row {
  queue: Queue;
  arrivedPerSecond: number | null;
  consumedPerSecond: number | null;
  deadLettersOf: string[];
}

const kColumns: Column<Row>[] = [
  { title: "Queue", make: ({ queue }) => element("a", { href: href("queues", queue.name) }, queue.name) },
  { title: "State", text: ({ queue }) => stateOf(queue), tone: ({ queue }) => toneOf(queue) },
  { title: "Messages", isNumber: true, text: ({ queue }) => count(queue.messages) },
  { title: "Oldest", isNumber: true, text: ({ queue }) => (queue.messages > 0 ? duration(queue.oldest_age_ms) : "") },
  { title: "In /s", isNumber: true, text: (row) => rate(row.arrivedPerSecond) },
  { title: "Out /s", isNumber: true, text: (row) => rate(row.consumedPerSecond) },
  { title: "Unacknowledged", isNumber: true, text: ({ queue }) => count(queue.unacknowledged) },
  { title: "Later", isNumber: true, text: ({ queue }) => count(queue.delayed) },
  { title: "Consumers", isNumber: true, text: ({ queue }) => count(queue.consumers) },
  { title: "Bytes", isNumber: true, text: ({ queue }) => bytes(queue.bytes) },
  { title: "Takes", text: ({ queue, deadLettersOf }) => (deadLettersOf.length > 0 ? `dead letters of ${deadLettersOf.join(", ")}` : queue.options.filters.join(", ")) },
];

function stateOf(queue: Queue): string {
  const words = [queue.is_full ? "full" : "", queue.is_alerting ? "alert" : "", queue.is_redriving ? "redriving" : ""].filter(Boolean);
  return words.join(", ") || "ok";
}

function toneOf(queue: Queue): string {
  if (queue.is_full) return "bad";
  return queue.is_alerting ? "warn" : "good";
}

function deadLettersOf(name: string, queues: Queue[]): string[] {
  return queues.filter((queue) => queue.options.dead_letter_queue === name).map((queue) => queue.name);
}

function isDeadLetterQueue(queue: Queue, queues: Queue[]): boolean {
  return deadLettersOf(queue.name, queues).length > 0 || queue.options.filters.length === 0;
}

// `deadOnly`: those that take dead letters.
export function queues(deadOnly: boolean): View {
  return {
    title: deadOnly ? "Dead letters" : "Queues",
    open(root, signal) {
      const rates = new Rates();
      const table = new Table<Row>(
        deadOnly ? "Queues of dead letters" : "Queues",
        kColumns,
        ({ queue }) => queue.name,
        deadOnly ? "No queue takes dead letters." : "There are no queues. drayctl queue create makes one.",
      );
      root.append(table.root);
      live(signal, async (read) => {
        const { queues: all } = await read<{ queues: Queue[] }>("queues");
        const now = performance.now();
        const rows = all.map((queue) => ({
          queue,
          arrivedPerSecond: rates.perSecond(`${queue.name} in`, queue.since_start.arrived, now),
          consumedPerSecond: rates.perSecond(`${queue.name} out`, queue.since_start.consumed, now),
          deadLettersOf: deadLettersOf(queue.name, all),
        }));
        rates.forgetBefore(now);
        table.show(deadOnly ? rows.filter(({ queue }) => isDeadLetterQueue(queue, all)) : rows);
      });
    },
  };
}

export function queue(name: string): View {
  const path = `queues/${segment(name)}`;
  return {
    title: name,
    open(root, signal) {
      const tiles = new Tiles();
      const reasons = new Tiles();
      const story = element("section", { "aria-label": "Reasons", hidden: true }, element("h2", {}, `Why they are dead (the oldest ${count(kReasonsCount)})`), reasons.root);
      const messages = new MessageList<QueuedMessage>("Messages, the oldest first");
      const more = button("Further messages", () => void attempt(further));
      const redriving = button("Redrive", () => redrive(name, peek), { hidden: true });
      const stop = button("Stop redriving", () => void attempt(() => ask("POST", `${path}/redrive`, { body: { stop: true } })), { hidden: true });
      let last = 0;

      async function peek(): Promise<void> {
        messages.clear();
        last = 0;
        await Promise.all([further(), countReasons()]);
      }
      async function further(): Promise<void> {
        const found = await get<{ messages: QueuedMessage[] }>(`${path}/messages`, { count: kPeekCount, after: last }, signal);
        messages.add(found.messages);
        last = found.messages.at(-1)?.position ?? last;
        more.hidden = found.messages.length < kPeekCount;
      }
      async function countReasons(): Promise<void> {
        const found = await get<{ messages: QueuedMessage[] }>(`${path}/messages`, { count: kReasonsCount, payload_bytes_max: 0 }, signal);
        const counts = new Map<string, number>();
        for (const message of found.messages) {
          const reason = message.properties?.user?.find(([key]) => key === "dead-letter-reason")?.[1];
          if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
        }
        reasons.show([...counts].map(([reason, number]) => [reason, count(number)]));
        story.hidden = counts.size === 0;
      }

      root.append(
        element("p", {}, element("a", { href: href("queues") }, "All queues")),
        element("div", { class: "actions" }, button("Look again", () => void attempt(peek)), redriving, stop, button("Purge", () => purge(name, peek), { class: "danger" })),
        tiles.root,
        story,
        element("h2", {}, "Messages"),
        messages.root,
        more,
      );
      void attempt(peek);
      live(signal, async (read) => {
        const { queues: all } = await read<{ queues: Queue[] }>("queues");
        const found = all.find((each) => each.name === name);
        if (!found) return tiles.show([["State", "there is no such queue"]]);
        redriving.hidden = !isDeadLetterQueue(found, all);
        stop.hidden = !found.is_redriving;
        tiles.show(tilesOf(found));
      });
    },
  };
}

function tilesOf(queue: Queue): [string, string][] {
  const since = Object.entries(queue.since_start).map(([key, value]): [string, string] => [key.replace("_", " "), count(value)]);
  const options = Object.entries(queue.options)
    .filter(([key, value]) => key !== "name" && value !== 0 && value !== "" && value !== false)
    .map(([key, value]): [string, string] => [key.replace(/_ms|_bytes$/, "").replaceAll("_", " "), optionText(key, value)]);
  return [
    ["State", stateOf(queue)],
    ["Messages", `${count(queue.messages)} · ${bytes(queue.bytes)}`],
    ["Oldest", queue.messages > 0 ? duration(queue.oldest_age_ms) : "none"],
    ["Unacknowledged", count(queue.unacknowledged)],
    ["Later", count(queue.delayed)],
    ["Consumers", count(queue.consumers)],
    ...since,
    ...options,
  ];
}

function optionText(key: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (typeof value !== "number") return String(value);
  if (key.includes("_ms")) return duration(value);
  return key.startsWith("bytes") ? bytes(value) : count(value);
}

function purge(name: string, done: () => Promise<void>): void {
  confirm({
    title: `Purge ${name}?`,
    text: "All its messages are thrown away, but those that a consumer has. This cannot be undone.",
    action: "Purge",
    act: async () => {
      const { messages } = await ask<{ messages: number }>("DELETE", `queues/${segment(name)}/messages`);
      await done();
      return `${counted(messages, "message")} of ${name}: thrown away`;
    },
  });
}

function redrive(name: string, done: () => Promise<void>): void {
  const speed = element("input", { type: "number", min: 0, value: 100 });
  const most = element("input", { type: "number", min: 0, value: 0 });
  confirm({
    title: `Redrive ${name}?`,
    text: "Its messages go back to the queues that they come from, the oldest first.",
    action: "Redrive",
    fields: [labelled("Messages a second (0: as fast as it goes)", speed), labelled("How many (0: all that are there now)", most)],
    act: async () => {
      const body = { rate_per_s: speed.valueAsNumber || 0, messages_max: most.valueAsNumber || 0 };
      const { messages } = await ask<{ messages: number }>("POST", `queues/${segment(name)}/redrive`, { body });
      await done();
      return `${counted(messages, "message")} of ${name}: on the way back`;
    },
  });
}
