// A small chart of a rate: the last sixty values, the highest of them named.
import { element } from "./dom";
import { rate } from "./format";

const kValues = 60;
const kWidth = 240;
const kHeight = 48;
const kNamespace = "http://www.w3.org/2000/svg";

export class Sparkline {
  readonly root: HTMLElement;
  private readonly values: number[] = [];
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
  add(value: number | null): void {
    if (value === null) return;
    this.values.push(value);
    if (this.values.length > kValues) this.values.shift();
    const most = Math.max(...this.values, 1);
    const first = kValues - this.values.length;
    const points = this.values.map((each, index) => {
      const x = ((first + index) / (kValues - 1)) * kWidth;
      return `${x.toFixed(1)},${(kHeight - 2 - (each / most) * (kHeight - 4)).toFixed(1)}`;
    });
    this.line.setAttribute("points", points.join(" "));
    this.highest.textContent = `${rate(value)} now · ${rate(Math.max(...this.values))} at most`;
  }
}
