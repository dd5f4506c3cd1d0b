// The picture beside the story: a line down for each program that takes part, a dot where it says something, and an arrow
// to each program that answers it, which is at work until its answer's dot.
//
//     store   inventory   billing
//       ●────────▶┃          │        Order placed
//       │         ●─────────▶┃        Beer set aside
//       │         │          ●        Card charged
import type { Line } from "./story";

const kLanePixels = 84;
export const kRowPixels = 58;
const kDotPixels = 6;
// From the left to the right as an order goes; others follow as they come.
const kOrder = ["store", "fraud", "inventory", "billing", "packing", "logistics", "fleet", "tracking", "crm"];

// dray-store -> store
export function programName(source: string): string {
  return source.replace(/^dray-/, "") || "somebody";
}

export function lanesOf(lines: Line[]): string[] {
  const rank = (name: string): number => (kOrder.includes(name) ? kOrder.indexOf(name) : kOrder.length);
  return [...new Set(lines.map(({ source }) => programName(source)))].sort((a, b) => rank(a) - rank(b));
}

export function widthOf(lanes: string[]): number {
  return lanes.length * kLanePixels;
}

// Decoration for the eye: the list beside it says the same in words.
export function drawLanes(lines: Line[], lanes: string[]): SVGSVGElement {
  const height = lines.length * kRowPixels;
  const x = (line: Line): number => (lanes.indexOf(programName(line.source)) + 0.5) * kLanePixels;
  const y = (index: number): number => (index + 0.5) * kRowPixels;
  const svg = shape("svg", { class: "lanes", width: widthOf(lanes), height, "aria-hidden": "true" });
  for (const index of lanes.keys()) {
    const at = (index + 0.5) * kLanePixels;
    svg.append(shape("line", { class: "life", x1: at, x2: at, y1: 0, y2: height }));
  }
  for (const [index, line] of lines.entries()) {
    const cause = lines[line.causeIndex];
    if (!cause) continue;
    const [from, to, above] = [x(cause), x(line), y(line.causeIndex)];
    svg.append(shape("line", { class: "work", "data-role": line.role, x1: to, x2: to, y1: above, y2: y(index) }));
    if (from !== to) svg.append(...arrow(from, to, above, line.role));
  }
  for (const [index, line] of lines.entries()) {
    svg.append(shape("circle", { class: "dot", "data-role": line.role, cx: x(line), cy: y(index), r: kDotPixels }));
  }
  return svg;
}

function arrow(from: number, to: number, y: number, role: string): SVGElement[] {
  const sign = Math.sign(to - from);
  const tip = to - sign * 2;
  const head = `M${tip} ${y}l${-sign * 8} -4.5v9z`;
  return [
    shape("line", { class: "says", "data-role": role, x1: from + sign * kDotPixels, x2: tip - sign * 6, y1: y, y2: y }),
    shape("path", { class: "head", "data-role": role, d: head }),
  ];
}

function shape<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
