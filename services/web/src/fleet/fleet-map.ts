// Draws a picture over the street map: vehicles on one canvas, what flies between them on another. Vehicles are drawn no
// more often than one of them would be seen to move: from afar it needs many frames to come a pixel along.
//
// From afar they are squares, a path for each state: of all ways to draw thousands of marks this one costs a processor
// least by far (5 ms for 5,000 without a graphics card; copied pictures took 30).
import * as L from "leaflet";

import { onPaletteChange } from "../map/palette";
import { Arrows, kArrowPixels, kStaleAlpha } from "./arrows";
import { currentColours } from "./colours";
import { type Place, type State, type Vehicle, kDelayMs, kStates } from "./fleet";
import { type Flight, kFlightMs } from "./flights";
import { MapCanvas } from "./map-canvas";
import type { Picture } from "./picture";

const kWorldPixels = 256;
const kArrowZoom = 14;
const kVisibleMovePixels = 0.5;
const kRestMsMax = 250;
const kFlightFrameMs = 30;
const kReachPixels = 14;

export class FleetMap {
  private readonly vehicleCanvas: MapCanvas;
  private readonly flightCanvas: MapCanvas;
  private readonly place: Place = { x: 0, y: 0, headingDegrees: 0 };
  private colours = currentColours();
  private arrows: Arrows;
  private scale = 1;
  private origin = L.point(0, 0);
  private vehiclesDrawnMs = -Infinity;
  private flightsDrawnMs = -Infinity;
  private hadFlights = false;

  constructor(private readonly map: L.Map) {
    this.vehicleCanvas = new MapCanvas(map);
    this.flightCanvas = new MapCanvas(map);
    this.arrows = new Arrows(this.colours, this.vehicleCanvas.density);
    map.on("move zoom resize", () => this.drawSoon());
    onPaletteChange(() => {
      this.colours = currentColours();
      this.arrows = new Arrows(this.colours, this.vehicleCanvas.density);
      this.drawSoon();
    });
  }

  drawSoon(): void {
    this.vehiclesDrawnMs = -Infinity;
  }

  // `speed`: of the time that is shown.
  draw(picture: Picture, nowMs: number, speed: number, frameMs: number, chosen: Vehicle | undefined): void {
    this.scale = kWorldPixels * 2 ** this.map.getZoom();
    this.origin = this.map.getPixelBounds().min!;
    const hasMoved = frameMs - this.vehiclesDrawnMs >= this.restMs(picture, speed);
    if (hasMoved) {
      this.vehiclesDrawnMs = frameMs;
      this.drawVehicles(picture, nowMs - kDelayMs);
    }
    const flights = picture.flights.at(nowMs);
    const fly = (flights.length > 0 || this.hadFlights) && frameMs - this.flightsDrawnMs >= kFlightFrameMs;
    if (!fly && !(hasMoved && chosen)) return;
    this.flightsDrawnMs = frameMs;
    this.hadFlights = flights.length > 0 || chosen !== undefined;
    this.flightCanvas.clear();
    for (const flight of flights) this.drawFlight(flight, picture, nowMs);
    if (chosen) this.drawChosen(chosen, nowMs - kDelayMs);
  }

  // The vehicle under a point of the screen.
  nearest(picture: Picture, nowMs: number, point: L.Point): Vehicle | undefined {
    let nearest: Vehicle | undefined;
    let distanceMin = kReachPixels;
    for (const vehicle of picture.fleet.vehicles.values()) {
      const { x, y } = this.locate(vehicle, nowMs - kDelayMs);
      const distance = Math.hypot(x - point.x, y - point.y);
      if (distance < distanceMin) [nearest, distanceMin] = [vehicle, distance];
    }
    return nearest;
  }

  whereIs(vehicle: Vehicle, nowMs: number): L.LatLng {
    vehicle.at(nowMs - kDelayMs, this.place);
    return latLngOf(this.place);
  }

