// The story as a list, one line for what each program said, with the lanes beside it where there is room.
import { element } from "@web/dom";
import { preciseTime, span } from "../format";
import { drawLanes, kRowPixels, lanesOf, programName, widthOf } from "./lanes";
import type { Line } from "./story";
import type { Role } from "./story-events";

const kRoleWords: Record<Role, string> = { step: "", failure: "failed", undo: "undone", retry: "tried again" };

export class StoryView {
  readonly root = element("div", { class: "story" });
  private readonly names = element("div", { class: "names", "aria-hidden": "true" });
  private readonly list = element("ol", { "aria-label": "What happened, in order" });
  private readonly picture = element("div", { class: "picture" });

  constructor() {
    this.root.style.setProperty("--row", `${kRowPixels}px`);
    this.root.append(this.names, this.list, this.picture);
  }

  show(lines: Line[]): void {
    const lanes = lanesOf(lines);
    this.root.style.setProperty("--lanes", `${widthOf(lanes)}px`);
    this.names.replaceChildren(...lanes.map((name) => element("span", {}, name)));
    this.list.replaceChildren(...lines.map((line) => entry(line, lines[line.causeIndex])));
    this.picture.replaceChildren(drawLanes(lines, lanes));
  }
}

function entry(line: Line, cause: Line | undefined): HTMLElement {
  const badges = [kRoleWords[line.role], line.times > 1 ? `said ${line.times} times` : ""].filter((text) => text !== "");
  const others = line.others > 0 ? ` and ${line.others} more` : "";
  const because = cause && line.afterMs !== null ? `, ${span(line.afterMs)} after “${cause.title}”` : "";
  return element(
    "li",
    { "data-role": line.role, title: line.topic },
    element(
      "p",
      { class: "what" },
      element("strong", {}, line.title),
      ...badges.map((text) => element("span", { class: "badge" }, text)),
      element("span", { class: "detail" }, line.detail + others),
    ),
    element("p", { class: "why" }, element("time", {}, preciseTime(line.atMs)), ` ${programName(line.source)}${because}`),
  );
}
