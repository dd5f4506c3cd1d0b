// Plane geometry in metres: the city is small enough to be flat.
//   x grows to the east, y to the north, from an origin near the middle of the city.

const METRES_PER_DEGREE = 111319.49;

/** Between WGS 84 degrees and metres around `origin`; good to about 0.1 % within 15 km. */
export class LocalPlane {
    constructor(origin) {
        this.origin = origin;
        this.eastScale = METRES_PER_DEGREE * Math.cos((origin.latitude * Math.PI) / 180);
    }
    fromDegrees(latitude, longitude) {
        return [(longitude - this.origin.longitude) * this.eastScale,
                (latitude - this.origin.latitude) * METRES_PER_DEGREE];
    }
    toDegrees([x, y]) {
        return { latitude: this.origin.latitude + y / METRES_PER_DEGREE,
                 longitude: this.origin.longitude + x / this.eastScale };
    }
}

export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

export function lineLength(line) {
    let sum = 0;
    for (let i = 1; i < line.length; i++) sum += distance(line[i - 1], line[i]);
    return sum;
}

/** The point of segment a-b nearest to p, as its share t of the way from a to b, and how far it is. */
export function nearestOnSegment(p, a, b) {
    const dx = b[0] - a[0], dy = b[1] - a[1];
    const square = dx * dx + dy * dy;
    const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square));
    const point = [a[0] + t * dx, a[1] + t * dy];
    return { t, point, distance: distance(p, point) };
}

/** Where segments a-b and c-d cross, as shares of either; null when they do not, or are parallel. */
export function crossing(a, b, c, d) {
    const rx = b[0] - a[0], ry = b[1] - a[1], sx = d[0] - c[0], sy = d[1] - c[1];
    const cross = rx * sy - ry * sx;
    if (Math.abs(cross) < 1e-9) return null;
    const t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross;
    const u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross;
    return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? { t, u, point: [a[0] + t * rx, a[1] + t * ry] } : null;
}

/** Douglas and Peucker: drops points that lie within `tolerance` of what remains; keeps both ends. */
export function simplify(line, tolerance) {
    if (line.length < 3) return line;
    let worst = 0, index = 0;
    for (let i = 1; i < line.length - 1; i++) {
        const off = nearestOnSegment(line[i], line[0], line[line.length - 1]).distance;
        if (off > worst) [worst, index] = [off, i];
    }
    if (worst <= tolerance) return [line[0], line[line.length - 1]];
    return [...simplify(line.slice(0, index + 1), tolerance).slice(0, -1), ...simplify(line.slice(index), tolerance)];
}

/** Finds things by place: each is filed in every square that its box touches. */
export class Grid {
    constructor(cellMetres) {
        this.cell = cellMetres;
        this.squares = new Map();
    }
    *keys(x0, y0, x1, y1) {
        for (let i = Math.floor(x0 / this.cell); i <= Math.floor(x1 / this.cell); i++)
            for (let j = Math.floor(y0 / this.cell); j <= Math.floor(y1 / this.cell); j++) yield i * 1e6 + j;
    }
    add(a, b, thing) {
        for (const key of this.keys(Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1]))) {
            const square = this.squares.get(key);
            if (square) square.push(thing);
            else this.squares.set(key, [thing]);
        }
    }
    /** Everything filed within `margin` of the box a-b, each once. */
    near(a, b, margin) {
        const found = new Set();
        for (const key of this.keys(Math.min(a[0], b[0]) - margin, Math.min(a[1], b[1]) - margin,
                                    Math.max(a[0], b[0]) + margin, Math.max(a[1], b[1]) + margin))
            for (const thing of this.squares.get(key) ?? []) found.add(thing);
        return found;
    }
}
