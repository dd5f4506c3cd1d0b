// Draws a picture onto one canvas over the street map. It draws no more often than something would be seen to move: from
// afar a vehicle needs many frames to come a pixel along.
import * as L from "leaflet";

import { onPaletteChange } from "../map/palette";
import { type Place, type Vehicle, kDelayMs } from "./fleet";
import { type Flight, kFlightMs } from "./flights";
import type { Picture } from "./picture";
import { Sprites } from "./sprites";

const kWorldPixels = 256;
const kVisibleMovePixels = 0.5;
const kFrameMsMax = 250;
const kFlightFrameMs = 30;
const kReachPixels = 14;

export class FleetMap {
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d")!;
  private readonly place: Place = { x: 0, y: 0, headingDegrees: 0 };
  private sprites: Sprites | null = null;
  private scale = 1;
  private origin = L.point(0, 0);
  private drawnMs = -Infinity;

  constructor(private readonly map: L.Map) {
    this.canvas.className = "fleet-canvas";
    map.getContainer().append(this.canvas);
    map.on("resize", () => this.resize());
    map.on("move zoom", () => this.drawSoon());
    map.on("zoomend", () => (this.sprites = null));
    onPaletteChange(() => {
      this.sprites = null;
      this.drawSoon();
    });
    this.resize();
  }

  drawSoon(): void {
    this.drawnMs = -Infinity;
  }

  // `speed`: of the time that is shown. -> whether it was worth drawing.
  draw(picture: Picture, nowMs: number, speed: number, frameMs: number, selected: Vehicle | undefined): boolean {
    const flights = picture.flights.at(nowMs);
    if (frameMs - this.drawnMs < this.restMs(picture, speed, flights.length > 0)) return false;
    this.drawnMs = frameMs;
    this.scale = kWorldPixels * 2 ** this.map.getZoom();
    this.origin = this.map.getPixelBounds().min!;
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const shownMs = nowMs - kDelayMs;
    this.drawVehicles(picture, shownMs);
    for (const flight of flights) this.drawFlight(flight, picture, nowMs);
    if (selected) this.drawSelection(selected, shownMs);
    return true;
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

  private restMs(picture: Picture, speed: number, hasFlights: boolean): number {
    const pixelsPerMs = picture.fleet.paceMax * speed * this.scale;
    return Math.min(kVisibleMovePixels / pixelsPerMs, hasFlights ? kFlightFrameMs : kFrameMsMax);
  }

  private drawVehicles(picture: Picture, shownMs: number): void {
    this.sprites ??= new Sprites(this.map.getZoom(), this.density);
    const { sprites, context } = this;
    const { x: width, y: height } = this.map.getSize();
    const margin = sprites.size;
    for (const vehicle of picture.fleet.vehicles.values()) {
      const { x, y, headingDegrees } = this.locate(vehicle, shownMs);
      if (x < -margin || y < -margin || x > width + margin || y > height + margin) continue;
      sprites.draw(context, vehicle.state, vehicle.isStale(shownMs), headingDegrees, x, y);
    }
  }

  // An offer spreads from the customer's door; a bid flies there from its vehicle; an award ties both for a while.
  private drawFlight({ kind, vehicle, x, y, startMs }: Flight, picture: Picture, nowMs: number): void {
    const { context } = this;
    const share = Math.min(1, Math.max(0, (nowMs - startMs) / kFlightMs[kind]));
    const door = { x: x * this.scale - this.origin.x, y: y * this.scale - this.origin.y };
    const colours = getComputedStyle(this.canvas);
    context.globalAlpha = 1 - share;
    context.strokeStyle = context.fillStyle = colours.getPropertyValue(`--flight-${kind}`);
    context.lineWidth = kind === "awarded" ? 3 : 1.5;
    context.beginPath();
    if (kind === "offered") {
      context.arc(door.x, door.y, 6 + 34 * share, 0, 2 * Math.PI);
      context.lineWidth = 2.5;
      context.stroke();
    } else {
      const from = picture.fleet.vehicles.get(vehicle);
      if (from) {
        const { x: fromX, y: fromY } = this.locate(from, nowMs - kDelayMs);
        const reach = kind === "bid" ? share : 1;
        context.moveTo(fromX, fromY);
        context.lineTo(fromX + (door.x - fromX) * reach, fromY + (door.y - fromY) * reach);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  private drawSelection(vehicle: Vehicle, shownMs: number): void {
    const { x, y } = this.locate(vehicle, shownMs);
    const { context } = this;
    context.strokeStyle = getComputedStyle(this.canvas).getPropertyValue("--focus");
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

  private get density(): number {
    return Math.min(window.devicePixelRatio || 1, 2);
  }

  private resize(): void {
    const { x: width, y: height } = this.map.getSize();
    this.canvas.width = width * this.density;
    this.canvas.height = height * this.density;
    this.context.setTransform(this.density, 0, 0, this.density, 0, 0);
    this.drawSoon();
  }
}

export function latLngOf({ x, y }: { x: number; y: number }): L.LatLng {
  return L.CRS.EPSG3857.pointToLatLng(L.point(x * kWorldPixels, y * kWorldPixels), 0);
}
