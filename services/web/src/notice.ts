// One line above everything for what the customer must know: what broke, and that it is being mended.
export class Notice {
  private readonly texts = new Map<string, string>();

  constructor(private readonly root: HTMLElement) {}

  // Several causes may hold at once; each is told and taken back by its own name.
  tell(cause: string, text: string): void {
    this.texts.set(cause, text);
    this.show();
  }

  takeBack(cause: string): void {
    if (this.texts.delete(cause)) this.show();
  }

  private show(): void {
    const text = [...this.texts.values()].join(" ");
    if (this.root.textContent !== text) this.root.textContent = text;
    this.root.hidden = text === "";
  }
}
