// A small chart of a rate: the last two minutes, the highest value named.
import { element } from "./dom";
import { rate } from "./format";

const kShownMs = 120_000;
const kWidth = 240;
const kHeight = 48;
const kNamespace = "http://www.w3.org/2000/svg";

export class Sparkline {
  readonly root: HTMLElement;
  private readonly values: { value: number; atMs: number }[] = [];
  private readonly line = document.createElementNS(kNamespace, "polyline");
  private readonly highest = element("span", { class: "highest" });

  constructor(label: string) {
    const picture = document.createElementNS(kNamespace, "svg");
    picture.setAttribute("viewBox", `0 0 ${kWidth} ${kHeight}`);
    picture.setAttribute("preserveAspectRatio", "none");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", label);
    picture.append(this.line);
    this.root = element("div", { class: "sparkline" }, picture, this.highest);
  }

  // Null: the value is not known, and there is nothing to draw.
  add(value: number | null, atMs: number): void {
    if (value === null) return;
    this.values.push({ value, atMs });
    while (this.values[0] && this.values[0].atMs < atMs - kShownMs) this.values.shift();
    const highest = Math.max(...this.values.map((each) => each.value));
    const points = this.values.map((each) => {
      const x = (1 - (atMs - each.atMs) / kShownMs) * kWidth;
      return `${x.toFixed(1)},${(kHeight - 2 - (each.value / Math.max(highest, 1)) * (kHeight - 4)).toFixed(1)}`;
    });
    this.line.setAttribute("points", points.join(" "));
    this.highest.textContent = `${rate(value)} now · ${rate(highest)} at most`;
  }
}
