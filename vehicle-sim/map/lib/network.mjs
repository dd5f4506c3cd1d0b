// Lines as they are drawn -> a network that can be driven.
//
// Tile lines share no vertices and stop at tile edges, so the joints are found again:
//   1. lines of the same level are cut where they cross (level: ground, or bridge / tunnel of one layer; motorways
//      cross others without meeting them, so they are never cut by a crossing)
//   2. a line's end that lies within SNAP_METRES of another line's inside cuts that line there
//   3. ends and cuts within SNAP_METRES of each other become one node
//   4. only the largest strongly connected part is kept: from every node one can drive to every other and back

import { Grid, crossing, distance, lineLength, nearestOnSegment } from './geometry.mjs';

const SNAP_METRES = 4;

/** Our road classes, from the widest to the smallest; the index is what streets.json holds. */
export const CLASSES = ['motorway', 'motorway_link', 'trunk', 'primary', 'secondary', 'tertiary', 'link', 'street'];
const DRIVABLE = new Map([...CLASSES.map((name) => [name, name]), ['street_limited', 'street']]);

const isMotorway = (line) => line.class === 'motorway' || line.class === 'motorway_link';
const isRamp = (line) => line.class === 'motorway_link' || line.class === 'link';

export function drivableLines(features) {
    const lines = [];
    for (const { layer, kind, properties, shape } of features) {
        const roadClass = layer === 'road' && kind === 'line' && DRIVABLE.get(properties.class);
        if (!roadClass) continue;
        const raised = properties.structure === 'bridge' || properties.structure === 'tunnel';
        lines.push({ shape, class: roadClass, oneWay: properties.oneway === 'true', name: '',
                     level: raised ? `${properties.structure} ${properties.layer ?? 0}` : 'ground' });
    }
    return lines;
}

/** Names are drawn as lines of their own; a road takes the name of the label that runs along its middle. */
export function nameLines(lines, features) {
    const labels = new Grid(100);
    for (const { layer, kind, properties, shape } of features) {
        if (layer !== 'road_label' || kind !== 'line' || !properties.name) continue;
        for (let i = 1; i < shape.length; i++)
            labels.add(shape[i - 1], shape[i], { name: properties.name, a: shape[i - 1], b: shape[i] });
    }
    const direction = (a, b) => Math.atan2(b[1] - a[1], b[0] - a[0]);
    for (const line of lines) {
        const middle = Math.floor(line.shape.length / 2);
        const [a, b] = [line.shape[middle - 1], line.shape[middle]];
        const centre = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        let best = 12;
        for (const label of labels.near(centre, centre, best)) {
            const off = nearestOnSegment(centre, label.a, label.b).distance;
            if (off < best && Math.abs(Math.sin(direction(a, b) - direction(label.a, label.b))) < 0.35) {
                best = off;
                line.name = label.name;
            }
        }
    }
}

function pieceGrid(lines) {
    const grid = new Grid(100);
    lines.forEach((line, index) => {
        for (let i = 1; i < line.shape.length; i++)
            grid.add(line.shape[i - 1], line.shape[i], { index, piece: i - 1, a: line.shape[i - 1], b: line.shape[i] });
    });
    return grid;
}

/** For each line where it must be cut: {piece, t, point}. */
function findCuts(lines) {
    const grid = pieceGrid(lines);
    const cuts = lines.map(() => []);
    lines.forEach((line, index) => {
        for (let i = 1; i < line.shape.length && !isMotorway(line); i++) {
            const [a, b] = [line.shape[i - 1], line.shape[i]];
            for (const other of grid.near(a, b, 0)) {
                const meets = other.index > index && lines[other.index].level === line.level;
                if (!meets || isMotorway(lines[other.index])) continue;
                const at = crossing(a, b, other.a, other.b);
                if (!at) continue;
                cuts[index].push({ piece: i - 1, t: at.t, point: at.point });
                cuts[other.index].push({ piece: other.piece, t: at.u, point: at.point });
            }
        }
        for (const end of [line.shape[0], line.shape[line.shape.length - 1]])
            for (const other of grid.near(end, end, SNAP_METRES)) {
                if (other.index === index || (isMotorway(lines[other.index]) && !isRamp(line))) continue;
                const near = nearestOnSegment(end, other.a, other.b);
                if (near.distance <= SNAP_METRES) cuts[other.index].push({ piece: other.piece, t: near.t, point: near.point });
            }
    });
    return cuts;
}

