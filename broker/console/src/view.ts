// One view of the console: it fills `root` and keeps it up to date until the signal says that it was left.
export interface View {
  title: string;
  open(root: HTMLElement, signal: AbortSignal): void;
}

export function href(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}
