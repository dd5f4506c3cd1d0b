// The map beside the order: streets, warehouse, home, the vehicle and where it has been. It knows positions, not
// orders. Between two fixes the vehicle glides (see motion.ts); the map follows it until a person moves the map.
import * as L from "leaflet";

import type { Config, Position } from "../api";
import { VehicleMarker, homeMarker, latLng, warehouseMarker } from "../map/markers";
import { loadStreets, streetMap, wantsCalm, whenPersonMoves } from "../map/street-map";
import { type Fix, Track } from "../motion";
import { Trail } from "./trail";

const kStartZoom = 13;
const kStaleMs = 6_000;
// While the map follows, everything that matters stays inside this share of it ...
const kCalmShare = 0.84;
// ... which is looked at this often, so that the map rests in between.
const kRefitMs = 3_000;
const kFollowZoomMax = 16;
const kFitPadding: L.PointTuple = [64, 64];

export type Leg = "to_pick_up" | "to_customer";

export interface LiveMapEvents {
  // True while a person has moved the map away from the vehicle.
  strayed(isAway: boolean): void;
  // Seconds since the last fix once they are too many, null when all is well.
  stale(seconds: number | null): void;
}

export class LiveMap {
  private readonly map: L.Map;
  private readonly track = new Track();
  private readonly trail: Trail;
  private warehouse: L.Marker | null = null;
  private home: L.Marker | null = null;
  private vehicle: VehicleMarker | null = null;
  private leg: Leg = "to_pick_up";
  private lastFixMs = 0;
  private lastRefitMs = 0;
  private isFollowing = true;
  private frame = 0;

  constructor(
    container: HTMLElement,
    centre: Position,
    private readonly events: LiveMapEvents,
  ) {
    this.map = streetMap(container, centre, { zoom: kStartZoom });
    this.trail = new Trail(this.map);
    whenPersonMoves(this.map, () => this.setFollowing(false));
    window.setInterval(() => this.checkAge(), 1_000);
  }

  async loadStreets(config: Config): Promise<void> {
    await loadStreets(this.map, config);
  }

  showWarehouse(position: Position): void {
    this.warehouse = placed(this.map, this.warehouse, position, warehouseMarker);
  }

  showHome(position: Position): void {
    const isNew = this.home === null;
    this.home = placed(this.map, this.home, position, homeMarker);
    if (isNew) this.showAll();
  }

  lookAt(position: Position): void {
    this.map.setView(latLng(position), kStartZoom + 1, { animate: !wantsCalm() });
  }

  addFix(position: Position, headingDegrees: number, leg: Leg): void {
    const fix = { position, headingDegrees, atMs: performance.now() };
    this.lastFixMs = fix.atMs;
    this.track.add(fix);
    if (!this.vehicle) {
      this.vehicle = new VehicleMarker(position);
      this.vehicle.marker.addTo(this.map);
    }
    if (leg !== this.leg) this.lastRefitMs = 0;
    this.leg = leg;
    this.vehicle.setStale(false);
    if (wantsCalm()) this.show(fix);
    else if (this.frame === 0) this.frame = requestAnimationFrame(() => this.animate());
    this.refit();
  }

  // Where the order's vehicle has been is shown at once, if it is known.
  showTrail(order: string): void {
    this.trail.begin(order);
  }

  // Back to the map of someone who has ordered nothing yet.
  clear(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.home?.remove();
    this.vehicle?.marker.remove();
    this.home = this.vehicle = null;
    this.lastFixMs = this.lastRefitMs = 0;
    this.trail.begin("");
    this.track.clear();
    this.leg = "to_pick_up";
    this.setFollowing(true);
    this.events.stale(null);
  }

  // The vehicle has done its work: it stays where it is, and nobody wonders why it is silent.
  finish(): void {
    this.lastFixMs = 0;
    this.events.stale(null);
    if (this.isFollowing) this.showJourney();
  }

  follow(): void {
    this.setFollowing(true);
    this.showAll();
  }

  private animate(): void {
    const shown = this.track.shownAt(performance.now());
    if (shown) this.show(shown);
    this.frame = requestAnimationFrame(() => this.animate());
  }

  private show({ position, headingDegrees }: Fix): void {
    this.vehicle?.move(position, headingDegrees);
    this.trail.extend(position);
  }

  private refit(): void {
    const now = performance.now();
    if (!this.isFollowing || (this.lastRefitMs > 0 && now - this.lastRefitMs < kRefitMs)) return;
    this.lastRefitMs = now;
    const bounds = this.interest();
    if (!bounds) return;
    const zoom = Math.min(kFollowZoomMax, this.map.getBoundsZoom(bounds, false, L.point(kFitPadding).multiplyBy(2)));
    const isCalm = this.map.getBounds().pad((kCalmShare - 1) / 2).contains(bounds);
    if (!isCalm || zoom > this.map.getZoom()) this.showAll();
  }

  // Everything that matters in one view, with room for the pins.
  private showAll(): void {
    const bounds = this.interest();
    if (!bounds) return;
    this.map.fitBounds(bounds, { padding: kFitPadding, maxZoom: kFollowZoomMax, animate: !wantsCalm() });
  }

  private showJourney(): void {
    const bounds = this.interest()?.extend(this.trail.bounds);
    if (bounds) this.map.fitBounds(bounds, { padding: kFitPadding, maxZoom: kFollowZoomMax, animate: !wantsCalm() });
  }

  private interest(): L.LatLngBounds | null {
    const start = this.leg === "to_pick_up" ? this.warehouse : null;
    const marks = [this.home, this.vehicle?.marker, start].filter((mark) => !!mark);
    return marks.length > 0 ? L.latLngBounds(marks.map((mark) => mark.getLatLng())) : null;
  }

  private setFollowing(isFollowing: boolean): void {
    this.isFollowing = isFollowing;
    this.events.strayed(!isFollowing && this.vehicle !== null);
  }

  private checkAge(): void {
    if (!this.vehicle || this.lastFixMs === 0) return;
    const age = performance.now() - this.lastFixMs;
    this.vehicle.setStale(age > kStaleMs);
    this.events.stale(age > kStaleMs ? Math.round(age / 1_000) : null);
  }
}

function placed(
  map: L.Map,
  known: L.Marker | null,
  position: Position,
  make: (position: Position) => L.Marker,
): L.Marker {
  return known?.setLatLng(latLng(position)) ?? make(position).addTo(map);
}
