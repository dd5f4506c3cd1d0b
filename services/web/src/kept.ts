// A value kept on this device under a name (localStorage), for as long as its owner likes. Where a browser keeps nothing
// (private windows, storage switched off) the page works without.
export class Kept<T> {
  // `isValid`: what another version of the page has left may be anything.
  constructor(
    private readonly name: string,
    private readonly isValid: (value: unknown) => value is T,
  ) {}

  read(): T | null {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(this.name) ?? "null");
      return this.isValid(value) ? value : null;
    } catch {
      return null;
    }
  }

  write(value: T): void {
    try {
      localStorage.setItem(this.name, JSON.stringify(value));
    } catch {
      // Full, or not allowed.
    }
  }
}

export function isListOf<T>(isOne: (value: unknown) => value is T): (value: unknown) => value is T[] {
  return (value): value is T[] => Array.isArray(value) && value.every(isOne);
}
