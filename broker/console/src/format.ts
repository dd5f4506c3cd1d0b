// Numbers as people read them. Pure.
const kUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

// 1 234 567, with thin spaces
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

// 1 message, 2 messages
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function countOrUnknown(value: number | null): string {
  return value === null ? "on disk" : count(value);
}

export function bytes(value: number): string {
  let unit = 0;
  let left = value;
  while (left >= 1024 && unit < kUnits.length - 1) {
    left /= 1024;
    ++unit;
  }
  return `${unit === 0 ? left : left.toPrecision(3)} ${kUnits[unit]}`;
}

// The two largest units: 3 d 4 h, 5 m 2 s, 12.5 s, 250 ms
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} m ${Math.floor(ms / 1000) % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

// Null: it is not known yet.
export function rate(perSecond: number | null): string {
  if (perSecond === null) return "…";
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : count(perSecond);
}

// 2026-05-01T10:02:03.456Z -> 10:02:03 today, with the date before it otherwise
export function time(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const clock = at.toLocaleTimeString("en-GB");
  return at.toDateString() === now.toDateString() ? clock : `${at.toLocaleDateString("en-CA")} ${clock}`;
}
