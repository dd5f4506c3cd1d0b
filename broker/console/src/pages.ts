// A list that comes in pages: a search, the table, and the way to the next page and back.
import type { Query } from "./api";
import { button, element, labelled } from "./dom";
import { type Live, type Read, live } from "./live";
import type { Column } from "./table";
import { Table } from "./table";

const kCount = 100;
const kTypingMs = 250;

export interface PagesOptions<Row> {
  caption: string;
  path: string;
  name: string; // of the list in the answer
  searchLabel: string;
  columns: Column<Row>[];
  keyOf: (row: Row) => string;
  empty: string;
  query?: () => Record<string, string>;
  controls?: HTMLElement[];
}

export class Pages<Row> {
  readonly root: HTMLElement;
  private readonly search = element("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  private readonly previous = button("Previous", () => this.back());
  private readonly next = button("Next", () => this.forward());
  private readonly table: Table<Row>;
  private readonly places: string[] = [""]; // where the pages up to this one begin
  private nextPlace: string | null = null;
  private readonly live: Live;

  constructor(
    private readonly options: PagesOptions<Row>,
    signal: AbortSignal,
  ) {
    this.table = new Table(options.caption, options.columns, options.keyOf, options.empty);
    this.root = element(
      "div",
      {},
      element("div", { class: "controls" }, labelled(options.searchLabel, this.search), ...(options.controls ?? [])),
      this.table.root,
      element("nav", { class: "paging", "aria-label": `Pages of ${options.caption.toLowerCase()}` }, this.previous, this.next),
    );
    let typing = 0;
    this.search.addEventListener("input", () => {
      window.clearTimeout(typing);
      typing = window.setTimeout(() => this.restart(), kTypingMs);
    });
    this.live = live(signal, (read) => this.load(read));
  }

  // From the first page: something else is wanted.
  restart(): void {
    this.places.length = 1;
    this.live.again();
  }

  again(): void {
    this.live.again();
  }

  private async load(read: Read): Promise<void> {
    const query: Query = { count: kCount, part: this.search.value, ...this.options.query?.() };
    const after = this.places.at(-1);
    if (after) query["after"] = after;
    const answer = await read<Record<string, unknown>>(this.options.path, query);
    this.nextPlace = answer["next"] as string | null;
    this.table.show(answer[this.options.name] as Row[]);
    this.next.disabled = this.nextPlace === null;
    this.previous.disabled = this.places.length === 1;
  }

  private forward(): void {
    if (this.nextPlace === null) return;
    this.places.push(this.nextPlace);
    this.live.again();
  }

  private back(): void {
    if (this.places.length > 1) this.places.pop();
    this.live.again();
  }
}