function cutLine(line, cuts) {
    cuts.sort((a, b) => a.piece - b.piece || a.t - b.t);
    const parts = [];
    let current = [line.shape[0]], next = 0;
    for (let i = 1; i < line.shape.length; i++) {
        for (; next < cuts.length && cuts[next].piece === i - 1; next++) {
            current.push(cuts[next].point);
            parts.push(current);
            current = [cuts[next].point];
        }
        current.push(line.shape[i]);
    }
    parts.push(current);
    return parts.filter((part) => lineLength(part) > 0.01);
}

/** Gives out node numbers: a place within SNAP_METRES of a known node is that node. */
class Nodes {
    places = [];
    grid = new Grid(50);
    at(point) {
        let best = SNAP_METRES, found = -1;
        for (const index of this.grid.near(point, point, SNAP_METRES)) {
            const off = distance(point, this.places[index]);
            if (off <= best) [best, found] = [off, index];
        }
        if (found >= 0) return found;
        this.grid.add(point, point, this.places.length);
        return this.places.push(point) - 1;
    }
}

/** Tarjan's strongly connected components, without recursion. Returns the component number of each node. */
export function strongComponents(nodeCount, segments) {
    const out = Array.from({ length: nodeCount }, () => []);
    for (const segment of segments) {
        out[segment.from].push(segment.to);
        if (!segment.oneWay) out[segment.to].push(segment.from);
    }
    const order = new Int32Array(nodeCount).fill(-1), low = new Int32Array(nodeCount);
    const component = new Int32Array(nodeCount).fill(-1), position = new Int32Array(nodeCount);
    const open = [];
    let clock = 0, components = 0;
    for (let root = 0; root < nodeCount; root++) {
        if (order[root] >= 0) continue;
        const path = [root];
        while (path.length) {
            const node = path[path.length - 1];
            if (order[node] < 0) {
                order[node] = low[node] = clock++;
                open.push(node);
            }
            if (position[node] < out[node].length) {
                const next = out[node][position[node]++];
                if (order[next] < 0) path.push(next);
                else if (component[next] < 0) low[node] = Math.min(low[node], order[next]);
                continue;
            }
            path.pop();
            if (path.length) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[node]);
            if (low[node] !== order[node]) continue;
            for (let member = -1; member !== node; ) {
                member = open.pop();
                component[member] = components;
            }
            components++;
        }
    }
    return component;
}

/** {nodes: [[x, y]], segments: [{from, to, oneWay, class, name, tunnel, shape}]} with the figures of what was kept. */
export function buildNetwork(lines) {
    const cuts = findCuts(lines);
    const nodes = new Nodes();
    const all = [];
    const seen = new Set();
    lines.forEach((line, index) => {
        for (const shape of cutLine(line, cuts[index])) {
            const from = nodes.at(shape[0]), to = nodes.at(shape[shape.length - 1]);
            const length = lineLength(shape);
            const key = `${Math.min(from, to)} ${Math.max(from, to)} ${Math.round(length / 5)}`;
            if ((from === to && length < 3 * SNAP_METRES) || seen.has(key)) continue;
            seen.add(key);
            // The ends move to their node, so that a drive has no jumps.
            shape[0] = nodes.places[from];
            shape[shape.length - 1] = nodes.places[to];
            all.push({ from, to, shape, class: line.class, oneWay: line.oneWay, name: line.name,
                       tunnel: line.level.startsWith('tunnel') });
        }
    });
    const component = strongComponents(nodes.places.length, all);
    const sizes = new Map();
    for (const number of component) sizes.set(number, (sizes.get(number) ?? 0) + 1);
    const largest = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
    const kept = all.filter((s) => component[s.from] === largest && component[s.to] === largest);

    const number = new Map(), places = [];
    const renumber = (node) => {
        if (!number.has(node)) number.set(node, places.push(nodes.places[node]) - 1);
        return number.get(node);
    };
    const segments = kept.map((s) => ({ ...s, from: renumber(s.from), to: renumber(s.to) }));
    const total = (list) => Math.round(list.reduce((sum, s) => sum + lineLength(s.shape), 0) / 1000);
    return { nodes: places, segments, figures: { segments: segments.length, nodes: places.length,
                                                 kilometres: total(segments), kilometresBefore: total(all) } };
}
