// The zips' areas on the map, and which of them a view shows.
import * as L from "leaflet";

import { type Bounds, overlap, worldX, worldY } from "../map/basemap";
import { latLngOf } from "./fleet-map";
import { type Area, areasOf } from "./zip-areas";

const kZipsUrl = "/map/zips.json";
const kNamesFromZoom = 12;

interface ZipFile {
  zips: { zip: string; lead: string; latitude: number; longitude: number }[];
}

export class ZipLayer {
  private readonly areas = new Map<string, { area: Area; polygon: L.Polygon }>();
  // Several zips may share an area.
  private readonly leads = new Map<string, string>();

  constructor(private readonly map: L.Map) {}

  async load(box: Bounds): Promise<void> {
    const response = await fetch(kZipsUrl);
    if (!response.ok) throw new Error(`The zip codes are missing (${response.status}).`);
    const { zips } = (await response.json()) as ZipFile;
    for (const { zip, lead } of zips) this.leads.set(zip, lead);
    const sites = zips
      .filter(({ zip, lead }) => zip === lead)
      .map(({ zip, latitude, longitude }) => ({ zip, x: worldX(longitude), y: worldY(latitude) }));
    for (const area of areasOf(sites, box)) this.show(area);
    this.map.on("zoomend", () => this.showNames());
    this.showNames();
  }

  names(): Iterable<string> {
    return this.leads.keys();
  }

  // Those that have ground in the view.
  inView(): Set<string> {
    const view = this.map.getBounds();
    const bounds = {
      west: worldX(view.getWest()),
      east: worldX(view.getEast()),
      north: worldY(view.getNorth()),
      south: worldY(view.getSouth()),
    };
    return new Set([...this.areas].filter(([, { area }]) => overlap(area.bounds, bounds)).map(([zip]) => zip));
  }

  boundsOf(zip: string): L.LatLngBounds | null {
    return this.areas.get(this.leads.get(zip) ?? zip)?.polygon.getBounds() ?? null;
  }

  highlight(zip: string | null): void {
    const lead = zip && (this.leads.get(zip) ?? zip);
    for (const [name, { polygon }] of this.areas) polygon.getElement()?.classList.toggle("wanted", name === lead);
  }

  private show(area: Area): void {
    const ring = area.ring.map(([x, y]) => latLngOf({ x, y }));
    const polygon = L.polygon(ring, { className: "zip-area", interactive: false, renderer: L.svg({ padding: 1 }) });
    polygon.addTo(this.map);
    const icon = L.divIcon({ className: "zip-name", html: area.zip, iconSize: [44, 16] });
    L.marker(latLngOf(area), { icon, interactive: false, keyboard: false }).addTo(this.map);
    this.areas.set(area.zip, { area, polygon });
  }

  private showNames(): void {
    this.map.getContainer().classList.toggle("with-zip-names", this.map.getZoom() >= kNamesFromZoom);
  }
}
