// A small chart: its name, its latest value, and a line of the last minutes. The line is for the eye; what it says is in
// its label, too.
import { element } from "@web/dom";
import { pathOf } from "./chart-path";
import { type Series, kBucketMs, kBuckets } from "./kpis";
import { setText } from "./panel";

const kSvg = "http://www.w3.org/2000/svg";
const kWidth = 120;
const kHeight = 32;

export class Chart {
  readonly root: HTMLElement;
  private readonly value = element("strong", { class: "value" }, "…");
  private readonly svg = document.createElementNS(kSvg, "svg");
  private readonly line = document.createElementNS(kSvg, "path");

  constructor(
    private readonly name: string,
    private readonly series: Series,
    private readonly write: (value: number) => string,
  ) {
    this.svg.setAttribute("viewBox", `0 0 ${kWidth} ${kHeight}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("role", "img");
    this.svg.append(this.line);
    this.root = element("div", { class: "chart" }, element("span", { class: "name" }, name), this.value, this.svg);
  }

  show(): void {
    const { latest } = this.series;
    setText(this.value, latest === null ? "…" : this.write(latest));
    this.line.setAttribute("d", pathOf(this.series.all(), kWidth, kHeight));
    const values = this.series.all().filter((value) => value !== null);
    const minutes = (kBuckets * kBucketMs) / 60_000;
    const label = values.length === 0 ? "nothing yet" : `at most ${this.write(Math.max(...values))}`;
    this.svg.setAttribute("aria-label", `${this.name}, last ${minutes} minutes: ${label}`);
  }
}
