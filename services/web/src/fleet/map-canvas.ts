// A canvas that lies over a Leaflet map, as large as it is, and does not move with it: each frame is drawn where the map is.
import type * as L from "leaflet";

export class MapCanvas {
  readonly context: CanvasRenderingContext2D;
  private readonly canvas = document.createElement("canvas");

  constructor(private readonly map: L.Map) {
    this.canvas.className = "fleet-canvas";
    this.context = this.canvas.getContext("2d")!;
    map.getContainer().append(this.canvas);
    map.on("resize", () => this.fit());
    this.fit();
  }

  // Pixels of the screen for one of the page.
  get density(): number {
    return Math.min(window.devicePixelRatio || 1, 2);
  }

  clear(): void {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  private fit(): void {
    const { x: width, y: height } = this.map.getSize();
    this.canvas.width = width * this.density;
    this.canvas.height = height * this.density;
    this.context.setTransform(this.density, 0, 0, this.density, 0, 0);
  }
}
