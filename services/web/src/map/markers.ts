// What stands on the map: the warehouse, the customer's home, the vehicle. Inline SVG, so that nothing is fetched.
import * as L from "leaflet";

import type { Position } from "../api";

// Seen from above, driving up: an amber cab in front, six barrels on the bed.
const kBarrels = [18.5, 25, 31.5].flatMap((y) => [16.6, 23.4].map((x) => `<circle class="barrel" cx="${x}" cy="${y}" r="2.7"/>`));
const kVehicle = `<svg viewBox="0 0 40 40" aria-hidden="true">
  <rect class="outline" x="9.5" y="1.5" width="21" height="37" rx="6.5"/>
  <rect class="bed" x="11.5" y="13" width="17" height="23.5" rx="3"/>
  <path class="cab" d="M11.5 13.5V9a5.5 5.5 0 0 1 5.5-5.5h6A5.5 5.5 0 0 1 28.5 9v4.5z"/>
  <path class="glass" d="M14 8.8c.6-2.6 11.4-2.6 12 0l.5 2.4h-13z"/>
  ${kBarrels.join("")}
</svg>`;

const kPin = (symbol: string): string => `<svg viewBox="0 0 40 48" aria-hidden="true">
  <path class="pin" d="M20 47C14 38 4 30 4 19a16 16 0 0 1 32 0c0 11-10 19-16 28z"/>${symbol}
</svg>`;

const kHome = kPin(`<path class="symbol" d="M11 19.5 20 11l9 8.5h-2.5V27h-4.5v-5h-4v5h-4.5v-7.5z"/>`);
const kBarrel = kPin(
  `<path class="symbol" d="M14 11h12c2 5 2 11 0 16H14c-2-5-2-11 0-16z"/>
   <path class="hoop" d="M13 15.5h14M13 22.5h14"/>`,
);

const kPinSize: L.PointTuple = [36, 43];
const kVehiclePixels = 48;

export function homeMarker(position: Position): L.Marker {
  return pin(position, "home", kHome, "Your door");
}

export function warehouseMarker(position: Position): L.Marker {
  return pin(position, "warehouse", kBarrel, "The warehouse");
}

export class VehicleMarker {
  readonly marker: L.Marker;

  constructor(position: Position) {
    this.marker = L.marker(latLng(position), {
      icon: L.divIcon({ className: "vehicle", html: kVehicle, iconSize: [kVehiclePixels, kVehiclePixels] }),
      zIndexOffset: 1000,
      keyboard: false,
      alt: "Your vehicle",
    });
  }

  move(position: Position, headingDegrees: number): void {
    this.marker.setLatLng(latLng(position));
    const picture = this.marker.getElement()?.firstElementChild as SVGElement | null | undefined;
    if (picture) picture.style.transform = `rotate(${headingDegrees.toFixed(1)}deg)`;
  }

  setStale(isStale: boolean): void {
    this.marker.getElement()?.classList.toggle("stale", isStale);
  }
}

export function latLng({ latitude, longitude }: Position): L.LatLngTuple {
  return [latitude, longitude];
}

function pin(position: Position, name: string, html: string, title: string): L.Marker {
  const icon = L.divIcon({
    className: `pin-marker ${name}`,
    html,
    iconSize: kPinSize,
    iconAnchor: [kPinSize[0] / 2, kPinSize[1]],
  });
  return L.marker(latLng(position), { icon, title, alt: title, keyboard: false });
}
