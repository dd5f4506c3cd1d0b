// A Leaflet layer that draws its own tiles from the basemap: no tile server, sharp at every zoom.
import * as L from "leaflet";

import type { Basemap, Shape } from "./basemap";
import type { Palette } from "./palette";

const kTilePixels = 256;
// Lines reach over the tile's edge by half their width.
const kMarginPixels = 12;

// Width in pixels at zoom 13; it grows with the zoom. Casing: the dark edge of a road that is drawn light.
interface RoadStyle {
  rank: number;
  width: number;
  zoomMin: number;
}

const kRoads: Record<string, RoadStyle> = {
  motorway: { rank: 5, width: 3.2, zoomMin: 0 },
  motorway_link: { rank: 4, width: 1.6, zoomMin: 12 },
  trunk: { rank: 4, width: 2.8, zoomMin: 0 },
  primary: { rank: 3, width: 2.4, zoomMin: 0 },
  main: { rank: 3, width: 2.4, zoomMin: 0 },
  secondary: { rank: 2, width: 2, zoomMin: 11 },
  tertiary: { rank: 2, width: 1.6, zoomMin: 11 },
  link: { rank: 2, width: 1.2, zoomMin: 12 },
  street: { rank: 1, width: 1.1, zoomMin: 12 },
  street_limited: { rank: 1, width: 0.9, zoomMin: 13 },
  service: { rank: 0, width: 0.6, zoomMin: 14 },
  rail: { rank: 0, width: 0.5, zoomMin: 13 },
  path: { rank: 0, width: 0.4, zoomMin: 15 },
};
const kOtherRoad: RoadStyle = { rank: 1, width: 1, zoomMin: 12 };

export class StreetLayer extends L.GridLayer {
  constructor(
    private readonly basemap: Basemap,
    private palette: Palette,
    options: L.GridLayerOptions,
  ) {
    super({ tileSize: kTilePixels, updateWhenZooming: false, keepBuffer: 3, ...options });
  }

  recolour(palette: Palette): void {
    this.palette = palette;
    this.redraw();
  }

  protected override createTile(tile: L.Coords): HTMLElement {
    const canvas = document.createElement("canvas");
    const density = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = canvas.height = kTilePixels * density;
    const context = canvas.getContext("2d");
    if (context) {
      context.scale(density, density);
      this.draw(context, tile);
    }
    return canvas;
  }

  private draw(context: CanvasRenderingContext2D, tile: L.Coords): void {
    const tiles = 2 ** tile.z;
    const margin = kMarginPixels / kTilePixels;
    const shapes = this.basemap.within({
      west: (tile.x - margin) / tiles,
      north: (tile.y - margin) / tiles,
      east: (tile.x + 1 + margin) / tiles,
      south: (tile.y + 1 + margin) / tiles,
    });
    const scale = tiles * kTilePixels;
    const pen = new Pen(context, scale, tile.x * kTilePixels, tile.y * kTilePixels);
    context.fillStyle = this.palette.land;
    context.fillRect(0, 0, kTilePixels, kTilePixels);
    pen.fill(shapes.filter(isPark), this.palette.park);
    pen.fill(
      shapes.filter(({ layer }) => layer === "water"),
      this.palette.water,
    );
    this.drawRoads(pen, shapes, tile.z);
  }

  private drawRoads(pen: Pen, shapes: Shape[], zoom: number): void {
    const growth = 1.55 ** (zoom - 13);
    const byStyle = new Map<RoadStyle, Shape[]>();
    for (const shape of shapes) {
      if (shape.layer !== "road") continue;
      const style = kRoads[shape.kind] ?? kOtherRoad;
      if (zoom < style.zoomMin) continue;
      byStyle.set(style, [...(byStyle.get(style) ?? []), shape]);
    }
    const ordered = [...byStyle].sort(([a], [b]) => a.rank - b.rank);
    for (const [style, roads] of ordered) {
      if (style.width * growth > 1.4) pen.stroke(roads, this.palette.casing, style.width * growth + 1.6);
    }
    for (const [style, roads] of ordered) {
      pen.stroke(roads, this.palette.roads[style.rank]!, Math.max(0.5, style.width * growth));
    }
  }
}

function isPark({ layer }: Shape): boolean {
  return layer === "park" || layer === "landuse";
}

// Draws world coordinates onto one tile.
class Pen {
  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly scale: number,
    private readonly left: number,
    private readonly top: number,
  ) {
    context.lineCap = "round";
    context.lineJoin = "round";
  }

  fill(shapes: Shape[], colour: string): void {
    this.context.fillStyle = colour;
    for (const shape of shapes) {
      this.trace([shape]);
      this.context.fill("evenodd");
    }
  }

  stroke(shapes: Shape[], colour: string, width: number): void {
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.trace(shapes);
    this.context.stroke();
  }

  private trace(shapes: Shape[]): void {
    this.context.beginPath();
    for (const { parts } of shapes) {
      for (const part of parts) this.traceLine(part);
    }
  }

  private traceLine(part: Float64Array): void {
    for (let index = 0; index < part.length; index += 2) {
      const x = part[index]! * this.scale - this.left;
      const y = part[index + 1]! * this.scale - this.top;
      if (index === 0) this.context.moveTo(x, y);
      else this.context.lineTo(x, y);
    }
  }
}
