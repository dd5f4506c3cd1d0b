// Derives the bundled city from public data packages:
//   node build.mjs OUTPUT_FOLDER    writes streets.json, zips.json and basemap.geojson
//
// streets.json, format 1 (what dray-fleet drives on); coordinates are whole millionths of a degree:
//   classes   names of the road classes, widest first
//   names     street names; the first is the empty one
//   nodes     [latitude, longitude, latitude, longitude, ...]
//   segments  [[from, to, class, one_way (0 or 1: only from -> to), name, [latitude, longitude, ...]], ...]
//             from and to are node numbers, the last list is what lies between them
// zips.json, format 1: see lib/zips.mjs for how areas and neighbours are made.
// The same packages give the same bytes.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalPlane } from './lib/geometry.mjs';
import { readTiles, tileBounds } from './lib/tiles.mjs';
import { CLASSES, buildNetwork, drivableLines, nameLines } from './lib/network.mjs';
import { buildZips } from './lib/zips.mjs';
import { buildBasemap } from './lib/basemap.mjs';

const CITY = 'Chicago';
const ATTRIBUTION = '© OpenStreetMap contributors';
const BASEMAP_BYTES_MAX = 2_500_000;
const TILES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/@mapbox/mvt-fixtures/real-world/chicago');
const { codes } = createRequire(import.meta.url)('zipcodes');

function streetsJson(network, plane) {
    const names = ['', ...new Set(network.segments.map((s) => s.name).filter(Boolean))];
    const nameNumber = new Map(names.map((name, i) => [name, i]));
    const micro = (points) => points.flatMap((point) => {
        const { latitude, longitude } = plane.toDegrees(point);
        return [Math.round(latitude * 1e6), Math.round(longitude * 1e6)];
    });
    const segments = network.segments.map((s) =>
        [s.from, s.to, CLASSES.indexOf(s.class), s.oneWay ? 1 : 0, nameNumber.get(s.name), micro(s.shape.slice(1, -1)),
         s.tunnel ? 1 : 0]);
    return { format: 1, city: CITY, attribution: ATTRIBUTION, classes: CLASSES, names, nodes: micro(network.nodes), segments };
}

function zipsJson(zips, plane) {
    const degrees = (point) => {
        const { latitude, longitude } = plane.toDegrees(point);
        return [Number(latitude.toFixed(6)), Number(longitude.toFixed(6))];
    };
    const attribution = `Streets ${ATTRIBUTION}; zip codes: npm package zipcodes`;
    return { format: 1, city: CITY, attribution, zips: zips.map(({ zip, lead, place, neighbours, streets }) => {
        const [latitude, longitude] = degrees(place);
        return { zip, latitude, longitude, lead, neighbours, streets: streets.map(degrees) };
    }) };
}

function write(folder, name, content) {
    const text = JSON.stringify(content);
    writeFileSync(join(folder, name), text);
    return Buffer.byteLength(text);
}

function main() {
    const folder = process.argv[2];
    if (!folder || process.argv.length > 3) throw new Error('usage: node build.mjs OUTPUT_FOLDER');
    const bounds = tileBounds(TILES);
    const plane = new LocalPlane({ latitude: (bounds.south + bounds.north) / 2, longitude: (bounds.west + bounds.east) / 2 });
    const features = readTiles(TILES, ['water', 'landuse', 'road', 'road_label'], plane);
    const lines = drivableLines(features);
    nameLines(lines, features);
    const network = buildNetwork(lines);
    const inside = Object.values(codes).filter((z) => z.latitude > bounds.south && z.latitude < bounds.north &&
                                                      z.longitude > bounds.west && z.longitude < bounds.east);
    const places = inside.map((z) => ({ zip: z.zip, city: z.city, place: plane.fromDegrees(z.latitude, z.longitude) }));
    const zips = buildZips(places, CITY, network);
    if (zips.length === 0) throw new Error('no zip code lies where the streets are');

    mkdirSync(folder, { recursive: true });
    const sizes = { streets: write(folder, 'streets.json', streetsJson(network, plane)),
                    zips: write(folder, 'zips.json', zipsJson(zips, plane)) };
    const basemap = { type: 'FeatureCollection', attribution: ATTRIBUTION, city: CITY,
                      bbox: [bounds.west, bounds.south, bounds.east, bounds.north].map((d) => Number(d.toFixed(5))),
                      features: buildBasemap(features, lines, plane) };
    sizes.basemap = write(folder, 'basemap.geojson', basemap);
    if (sizes.basemap > BASEMAP_BYTES_MAX)
        throw new Error(`basemap.geojson has ${sizes.basemap} bytes, more than ${BASEMAP_BYTES_MAX}`);
    console.log(`map: ${CITY}: ${network.figures.segments} segments, ${network.figures.nodes} nodes, ` +
                `${network.figures.kilometres} of ${network.figures.kilometresBefore} km strongly connected, ${zips.length} zips; ` +
                `bytes ${JSON.stringify(sizes)}`);
}

try {
    main();
} catch (error) {
    console.error(`map: ${error.message}`);
    process.exit(1);
}
