// The vehicles' pictures from near: an arrow for each state and heading, drawn once, so that a frame only copies.
import type { Colours } from "./colours";
import { type State, kStates } from "./fleet";

export const kArrowPixels = 20;
const kHeadings = 36;
export const kStaleAlpha = 0.45;

export class Arrows {
  private readonly atlas = document.createElement("canvas");
  private readonly edge: number;

  constructor(colours: Colours, density: number) {
    this.edge = Math.ceil(kArrowPixels * density);
    this.atlas.width = this.edge * kHeadings;
    this.atlas.height = this.edge * kStates.length;
    const context = this.atlas.getContext("2d")!;
    for (const [row, state] of kStates.entries()) {
      for (let column = 0; column < kHeadings; column++) {
        context.save();
        context.translate((column + 0.5) * this.edge, (row + 0.5) * this.edge);
        context.scale(density, density);
        context.rotate((column / kHeadings) * 2 * Math.PI);
        paint(context, colours.states[state], colours.rim);
        context.restore();
      }
    }
  }

  draw(context: CanvasRenderingContext2D, state: State, isStale: boolean, headingDegrees: number, x: number, y: number): void {
    const left = (Math.round((headingDegrees / 360) * kHeadings) % kHeadings) * this.edge;
    const top = kStates.indexOf(state) * this.edge;
    const half = kArrowPixels / 2;
    if (isStale) context.globalAlpha = kStaleAlpha;
    context.drawImage(this.atlas, left, top, this.edge, this.edge, x - half, y - half, kArrowPixels, kArrowPixels);
    context.globalAlpha = 1;
  }
}

function paint(context: CanvasRenderingContext2D, colour: string, rim: string): void {
  context.beginPath();
  context.moveTo(0, -8);
  context.lineTo(6, 7);
  context.lineTo(0, 4);
  context.lineTo(-6, 7);
  context.closePath();
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = rim;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}
