// A value kept on this device under a name, for as long as its owner likes, or as long as the tab lives. Where a browser keeps nothing
// (private windows, storage switched off) the page works without.
export class Kept<T> {
  // `isValid`: what another version of the page has left may be anything.
  constructor(
    private readonly name: string,
    private readonly isValid: (value: unknown) => value is T,
    private readonly storage: () => Storage = () => localStorage,
  ) {}

  read(): T | null {
    try {
      const value: unknown = JSON.parse(this.storage().getItem(this.name) ?? "null");
      return this.isValid(value) ? value : null;
    } catch {
      return null;
    }
  }

  write(value: T): void {
    try {
      this.storage().setItem(this.name, JSON.stringify(value));
    } catch {
      // Full, or not allowed.
    }
  }
}

export function isListOf<T>(isOne: (value: unknown) => value is T): (value: unknown) => value is T[] {
  return (value): value is T[] => Array.isArray(value) && value.every(isOne);
}
