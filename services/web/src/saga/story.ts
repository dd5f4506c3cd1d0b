// One order's story, out of events that may come twice (from the log and live), late, and in another order than they
// happened: what follows from what, and when. Pure.
//
//   Order placed ──> Beer set aside ──> Card charged ──> Packed ──> …
//        └────> Nothing speaks against it
import { type StoryEvent, kindOf } from "./story-events";

export interface Line extends StoryEvent {
  // Of the line that it answers, in the same list; -1: the start of a story, or its cause is unknown.
  causeIndex: number;
  // After the cause; null where that is unknown.
  afterMs: number | null;
  // How often the log has it: more than once means that its publisher said it again, to be sure.
  times: number;
  // Others of the same kind that answer the same: bids.
  others: number;
}

interface Heard {
  event: StoryEvent;
  offsets: Set<string>;
}

export class Story {
  private readonly heard = new Map<string, Heard>();

  // `offset`: where the log has it; empty for what was heard live.
  hear(event: StoryEvent, offset: string): void {
    const known = this.heard.get(event.id) ?? { event, offsets: new Set() };
    if (offset !== "") known.offsets.add(offset);
    this.heard.set(event.id, known);
  }

  // In the order in which it happened; clocks of different programs may differ, so a cause always comes first.
  lines(): Line[] {
    const ordered = causesFirst([...this.heard.values()].sort((a, b) => a.event.atMs - b.event.atMs));
    const lines: Line[] = [];
    const indexOf = new Map<string, number>();
    for (const { event, offsets } of ordered) {
      const causeIndex = indexOf.get(event.causeId) ?? lines.findLastIndex(({ topic }) => kindOf(topic) === event.follows);
      const same = lines.findIndex((line) => isBid(line) && isBid(event) && line.causeId === event.causeId);
      if (same >= 0) {
        lines[same]!.others++;
        indexOf.set(event.id, same);
        continue;
      }
      const cause = lines[causeIndex];
      indexOf.set(event.id, lines.length);
      lines.push({
        ...event,
        causeIndex,
        afterMs: cause ? event.atMs - cause.atMs : null,
        times: Math.max(1, offsets.size),
        others: 0,
      });
    }
    return lines;
  }
}

function causesFirst(heard: Heard[]): Heard[] {
  const byId = new Map(heard.map((one) => [one.event.id, one]));
  const placed = new Set<Heard>();
  const place = (one: Heard): void => {
    if (placed.has(one)) return;
    // Before its cause, so that a circle (which nobody should publish) ends.
    byId.delete(one.event.id);
    const cause = byId.get(one.event.causeId);
    if (cause) place(cause);
    placed.add(one);
  };
  for (const one of heard) place(one);
  return [...placed];
}

function isBid({ topic }: StoryEvent): boolean {
  return kindOf(topic) === "order/bid";
}
