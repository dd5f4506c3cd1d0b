// A zip's area is the ground nearer to its centre than to any other (the map data has no borders): Voronoi cells, made by
// cutting the map's box along the middle between each two centres. Pure; world coordinates.
import type { Bounds } from "../map/basemap";

export interface Site {
  zip: string;
  x: number;
  y: number;
}

export type Ring = [x: number, y: number][];

export interface Area extends Site {
  ring: Ring;
  bounds: Bounds;
}

export function areasOf(sites: readonly Site[], box: Bounds): Area[] {
  return sites.map((site) => {
    const others = sites.filter((other) => other !== site);
    const ring = others.reduce((rest, other) => nearerTo(site, other, rest), cornersOf(box));
    return { ...site, ring, bounds: boundsOf(ring) };
  });
}

function cornersOf({ west, north, east, south }: Bounds): Ring {
  return [
    [west, north],
    [east, north],
    [east, south],
    [west, south],
  ];
}

// The part of a convex ring that is nearer to `site` than to `other`.
function nearerTo(site: Site, other: Site, ring: Ring): Ring {
  const [dx, dy] = [other.x - site.x, other.y - site.y];
  const middle = ((site.x + other.x) * dx + (site.y + other.y) * dy) / 2;
  const beyond = ([x, y]: [number, number]): number => x * dx + y * dy - middle;
  return ring.flatMap((corner, index) => {
    const next = ring[(index + 1) % ring.length]!;
    const [here, there] = [beyond(corner), beyond(next)];
    const kept: Ring = here <= 0 ? [corner] : [];
    if (here * there < 0) {
      const share = here / (here - there);
      kept.push([corner[0] + (next[0] - corner[0]) * share, corner[1] + (next[1] - corner[1]) * share]);
    }
    return kept;
  });
}

function boundsOf(ring: Ring): Bounds {
  const xs = ring.map(([x]) => x);
  const ys = ring.map(([, y]) => y);
  return { west: Math.min(...xs), east: Math.max(...xs), north: Math.min(...ys), south: Math.max(...ys) };
}
