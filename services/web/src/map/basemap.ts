// The city's streets, water and parks: GeoJSON turned once into flat arrays in world coordinates (Web Mercator, the
// whole world is 0..1), filed by a grid, so that a map tile finds quickly what lies in it.
export type Layer = "water" | "park" | "landuse" | "road";

export interface Shape {
  layer: Layer;
  kind: string;
  name: string;
  // One ring or line each: x, y, x, y, ...
  parts: Float64Array[];
  bounds: Bounds;
}

export interface Bounds {
  west: number;
  north: number;
  east: number;
  south: number;
}

interface Feature {
  properties: { layer?: string; class?: string; name?: string } | null;
  geometry: { type: string; coordinates: unknown } | null;
}

// Cells as large as a map tile of this zoom.
const kGridZoom = 14;
const kCells = 2 ** kGridZoom;

export class Basemap {
  private readonly cells = new Map<number, Shape[]>();
  private readonly named: Shape[] = [];

  // What the map covers; null where it does not say.
  readonly extent: Bounds | null;

  constructor(collection: { features: Feature[]; bbox?: number[] }) {
    this.extent = collection.bbox ? extentOf(collection.bbox) : null;
    for (const feature of collection.features) {
      for (const shape of shapesOf(feature)) this.file(shape);
    }
    this.named.sort((a, b) => spanOf(b) - spanOf(a));
  }

  // Each shape once, water before parks before roads.
  within(bounds: Bounds): Shape[] {
    const found = new Set<Shape>();
    forEachCell(bounds, (cell) => {
      for (const shape of this.cells.get(cell) ?? []) {
        if (overlap(shape.bounds, bounds)) found.add(shape);
      }
    });
    return [...found];
  }

  // In the order in which names should be tried: long roads first.
  namedRoads(): readonly Shape[] {
    return this.named;
  }

  private file(shape: Shape): void {
    if (shape.layer === "road" && shape.name) this.named.push(shape);
    forEachCell(shape.bounds, (cell) => {
      const shapes = this.cells.get(cell);
      if (shapes) shapes.push(shape);
      else this.cells.set(cell, [shape]);
    });
  }
}

export function worldX(longitude: number): number {
  return longitude / 360 + 0.5;
}

export function worldY(latitude: number): number {
  const sine = Math.sin((latitude * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

// A polygon stays whole, with its holes; roads are filed line by line, because one feature may hold a whole city's.
function shapesOf({ properties, geometry }: Feature): Shape[] {
  if (!geometry || !properties?.layer) return [];
  const layer = properties.layer as Layer;
  const { class: kind = "", name = "" } = properties;
  const parts = lines(geometry.type, geometry.coordinates).map(flat);
  const groups = layer === "road" ? parts.map((part) => [part]) : [parts];
  return groups.map((group) => ({ layer, kind, name, parts: group, bounds: boundsOf(group) }));
}

type Line = [number, number][];

function lines(type: string, coordinates: unknown): Line[] {
  switch (type) {
    case "LineString":
      return [coordinates as Line];
    case "MultiLineString":
    case "Polygon":
      return coordinates as Line[];
    case "MultiPolygon":
      return (coordinates as Line[][]).flat();
    default:
      return [];
  }
}

function flat(line: Line): Float64Array {
  const result = new Float64Array(line.length * 2);
  line.forEach(([longitude, latitude], index) => {
    result[index * 2] = worldX(longitude);
    result[index * 2 + 1] = worldY(latitude);
  });
  return result;
}

function boundsOf(parts: Float64Array[]): Bounds {
  const bounds = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (const part of parts) {
    for (let index = 0; index < part.length; index += 2) {
      bounds.west = Math.min(bounds.west, part[index]!);
      bounds.east = Math.max(bounds.east, part[index]!);
      bounds.north = Math.min(bounds.north, part[index + 1]!);
      bounds.south = Math.max(bounds.south, part[index + 1]!);
    }
  }
  return bounds;
}

function extentOf([west = 0, south = 0, east = 0, north = 0]: number[]): Bounds {
  return { west: worldX(west), north: worldY(north), east: worldX(east), south: worldY(south) };
}

function spanOf({ bounds }: Shape): number {
  return Math.hypot(bounds.east - bounds.west, bounds.south - bounds.north);
}

export function overlap(a: Bounds, b: Bounds): boolean {
  return a.west <= b.east && a.east >= b.west && a.north <= b.south && a.south >= b.north;
}

function forEachCell(bounds: Bounds, visit: (cell: number) => void): void {
  const column = (x: number): number => Math.floor(x * kCells);
  for (let y = column(bounds.north); y <= column(bounds.south); y++) {
    for (let x = column(bounds.west); x <= column(bounds.east); x++) visit(y * kCells + x);
  }
}
