// The style sheet's colours (styles/fleet.css) for whoever draws on a canvas: those of the legend. Read once; asking the
// style sheet for each line of each frame would cost more than the line.
import { type State, kStates } from "./fleet";
import type { Flight } from "./flights";

export interface Colours {
  states: Record<State, string>;
  flights: Record<Flight["kind"], string>;
  rim: string;
  chosen: string;
}

export function currentColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const named = (name: string): string => style.getPropertyValue(`--${name}`);
  return {
    states: Object.fromEntries(kStates.map((state) => [state, named(`state-${state.replaceAll("_", "-")}`)])) as Colours["states"],
    flights: { offered: named("flight-offered"), bid: named("flight-bid"), awarded: named("flight-awarded") },
    rim: named("panel"),
    chosen: named("focus"),
  };
}
