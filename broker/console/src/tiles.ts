// Names and values, side by side.
import { element, setText } from "./dom";

export class Tiles {
  readonly root = element("dl", { class: "tiles" });

  show(values: [name: string, value: string][]): void {
    values.forEach(([name, value], index) => {
      let tile = this.root.children[index];
      if (!tile) this.root.append((tile = element("div", {}, element("dt", {}), element("dd", {}))));
      setText(tile.firstElementChild as Node, name);
      setText(tile.lastElementChild as Node, value);
    });
    while (this.root.children.length > values.length) this.root.lastElementChild?.remove();
  }
}
