// What the web page draws under the vehicles: water, parks and roads, simplified, as GeoJSON.
// Roads of one class and name in one tile become one feature, so that drawing stays cheap.

import { simplify } from './geometry.mjs';

const GREEN = new Set(['park', 'wood', 'cemetery', 'grass', 'scrub']);
const BIG = new Set(['motorway', 'trunk', 'primary', 'secondary', 'tertiary']);
const AREA_TOLERANCE_METRES = 4;
const LINE_TOLERANCE_METRES = 2;
const GREEN_MIN_SQUARE_METRES = 2500;

const squareMetres = (ring) =>
    Math.abs(ring.reduce((sum, p, i) => {
        const q = ring[(i + 1) % ring.length];
        return sum + p[0] * q[1] - q[0] * p[1];
    }, 0)) / 2;

/** A ring as GeoJSON wants it: closed; null when nothing is left of it. */
function closedRing(ring, degrees) {
    const half = Math.floor(ring.length / 2);
    // A closed line has no far ends to hold on to, so the halves are simplified apart.
    const simple = [...simplify(ring.slice(0, half + 1), AREA_TOLERANCE_METRES).slice(0, -1),
                    ...simplify([...ring.slice(half), ring[0]], AREA_TOLERANCE_METRES).slice(0, -1)];
    return simple.length < 3 ? null : [...simple, simple[0]].map(degrees);
}

function areaFeature(feature, layer, degrees) {
    if (layer === 'park' && squareMetres(feature.shape[0]) < GREEN_MIN_SQUARE_METRES) return null;
    const rings = feature.shape.map((ring) => closedRing(ring, degrees));
    if (!rings[0]) return null;
    return { type: 'Feature', properties: { layer, class: feature.properties.class ?? layer },
             geometry: { type: 'Polygon', coordinates: rings.filter(Boolean) } };
}

/** Lines of the same key whose ends meet are joined: fewer and longer lines. */
function joinLines(lines) {
    const key = (p) => `${p[0].toFixed(1)} ${p[1].toFixed(1)}`;
    const starts = new Map();
    const alive = new Set(lines);
    for (const line of lines) starts.set(key(line[0]), [...(starts.get(key(line[0])) ?? []), line]);
    const joined = [];
    for (const line of lines) {
        if (!alive.delete(line)) continue;
        let current = line;
        for (;;) {
            const next = (starts.get(key(current[current.length - 1])) ?? []).find((other) => alive.has(other));
            if (!next) break;
            alive.delete(next);
            current = [...current, ...next.slice(1)];
        }
        joined.push(current);
    }
    return joined;
}

function roadFeatures(lines, degrees) {
    const groups = new Map();
    for (const line of lines) {
        const name = BIG.has(line.class) ? line.name : '';
        const key = `${line.class}\n${name}`;
        groups.set(key, [...(groups.get(key) ?? []), line.shape]);
    }
    const features = [];
    for (const [key, shapes] of groups) {
        const [roadClass, name] = key.split('\n');
        const joined = joinLines(shapes).map((shape) => simplify(shape, LINE_TOLERANCE_METRES).map(degrees));
        // Leaflet culls by feature, so small streets go in handfuls rather than all in one.
        for (let i = 0; i < joined.length; i += 50)
            features.push({ type: 'Feature', properties: { layer: 'road', class: roadClass, ...(name && { name }) },
                            geometry: { type: 'MultiLineString', coordinates: joined.slice(i, i + 50) } });
    }
    return features;
}

export function buildBasemap(features, roads, plane) {
    const degrees = (point) => {
        const { latitude, longitude } = plane.toDegrees(point);
        return [Number(longitude.toFixed(5)), Number(latitude.toFixed(5))];
    };
    const areas = [];
    for (const feature of features) {
        if (feature.kind !== 'polygon') continue;
        const layer = feature.layer === 'water' ? 'water' : GREEN.has(feature.properties.class) ? 'park' : null;
        const area = layer && areaFeature(feature, layer, degrees);
        if (area) areas.push(area);
    }
    const rank = { park: 0, water: 1 };
    areas.sort((a, b) => rank[a.properties.layer] - rank[b.properties.layer]);
    const rails = features.filter((f) => f.layer === 'road' && f.kind === 'line' && f.properties.class === 'major_rail')
        .map((f) => ({ class: 'rail', name: '', shape: f.shape }));
    return [...areas, ...roadFeatures([...rails, ...roads].reverse(), degrees)];
}