  private restMs(picture: Picture, speed: number): number {
    return Math.min(kVisibleMovePixels / (picture.fleet.paceMax * speed * this.scale), kRestMsMax);
  }

  private drawVehicles(picture: Picture, shownMs: number): void {
    this.vehicleCanvas.clear();
    if (this.map.getZoom() >= kArrowZoom) this.drawArrows(picture, shownMs);
    else this.drawSquares(picture, shownMs);
  }

  private drawArrows(picture: Picture, shownMs: number): void {
    for (const vehicle of picture.fleet.vehicles.values()) {
      const { x, y, headingDegrees } = this.locate(vehicle, shownMs);
      if (!this.isInView(x, y)) continue;
      this.arrows.draw(this.vehicleCanvas.context, vehicle.state, vehicle.isStale(shownMs), headingDegrees, x, y);
    }
  }

  private drawSquares(picture: Picture, shownMs: number): void {
    const { context, density } = this.vehicleCanvas;
    const edge = this.map.getZoom() - 7;
    const paths = Object.fromEntries(kStates.map((state) => [state, [new Path2D(), new Path2D()]])) as Record<State, [Path2D, Path2D]>;
    // On whole pixels: there a square needs no smoothing.
    const left = (middle: number): number => Math.round((middle - edge / 2) * density) / density;
    for (const vehicle of picture.fleet.vehicles.values()) {
      const { x, y } = this.locate(vehicle, shownMs);
      if (this.isInView(x, y)) paths[vehicle.state][vehicle.isStale(shownMs) ? 1 : 0].rect(left(x), left(y), edge, edge);
    }
    for (const state of kStates) {
      const [fresh, stale] = paths[state];
      context.fillStyle = this.colours.states[state];
      context.globalAlpha = kStaleAlpha;
      context.fill(stale);
      context.globalAlpha = 1;
      context.fill(fresh);
    }
  }

  private isInView(x: number, y: number): boolean {
    const { x: width, y: height } = this.map.getSize();
    return x > -kArrowPixels && y > -kArrowPixels && x < width + kArrowPixels && y < height + kArrowPixels;
  }

  // An offer spreads from the customer's door; a bid flies there from its vehicle; an award ties both for a while.
  private drawFlight({ kind, vehicle, x, y, startMs }: Flight, picture: Picture, nowMs: number): void {
    const { context } = this.flightCanvas;
    const share = Math.min(1, Math.max(0, (nowMs - startMs) / kFlightMs[kind]));
    const door = { x: x * this.scale - this.origin.x, y: y * this.scale - this.origin.y };
    context.globalAlpha = 1 - share;
    context.strokeStyle = this.colours.flights[kind];
    context.lineWidth = { offered: 2.5, bid: 1.5, awarded: 3 }[kind];
    context.beginPath();
    const from = picture.fleet.vehicles.get(vehicle);
    if (kind === "offered") context.arc(door.x, door.y, 6 + 34 * share, 0, 2 * Math.PI);
    else if (from) {
      const start = this.locate(from, nowMs - kDelayMs);
      const reach = kind === "bid" ? share : 1;
      context.moveTo(start.x, start.y);
      context.lineTo(start.x + (door.x - start.x) * reach, start.y + (door.y - start.y) * reach);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  private drawChosen(vehicle: Vehicle, shownMs: number): void {
    const { context } = this.flightCanvas;
    const { x, y } = this.locate(vehicle, shownMs);
    context.strokeStyle = this.colours.chosen;
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x, y, 15, 0, 2 * Math.PI);
    context.stroke();
  }

  // On the screen; valid until the next call.
  private locate(vehicle: Vehicle, shownMs: number): Place {
    const { place } = this;
    vehicle.at(shownMs, place);
    place.x = place.x * this.scale - this.origin.x;
    place.y = place.y * this.scale - this.origin.y;
    return place;
  }
}

export function latLngOf({ x, y }: { x: number; y: number }): L.LatLng {
  return L.CRS.EPSG3857.pointToLatLng(L.point(x * kWorldPixels, y * kWorldPixels), 0);
}
