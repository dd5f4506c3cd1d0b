// A Leaflet layer that draws its own tiles from the basemap: no tile server, sharp at every zoom.
import * as L from "leaflet";

import type { Basemap, Bounds, Shape } from "./basemap";
import type { Palette } from "./palette";
import { type StreetName, placeNames } from "./street-names";

const kTilePixels = 256;
// Lines reach over the tile's edge by half their width.
const kMarginPixels = 12;
const kNamesFromZoom = 13;
const kNameFont = "600 11px system-ui, sans-serif";

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
  private readonly names = new Map<number, StreetName[]>();

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
    this.drawGround(context, pen);
    pen.fill(shapes.filter(isPark), this.palette.park);
    pen.fill(
      shapes.filter(({ layer }) => layer === "water"),
      this.palette.water,
    );
    this.drawRoads(pen, shapes, tile.z);
    if (tile.z >= kNamesFromZoom) this.drawNames(context, tile);
  }

  private drawGround(context: CanvasRenderingContext2D, pen: Pen): void {
    const { extent } = this.basemap;
    context.fillStyle = extent ? this.palette.outside : this.palette.land;
    context.fillRect(0, 0, kTilePixels, kTilePixels);
    if (extent) pen.cutTo(extent, this.palette.land);
  }

  private drawNames(context: CanvasRenderingContext2D, tile: L.Coords): void {
    context.font = kNameFont;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3.5;
    context.strokeStyle = this.palette.land;
    context.fillStyle = this.palette.text;
    for (const name of this.namesAt(tile.z, context)) {
      const x = name.x - tile.x * kTilePixels;
      const y = name.y - tile.y * kTilePixels;
      const isNear = [x, y].every((place) => place > -name.reach && place < kTilePixels + name.reach);
      if (isNear) drawName(context, name, x, y);
    }
  }

  private namesAt(zoom: number, context: CanvasRenderingContext2D): StreetName[] {
    const known = this.names.get(zoom);
    if (known) return known;
    const placed = placeNames(this.basemap, 2 ** zoom * kTilePixels, (text) => context.measureText(text).width);
    this.names.set(zoom, placed);
    return placed;
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

function drawName(context: CanvasRenderingContext2D, name: StreetName, x: number, y: number): void {
  context.save();
  context.translate(x, y);
  context.rotate(name.angle);
  context.strokeText(name.text, 0, 0);
  context.fillText(name.text, 0, 0);
  context.restore();
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

  // Colours a rectangle and draws nothing outside of it from then on.
  cutTo({ west, north, east, south }: Bounds, colour: string): void {
    const [left, top] = [west * this.scale - this.left, north * this.scale - this.top];
    this.context.beginPath();
    this.context.rect(left, top, (east - west) * this.scale, (south - north) * this.scale);
    this.context.clip();
    this.context.fillStyle = colour;
    this.context.fill();
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
