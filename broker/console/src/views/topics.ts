// What is published to which topics, level by level. The broker counts while somebody looks.
import type { TopicCount } from "../api";
import { element, setText } from "../dom";
import { bytes, count, rate } from "../format";
import { live } from "../live";
import { Rates } from "../rates";
import { Table } from "../table";
import { type View, href } from "../view";

const kCount = 500;

interface Row {
  topic: TopicCount;
  perSecond: number | null;
  bytesPerSecond: number | null;
}

// `under`: null for the first levels.
export function topics(under: string | null): View {
  return {
    title: "Topics",
    open(root, signal) {
      const rates = new Rates();
      const note = element("p", { class: "note" });
      const table = new Table<Row>(
        "Topics",
        [
          { title: "Topic", make: ({ topic }) => nameOf(topic, under) },
          { title: "Messages /s", isNumber: true, text: (row) => rate(row.perSecond) },
          { title: "Bytes /s", isNumber: true, text: (row) => (row.bytesPerSecond === null ? "…" : bytes(Math.round(row.bytesPerSecond))) },
          { title: "Messages", isNumber: true, text: ({ topic }) => count(topic.messages) },
          { title: "Bytes", isNumber: true, text: ({ topic }) => bytes(topic.bytes) },
        ],
        ({ topic }) => `${topic.topic} ${topic.has_more}`,
        "Nothing was published here since you look. The broker counts topics only while this is open.",
      );
      root.append(path(under), note, table.root);
      live(signal, async (read) => {
        const query = { count: kCount, ...(under === null ? {} : { under }) };
        const answer = await read<{ counted_ms: number; topics: TopicCount[]; is_all: boolean }>("topics", query);
        const now = performance.now();
        table.show(
          answer.topics.map((topic) => ({
            topic,
            perSecond: rates.perSecond(topic.topic, topic.messages, now),
            bytesPerSecond: rates.perSecond(`bytes of ${topic.topic}`, topic.bytes, now),
          })),
        );
        rates.forgetBefore(now);
        const since = `Counted for ${count(answer.counted_ms / 1000)} s, the busiest first.`;
        setText(note, answer.is_all ? since : `${since} There are more topics than can be counted one by one.`);
      });
    },
  };
}

function nameOf(topic: TopicCount, under: string | null): Node {
  const level = under === null ? topic.topic : topic.topic.slice(under.length + 1);
  const name = level === "" ? "(empty level)" : level;
  return topic.has_more ? element("a", { href: href("topics", topic.topic) }, `${name}/`) : document.createTextNode(name);
}

function path(under: string | null): HTMLElement {
  const steps = [element("li", {}, element("a", { href: href("topics") }, "All topics"))];
  const levels = under === null ? [] : under.split("/");
  levels.forEach((level, index) => {
    const topic = levels.slice(0, index + 1).join("/");
    steps.push(element("li", {}, element("a", { href: href("topics", topic) }, level === "" ? "(empty level)" : level)));
  });
  return element("nav", { "aria-label": "Levels" }, element("ol", { class: "path" }, ...steps));
}
