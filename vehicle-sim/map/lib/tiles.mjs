// Reads vector tiles and puts their shapes on one plane.
// A tile draws a little over its edge; that margin belongs to its neighbour, so everything is clipped to the tile.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';

const POINT = 1, LINE = 2, POLYGON = 3;

/** Web Mercator: where point (px, py) of tile z/x/y lies, in degrees. */
function tileToDegrees(tile, px, py, extent) {
    const size = 2 ** tile.z;
    const northing = Math.PI * (1 - (2 * (tile.y + py / extent)) / size);
    return { latitude: (Math.atan(Math.sinh(northing)) * 180) / Math.PI,
             longitude: ((tile.x + px / extent) / size) * 360 - 180 };
}

const EDGES = (extent) => [
    { inside: (p) => p[0] >= 0, axis: 0, at: 0 },
    { inside: (p) => p[0] <= extent, axis: 0, at: extent },
    { inside: (p) => p[1] >= 0, axis: 1, at: 0 },
    { inside: (p) => p[1] <= extent, axis: 1, at: extent },
];

function cut(a, b, edge) {
    const share = (edge.at - a[edge.axis]) / (b[edge.axis] - a[edge.axis]);
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}

/** The parts of a line that lie within the tile. */
function clipLine(line, extent) {
    let parts = [line];
    for (const edge of EDGES(extent)) {
        const kept = [];
        for (const part of parts) {
            let current = edge.inside(part[0]) ? [part[0]] : [];
            for (let i = 1; i < part.length; i++) {
                const [a, b] = [part[i - 1], part[i]];
                const [aIn, bIn] = [edge.inside(a), edge.inside(b)];
                if (aIn !== bIn) current.push(cut(a, b, edge));
                if (bIn) current.push(b);
                if (aIn && !bIn) {
                    kept.push(current);
                    current = [];
                }
            }
            kept.push(current);
        }
        parts = kept.filter((part) => part.length > 1);
    }
    return parts;
}

/** The part of a ring that lies within the tile (Sutherland and Hodgman); may be empty. */
function clipRing(ring, extent) {
    for (const edge of EDGES(extent)) {
        const kept = [];
        for (let i = 0; i < ring.length; i++) {
            const [a, b] = [ring[(i + ring.length - 1) % ring.length], ring[i]];
            if (edge.inside(a) !== edge.inside(b)) kept.push(cut(a, b, edge));
            if (edge.inside(b)) kept.push(b);
        }
        ring = kept;
    }
    return ring;
}

const twiceArea = (ring) =>
    ring.reduce((sum, p, i) => sum + p[0] * ring[(i + 1) % ring.length][1] - ring[(i + 1) % ring.length][0] * p[1], 0);

/** Tile rings to polygons: outer rings run clockwise on the screen (area > 0 with y down), holes follow theirs. */
function ringsToPolygons(rings, extent) {
    const polygons = [];
    for (const whole of rings) {
        const outer = twiceArea(whole) > 0;
        const ring = clipRing(whole.slice(0, -1), extent);
        if (ring.length < 3) continue;
        if (outer) polygons.push([ring]);
        else if (polygons.length) polygons[polygons.length - 1].push(ring);
    }
    return polygons;
}

/**
 * Every line and polygon of the named layers in the folder's tiles (files named z-x-y.mvt), in metres on `plane`:
 * {layer, kind: 'line' | 'polygon', properties, shape}; shape is a line, or a polygon's rings.
 */
export function readTiles(folder, layers, plane) {
    const features = [];
    for (const file of readdirSync(folder).sort()) {
        const name = /^(\d+)-(\d+)-(\d+)\.mvt$/.exec(file);
        if (!name) continue;
        const tile = { z: Number(name[1]), x: Number(name[2]), y: Number(name[3]) };
        const content = new VectorTile(new PbfReader(readFileSync(join(folder, file))));
        for (const layer of layers) {
            const source = content.layers[layer];
            for (let i = 0; source && i < source.length; i++) {
                const feature = source.feature(i);
                const extent = source.extent;
                const rings = feature.loadGeometry().map((ring) => ring.map((p) => [p.x, p.y]));
                const toPlane = (line) => line.map(([px, py]) => {
                    const { latitude, longitude } = tileToDegrees(tile, px, py, extent);
                    return plane.fromDegrees(latitude, longitude);
                });
                const properties = feature.properties;
                if (feature.type === LINE)
                    for (const ring of rings)
                        for (const part of clipLine(ring, extent))
                            features.push({ layer, kind: 'line', properties, shape: toPlane(part) });
                else if (feature.type === POLYGON)
                    for (const polygon of ringsToPolygons(rings, extent))
                        features.push({ layer, kind: 'polygon', properties, shape: polygon.map(toPlane) });
                else if (feature.type !== POINT) throw new Error(`${file}: layer ${layer} has a shape of unknown type`);
            }
        }
    }
    if (features.length === 0) throw new Error(`${folder}: no vector tile (z-x-y.mvt) with a layer of ${layers}`);
    return features;
}

/** The box in degrees that the folder's tiles cover. */
export function tileBounds(folder) {
    const bounds = { south: 90, west: 180, north: -90, east: -180 };
    for (const file of readdirSync(folder)) {
        const name = /^(\d+)-(\d+)-(\d+)\.mvt$/.exec(file);
        if (!name) continue;
        const tile = { z: Number(name[1]), x: Number(name[2]), y: Number(name[3]) };
        const northWest = tileToDegrees(tile, 0, 0, 1), southEast = tileToDegrees(tile, 1, 1, 1);
        bounds.north = Math.max(bounds.north, northWest.latitude);
        bounds.west = Math.min(bounds.west, northWest.longitude);
        bounds.south = Math.min(bounds.south, southEast.latitude);
        bounds.east = Math.max(bounds.east, southEast.longitude);
    }
    return bounds;
}
