// What views are made of.
import { element } from "@web/dom";

export { byId, element } from "@web/dom";

export function button(label: string, act: () => void, attributes: Record<string, string | boolean> = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

// A control with its label in front.
export function labelled(label: string, control: HTMLElement): HTMLLabelElement {
  return element("label", {}, element("span", {}, label), control);
}

export function select(options: [value: string, label: string][]): HTMLSelectElement {
  return element("select", {}, ...options.map(([value, label]) => element("option", { value }, label)));
}

// Sets the text only if it differs, so that selections and screen readers are left alone.
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
