// A table that is filled again every few seconds: rows are found again by their key and only cells that changed
// are touched, so that focus, selection and what a screen reader reads stay where they are.
import { element, setText } from "./dom";

export interface Column<Row> {
  title: string;
  isNumber?: boolean;
  // Its text; or, with `make`, what is made once for a row and stays as it is.
  text?: (row: Row) => string;
  make?: (row: Row) => Node;
  // A word for styling: "good", "warn" or "bad".
  tone?: (row: Row) => string;
}

export class Table<Row> {
  readonly root: HTMLElement;
  private readonly body = element("tbody");
  private readonly empty: HTMLElement;
  private readonly rows = new Map<string, HTMLTableRowElement>();

  // The first column names the row.
  constructor(
    caption: string,
    private readonly columns: Column<Row>[],
    private readonly keyOf: (row: Row) => string,
    emptyText: string,
  ) {
    const titles = columns.map(({ title, isNumber }) =>
      element("th", { scope: "col", class: isNumber ? "number" : "" }, title || element("span", { class: "unseen" }, "Actions")),
    );
    const table = element("table", {}, element("caption", { class: "unseen" }, caption), element("thead", {}, element("tr", {}, ...titles)), this.body);
    this.empty = element("p", { class: "empty", hidden: true }, emptyText);
    const region = element("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 }, table);
    this.root = element("div", { class: "table" }, region, this.empty);
  }

  show(all: Row[]): void {
    const gone = new Set(this.rows.keys());
    let before: Element | null = null;
    for (const each of all) {
      const key = this.keyOf(each);
      gone.delete(key);
      let row = this.rows.get(key);
      if (!row) this.rows.set(key, (row = this.makeRow(each)));
      this.fill(row, each);
      const place: Element | null = before ? before.nextElementSibling : this.body.firstElementChild;
      if (place !== row) this.body.insertBefore(row, place);
      before = row;
    }
    for (const key of gone) {
      this.rows.get(key)?.remove();
      this.rows.delete(key);
    }
    this.empty.hidden = all.length > 0;
  }

  private makeRow(row: Row): HTMLTableRowElement {
    const cells = this.columns.map(({ isNumber, make }, index) => {
      const cell = index === 0 ? element("th", { scope: "row" }) : element("td", { class: isNumber ? "number" : "" });
      if (make) cell.append(make(row));
      return cell;
    });
    return element("tr", {}, ...cells);
  }

  private fill(row: HTMLTableRowElement, from: Row): void {
    this.columns.forEach(({ text, tone }, index) => {
      const cell = row.cells[index];
      if (!cell) return;
      if (text) setText(cell, text(from));
      if (tone) cell.dataset["tone"] = tone(from);
    });
  }
}
