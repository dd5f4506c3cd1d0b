// Zip codes, their areas and their neighbours.
//
// The data has one point a zip and no borders, so a zip's area is taken as the points nearer to it than to any other
// (Voronoi cells): good enough to send the nearest vehicles, not to settle a border.
//   site       zips closer together than SITE_METRES are one site and share one area. Most of these are the numbers of
//              single buildings and post-office boxes, which the data often puts all at one place.
//   lead       the site's zip that stands for it: the lowest number of the city itself, else the lowest of all
//   neighbours of a lead: the leads of the areas that touch its own, then the other zips of its site
//              of any other zip: the lead of its site, then that lead's neighbouring leads
// So vehicles (which are in the zip of the lead whose area they are in) hear of every zip of their site, and an order
// for any zip reaches the vehicles around within one step.

import { distance, lineLength } from './geometry.mjs';

const SITE_METRES = 250;
const RASTER_METRES = 50;
const BORDER_METRES = 150;  // two areas that touch for less than this do not count as neighbours
const SAMPLES = 12;

function makeSites(zips, city) {
    const byRank = [...zips].sort((a, b) => (b.city === city) - (a.city === city) || a.zip.localeCompare(b.zip));
    const sites = [];
    for (const zip of byRank) {
        const near = sites.find((site) => distance(site.place, zip.place) < SITE_METRES);
        if (near) near.members.push(zip);
        else sites.push({ place: zip.place, members: [zip], lead: zip, neighbours: new Set(), points: [] });
    }
    return sites;
}

function nearestSite(sites, place) {
    let best = Infinity, found = -1;
    for (let i = 0; i < sites.length; i++) {
        const off = distance(sites[i].place, place);
        if (off < best) [best, found] = [off, i];
    }
    return found;
}

/** Lays a raster over the box; where two squares side by side belong to different sites their areas touch. */
function findNeighbours(sites, box) {
    const columns = Math.ceil((box.maxX - box.minX) / RASTER_METRES);
    const rows = Math.ceil((box.maxY - box.minY) / RASTER_METRES);
    const owner = new Int32Array(columns * rows);
    const border = new Map();
    const touch = (a, b) => {
        if (a === b) return;
        const key = a < b ? `${a} ${b}` : `${b} ${a}`;
        border.set(key, (border.get(key) ?? 0) + RASTER_METRES);
    };
    for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
            const centre = [box.minX + (column + 0.5) * RASTER_METRES, box.minY + (row + 0.5) * RASTER_METRES];
            const here = (owner[row * columns + column] = nearestSite(sites, centre));
            if (column) touch(here, owner[row * columns + column - 1]);
            if (row) touch(here, owner[(row - 1) * columns + column]);
        }
    for (const [key, metres] of border) {
        if (metres < BORDER_METRES) continue;
        const [a, b] = key.split(' ').map(Number);
        sites[a].neighbours.add(sites[b]);
        sites[b].neighbours.add(sites[a]);
    }
}

/** Points on the streets where one can stop (no motorways, ramps or tunnels), filed with the site whose area they are in. */
function collectStreetPoints(sites, network) {
    for (const segment of network.segments) {
        if (segment.tunnel || ['motorway', 'motorway_link', 'link'].includes(segment.class)) continue;
        if (lineLength(segment.shape) < 40) continue;
        const middle = Math.floor(segment.shape.length / 2);
        const [a, b] = [segment.shape[middle - 1], segment.shape[middle]];
        const point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        sites[nearestSite(sites, point)].points.push(point);
    }
}

/** Up to `count` points that lie far from each other: first the one nearest to the centre, then always the farthest. */
function spread(points, centre, count) {
    if (points.length === 0) return [];
    const chosen = [points.reduce((a, b) => (distance(b, centre) < distance(a, centre) ? b : a))];
    const gap = points.map((p) => distance(p, chosen[0]));
    while (chosen.length < Math.min(count, points.length)) {
        const farthest = gap.indexOf(Math.max(...gap));
        if (gap[farthest] === 0) break;
        chosen.push(points[farthest]);
        points.forEach((p, i) => (gap[i] = Math.min(gap[i], distance(p, points[farthest]))));
    }
    return chosen;
}

/** zips: [{zip, city, place: [x, y]}]. Returns those whose area has streets: {zip, place, neighbours, streets}. */
export function buildZips(zips, city, network) {
    const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (const [x, y] of network.nodes) {
        box.minX = Math.min(box.minX, x);
        box.maxX = Math.max(box.maxX, x);
        box.minY = Math.min(box.minY, y);
        box.maxY = Math.max(box.maxY, y);
    }
    const sites = makeSites(zips, city);
    collectStreetPoints(sites, network);
    const alive = sites.filter((site) => site.points.length > 0);
    findNeighbours(alive, box);
    const result = [];
    for (const site of alive) {
        const around = [...site.neighbours].sort((a, b) => distance(a.place, site.place) - distance(b.place, site.place))
            .map((other) => other.lead.zip);
        const streets = spread(site.points, site.place, SAMPLES);
        for (const zip of site.members) {
            const others = site.members.filter((m) => m !== site.lead).map((m) => m.zip).sort();
            const neighbours = zip === site.lead ? [...around, ...others] : [site.lead.zip, ...around];
            result.push({ zip: zip.zip, lead: site.lead.zip, place: zip.place, neighbours, streets });
        }
    }
    return result.sort((a, b) => a.zip.localeCompare(b.zip));
}
