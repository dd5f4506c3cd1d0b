// A Leaflet map on the city's streets, with nothing on it yet.
import * as L from "leaflet";

import type { Config, Position } from "../api";
import { Basemap } from "./basemap";
import { latLng } from "./markers";
import { currentPalette, onPaletteChange } from "./palette";
import { StreetLayer } from "./street-layer";

const kBasemapUrl = "/map/basemap.geojson";
const kZoomMin = 11;
const kZoomMax = 17;

export function streetMap(container: HTMLElement, centre: Position, options: L.MapOptions): L.Map {
  const map = L.map(container, {
    center: latLng(centre),
    minZoom: kZoomMin,
    maxZoom: kZoomMax,
    zoomControl: false,
    fadeAnimation: !wantsCalm(),
    zoomAnimation: !wantsCalm(),
    ...options,
  });
  L.control.zoom({ position: "topright" }).addTo(map);
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(container);
  return map;
}

// By hand, or with the arrow keys.
export function whenPersonMoves(map: L.Map, act: () => void): void {
  map.on("dragstart", act);
  map.on("keydown", ({ originalEvent }) => originalEvent.key.startsWith("Arrow") && act());
}

// Our own streets, or a tile server's pictures and no basemap: either way with the name of those who made the map.
export async function loadStreets(map: L.Map, { attribution, tiles }: Config): Promise<Basemap | null> {
  const zooms = { minZoom: kZoomMin, maxZoom: kZoomMax };
  if (tiles) {
    L.tileLayer(tiles.url, { attribution: escaped(tiles.attribution), ...zooms }).addTo(map);
    return null;
  }
  const basemap = await loadBasemap();
  const layer = new StreetLayer(basemap, currentPalette(), { attribution, ...zooms });
  layer.addTo(map);
  onPaletteChange(() => layer.recolour(currentPalette()));
  return basemap;
}

export async function loadBasemap(): Promise<Basemap> {
  const response = await fetch(kBasemapUrl);
  if (!response.ok) throw new Error(`The street map is missing (${response.status}).`);
  return new Basemap(await response.json());
}

// Leaflet takes an attribution for HTML.
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function wantsCalm(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
