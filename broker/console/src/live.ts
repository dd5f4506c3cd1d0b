// Keeps views up to date: as the broker publishes what they show (watch.ts), or, where that cannot be, by asking every two
// seconds. Nothing is watched or asked while the page is hidden.
import { type Query, get, pathOf, problemOf } from "./api";
import { Watch } from "./watch";

const kIntervalMs = 2_000;
const kGatherMs = 100; // what is published at the same moment is shown at once
const kPatienceMs = 500; // with the connection, before the first question goes another way

// An answer of the admin API to GET. What a round reads is watched until a later one does without it.
export type Read = <Answer>(path: string, query?: Query) => Promise<Answer>;
export type Round = (read: Read) => Promise<void>;

export interface Live {
  // What is read has changed.
  again(): void;
}

export type State = "live" | "asking" | "broken";
type Teller = (state: State, text: string) => void;

let tell: Teller = () => undefined;
const showings = new Set<Showing>();
const watch = new Watch({
  changed: (path) => showings.forEach((each) => each.hear(path)),
  turned: () => showings.forEach((each) => each.again()),
});
let isStarted = false;
let isBroken = false;

// Told after each round how what is shown came here, or what is wrong.
export function whenLiveChanges(teller: Teller): void {
  tell = teller;
}

// Nobody is let in any more.
export function stopLive(): void {
  isStarted = false;
  watch.stop();
}

// `round` reads and shows: again whenever what it read has changed, and every two seconds; never while the last one is
// under way. Ends with the signal.
export function live(signal: AbortSignal, round: Round): Live {
  if (!isStarted) watch.start();
  isStarted = true;
  return new Showing(signal, round);
}

class Showing implements Live {
  used = new Set<string>();
  private timer = 0;
  private isGathering = false;
  private current: AbortController | null = null; // a round is under way
  private isStale = false;

  constructor(
    private readonly signal: AbortSignal,
    private readonly round: Round,
  ) {
    showings.add(this);
    signal.addEventListener("abort", () => {
      showings.delete(this);
      this.pause();
    });
    this.again();
  }

  again(): void {
    this.pause();
    if (!document.hidden && !this.signal.aborted) void this.go();
  }

  pause(): void {
    window.clearTimeout(this.timer);
    this.isGathering = false;
    this.current?.abort();
    this.current = null;
  }

  hear(path: string): void {
    if (!this.used.has(path)) return;
    if (this.current) this.isStale = true;
    else if (!this.isGathering) this.later(true);
  }

  private later(isGathering: boolean): void {
    window.clearTimeout(this.timer);
    this.isGathering = isGathering;
    this.timer = window.setTimeout(() => this.again(), isGathering ? kGatherMs : kIntervalMs);
  }

  private async go(): Promise<void> {
    const own = (this.current = new AbortController());
    this.isStale = false;
    const used = new Set<string>();
    let problem: string | null = null;
    try {
      await this.round((path, query) => this.read(pathOf(path, query), used, own.signal));
    } catch (error) {
      problem = problemOf(error);
    }
    if (own.signal.aborted) return;
    this.current = null;
    this.used = used;
    forgetUnused();
    report(problem);
    this.later(this.isStale);
  }

  private async read<Answer>(path: string, used: Set<string>, signal: AbortSignal): Promise<Answer> {
    used.add(path);
    this.used.add(path);
    await Promise.race([watch.isDecided, new Promise((resolve) => window.setTimeout(resolve, kPatienceMs))]);
    signal.throwIfAborted();
    const answer = await (watch.isLive ? watch.read<Answer>(path) : get<Answer>(path, {}, signal));
    signal.throwIfAborted();
    return answer;
  }
}

function forgetUnused(): void {
  watch.keep(new Set([...showings].flatMap((each) => [...each.used])));
}

function report(problem: string | null): void {
  const wasBroken = isBroken;
  isBroken = problem !== null;
  if (problem !== null) return tell("broken", watch.isLive || !watch.why ? problem : `${problem}; trying again`);
  if (watch.isLive) return tell("live", "live");
  tell("asking", watch.why ? `asking every ${kIntervalMs / 1000} s: ${watch.why}` : "connecting…");
  if (wasBroken) watch.start(); // it is there again: not when the next try would be due
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return showings.forEach((each) => each.again());
  showings.forEach((each) => each.pause());
  watch.keep(new Set());
});
