// The books: every message that matched a subscriber is in one of their columns.
import type { Books } from "../api";
import { element, setText } from "../dom";
import { count } from "../format";
import { live } from "../live";
import { type Column, Table } from "../table";
import { Tiles } from "../tiles";
import type { View } from "../view";

interface Root extends Books {
  root: string;
}

function discardedTotal(books: Books): number {
  return Object.values(books.discarded).reduce((sum, each) => sum + each, 0);
}

const kColumns: Column<Root>[] = [
  { title: "First level", text: ({ root }) => (root === "#" ? "all others" : root || "(empty level)") },
  { title: "Matched", isNumber: true, text: (books) => count(books.matched) },
  { title: "Delivered", isNumber: true, text: (books) => count(books.delivered) },
  { title: "Expired", isNumber: true, text: (books) => count(books.expired) },
  { title: "Dead letters", isNumber: true, text: (books) => count(books.dead_lettered) },
  { title: "Discarded", isNumber: true, text: (books) => count(discardedTotal(books)), tone: (books) => (discardedTotal(books) > 0 ? "warn" : "") },
  { title: "Held", isNumber: true, text: (books) => count(books.held) },
  { title: "Balance", text: (books) => (books.balance ? "yes" : "no"), tone: (books) => (books.balance ? "good" : "bad") },
];

export function books(): View {
  return {
    title: "Books",
    open(root, signal) {
      const verdict = element("p", { class: "verdict" });
      const sum = element("p", { class: "note" });
      const reasons = new Tiles();
      const table = new Table<Root>("Books by the first level of the topic", kColumns, (each) => each.root, "Nothing was published yet.");
      root.append(verdict, sum, table.root, element("h2", {}, "Discarded, by reason"), reasons.root);
      live(signal, async (read) => {
        const { total, roots } = await read<{ total: Books; roots: Root[] }>("books");
        setText(verdict, total.balance ? "The books balance." : "The books do not balance: a message is not accounted for.");
        verdict.dataset["tone"] = total.balance ? "good" : "bad";
        setText(
          sum,
          `${count(total.matched)} matched = ${count(total.delivered)} delivered + ${count(total.expired)} expired + ` +
            `${count(total.dead_lettered)} dead letters + ${count(discardedTotal(total))} discarded + ${count(total.held)} held`,
        );
        table.show(roots);
        reasons.show(Object.entries(total.discarded).map(([reason, number]) => [reason.replaceAll("-", " "), count(number)]));
      });
    },
  };
}
