// Where the vehicle of an order has been, as a line on the map. This tab keeps it, so that it outlives a reload; what nobody
// saw meanwhile is left out.
import * as L from "leaflet";

import type { Position } from "../api";
import { Kept } from "../kept";
import { latLng } from "../map/markers";

const kPointsMax = 1_200;
const kStepMetres = 8;

interface Way {
  order: string;
  pieces: Position[][];
}

const kept = new Kept("dray.trail", isWay, () => sessionStorage);

export class Trail {
  private readonly line = L.polyline([], { className: "trail", interactive: false, renderer: L.svg({ padding: 0.5 }) });
  private way: Way = { order: "", pieces: [] };

  constructor(map: L.Map) {
    this.line.addTo(map);
    // A page that is reloaded or put away hears no other farewell.
    window.addEventListener("pagehide", () => this.keep());
  }

  get bounds(): L.LatLngBounds {
    return this.line.getBounds();
  }

  // Of this order; none: "".
  begin(order: string): void {
    this.keep();
    const known = kept.read();
    this.way = known?.order === order ? known : { order, pieces: [] };
    this.way.pieces.push([]);
    this.draw();
  }

  extend(position: Position): void {
    const piece = this.way.pieces.at(-1);
    const last = piece?.at(-1);
    if (!piece || (last && L.latLng(latLng(last)).distanceTo(latLng(position)) < kStepMetres)) return;
    piece.push(position);
    if (this.way.pieces.reduce((sum, { length }) => sum + length, 0) > kPointsMax) this.shorten();
    this.draw();
  }

  private shorten(): void {
    this.way.pieces = this.way.pieces.filter(({ length }, index, all) => length > 0 || index === all.length - 1);
    this.way.pieces[0]?.shift();
  }

  private draw(): void {
    this.line.setLatLngs(this.way.pieces.map((piece) => piece.map(latLng)));
  }

  private keep(): void {
    if (this.way.pieces.some(({ length }) => length > 0)) kept.write(this.way);
  }
}

function isWay(value: unknown): value is Way {
  const way = value as Way | null;
  return typeof way?.order === "string" && Array.isArray(way.pieces) && way.pieces.every((piece) => Array.isArray(piece) && piece.every(isPosition));
}

function isPosition(value: unknown): value is Position {
  const position = value as Position | null;
  return Number.isFinite(position?.latitude) && Number.isFinite(position?.longitude);
}
