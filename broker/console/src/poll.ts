// Asks the broker every two seconds while a view is open and the page is in front.
import { problemOf } from "./api";

const kIntervalMs = 2_000;

type Listener = (error: string | null) => void;
let listener: Listener = () => undefined;

// Told after each round: null if it went well, else what is wrong.
export function watchPolling(told: Listener): void {
  listener = told;
}

export interface Poll {
  // At once, and then in the old rhythm: what is asked for has changed.
  again(): void;
}

// `round` asks and shows; it is never called while the last one is under way. Ends with the signal.
export function poll(signal: AbortSignal, round: (signal: AbortSignal) => Promise<void>): Poll {
  let timer = 0;
  let current = new AbortController();
  const go = async (): Promise<void> => {
    window.clearTimeout(timer);
    current.abort();
    const own = (current = new AbortController());
    if (!document.hidden) await attempt(own.signal, round);
    if (!signal.aborted && !own.signal.aborted) timer = window.setTimeout(go, kIntervalMs);
  };
  const wake = (): void => void (document.hidden || go());
  document.addEventListener("visibilitychange", wake);
  signal.addEventListener("abort", () => {
    window.clearTimeout(timer);
    current.abort();
    document.removeEventListener("visibilitychange", wake);
  });
  void go();
  return { again: () => void go() };
}

async function attempt(signal: AbortSignal, round: (signal: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await round(signal);
    if (!signal.aborted) listener(null);
  } catch (error) {
    if (signal.aborted) return;
    listener(problemOf(error));
  }
}
