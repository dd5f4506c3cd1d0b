// The vehicles' pictures, drawn once for each state and heading, so that a frame with thousands of them only copies. From
// afar a vehicle is a dot, from near an arrow. Colours are those of the legend: the style sheet's --state-….
import { type State, kStates } from "./fleet";

const kHeadings = 36;
const kArrowZoom = 14;

export class Sprites {
  // Edge of one picture, CSS pixels.
  readonly size: number;
  private readonly atlas = document.createElement("canvas");
  private readonly headings: number;
  private readonly edge: number;

  constructor(zoom: number, density: number) {
    const isArrow = zoom >= kArrowZoom;
    this.size = isArrow ? 20 : 3 + 2 * Math.max(1, zoom - 10);
    this.headings = isArrow ? kHeadings : 1;
    this.edge = Math.ceil(this.size * density);
    this.atlas.width = this.edge * this.headings;
    this.atlas.height = this.edge * kStates.length * 2;
    const context = this.atlas.getContext("2d");
    if (context) this.paint(context, density, isArrow ? paintArrow : paintDot);
  }

  draw(context: CanvasRenderingContext2D, state: State, isStale: boolean, headingDegrees: number, x: number, y: number): void {
    const { edge, size } = this;
    const column = Math.round((headingDegrees / 360) * this.headings) % this.headings;
    const row = kStates.indexOf(state) * 2 + (isStale ? 1 : 0);
    context.drawImage(this.atlas, column * edge, row * edge, edge, edge, x - size / 2, y - size / 2, size, size);
  }

  private paint(context: CanvasRenderingContext2D, density: number, paintOne: Painter): void {
    const style = getComputedStyle(document.documentElement);
    const rim = style.getPropertyValue("--panel");
    for (const [index, state] of kStates.entries()) {
      const colour = style.getPropertyValue(`--state-${state.replaceAll("_", "-")}`);
      for (const isStale of [false, true]) {
        for (let column = 0; column < this.headings; column++) {
          context.save();
          context.translate((column + 0.5) * this.edge, (index * 2 + Number(isStale) + 0.5) * this.edge);
          context.scale(density, density);
          context.rotate((column / this.headings) * 2 * Math.PI);
          context.globalAlpha = isStale ? 0.45 : 1;
          paintOne(context, this.size, colour, rim);
          context.restore();
        }
      }
    }
  }
}

type Painter = (context: CanvasRenderingContext2D, size: number, colour: string, rim: string) => void;

function paintDot(context: CanvasRenderingContext2D, size: number, colour: string, rim: string): void {
  context.beginPath();
  context.arc(0, 0, size / 2 - 0.5, 0, 2 * Math.PI);
  context.fillStyle = rim;
  context.fill();
  context.beginPath();
  context.arc(0, 0, size / 2 - 1, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

function paintArrow(context: CanvasRenderingContext2D, _size: number, colour: string, rim: string): void {
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
