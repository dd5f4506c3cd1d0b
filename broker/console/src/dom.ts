// Building elements without markup in strings: text is always text, so nothing that arrives can become HTML.
export type Child = Node | string | null;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "boolean") made.toggleAttribute(key, value);
    else made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child): child is Node | string => child !== null));
  return made;
}

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
