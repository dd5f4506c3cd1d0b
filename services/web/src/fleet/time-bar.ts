// The time machine's controls: a slider over the last hours, stop and go, how fast, and back to the present.
import { byId } from "@web/dom";
import { timeOfDay } from "../format";
import type { Clock } from "./clock";
import { setText } from "./panel";

// While the slider is being dragged, it asks for a moment no more often than this.
const kSettleMs = 200;

export class TimeBar {
  private readonly slider = byId("time") as HTMLInputElement;
  private readonly play = byId("play") as HTMLButtonElement;
  private readonly speed = byId("speed") as HTMLSelectElement;
  private readonly live = byId("live") as HTMLButtonElement;
  private settling = 0;
  private earliestMs: number | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly actions: { goTo(timeMs: number): void; goLive(): void },
  ) {
    this.slider.addEventListener("input", () => this.dragged());
    this.play.addEventListener("click", () => this.run(this.clock.speed === 0 ? Number(this.speed.value) : 0));
    this.speed.addEventListener("change", () => this.run(Number(this.speed.value)));
    this.live.addEventListener("click", () => {
      this.slider.focus(); // the button is of no use now
      this.actions.goLive();
    });
  }

  // How far back one can go; nothing is there to see before it is known.
  reachBackTo(timeMs: number): void {
    this.earliestMs = timeMs;
    this.show();
  }

  show(): void {
    const { isLive, nowMs, presentMs, speed } = this.clock;
    document.body.dataset["time"] = isLive ? "live" : "past";
    this.play.disabled = this.live.disabled = this.speed.disabled = isLive;
    setText(this.play, speed === 0 ? "Play" : "Pause");
    this.slider.disabled = this.earliestMs === null;
    this.slider.min = String(Math.min(-1, Math.round(((this.earliestMs ?? presentMs) - presentMs) / 1_000)));
    if (this.settling === 0) this.slider.value = String(Math.round((nowMs - presentMs) / 1_000));
    this.sayTime(isLive ? null : nowMs);
  }

  private run(speed: number): void {
    this.clock.run(speed);
    this.show();
  }

  private dragged(): void {
    const wantedMs = this.clock.presentMs + Number(this.slider.value) * 1_000;
    this.sayTime(wantedMs);
    window.clearTimeout(this.settling);
    this.settling = window.setTimeout(() => {
      this.settling = 0;
      if (Number(this.slider.value) >= -1) this.actions.goLive();
      else this.actions.goTo(wantedMs);
    }, kSettleMs);
  }

  private sayTime(timeMs: number | null): void {
    const text = timeMs === null ? "now" : timeOfDay(timeMs);
    setText(byId("shown-time"), text);
    this.slider.setAttribute("aria-valuetext", text);
  }
}
