// Cancelling an order: one press asks, a second one does it, and then the order's own events tell the rest.
//
//   Cancel order  ->  Really? [Cancel it] [Keep it]  ->  Cancelling…
//        ^______________________|__________________________| the store says why not
import { element } from "@web/dom";

export class CancelButton {
  readonly root = element("div", { class: "cancel" });
  private readonly first = button("Cancel order", () => this.ask());
  private readonly yes = button("Yes, cancel it", () => void this.send());
  private readonly no = button("Keep it", () => this.offer());
  private readonly said = element("p", { class: "field-error", role: "alert" });

  constructor(private readonly cancel: () => Promise<void>) {
    this.offer();
  }

  private offer(why = ""): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.said.textContent = why;
    this.root.replaceChildren(...(why ? [this.said] : []), this.first);
    if (hadFocus) this.first.focus();
  }

  private ask(): void {
    this.root.replaceChildren(this.yes, this.no);
    this.no.focus();
  }

  private async send(): Promise<void> {
    const cancelling = element("p", { class: "hint", role: "status", tabindex: -1 }, "Cancelling…");
    this.root.replaceChildren(cancelling);
    cancelling.focus();
    try {
      await this.cancel();
    } catch (error) {
      this.offer((error as Error).message);
    }
  }
}

function button(text: string, press: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "quiet" }, text);
  made.addEventListener("click", press);
  return made;
}
