// Owns the plain mathematics of lines and rectangles behind `capstan:geometry`. Must never check what a program gave: its
// callers have.

type Point = [x: number, y: number];

export function gap(a: Point, b: Point): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}

export function boxOf(points: readonly Point[]): { min: Point; max: Point } {
  const min: Point = [points[0][0], points[0][1]];
  const max: Point = [points[0][0], points[0][1]];
  for (const [x, y] of points) {
    if (x < min[0]) min[0] = x;
    if (y < min[1]) min[1] = y;
    if (x > max[0]) max[0] = x;
    if (y > max[1]) max[1] = y;
  }
  return { min, max };
}

export function lengthOf(line: readonly Point[]): number {
  let length = 0;
  for (let i = 1; i < line.length; i++) length += gap(line[i - 1], line[i]);
  return length;
}

export function pointAt(line: readonly Point[], distanceM: number): Point {
  let left = Math.max(0, distanceM);
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1], line[i]];
    const length = gap(a, b);
    if (left < length) return [a[0] + ((b[0] - a[0]) * left) / length, a[1] + ((b[1] - a[1]) * left) / length];
    left -= length;
  }
  const last = line[line.length - 1];
  return [last[0], last[1]];
}

export function closest(point: Point, line: readonly Point[]): { point: Point; alongM: number; distanceM: number } {
  let best = { point: [line[0][0], line[0][1]] as Point, alongM: 0, distanceM: gap(point, line[0]) };
  let before = 0;
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1], line[i]];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const square = dx * dx + dy * dy;
    const t = square === 0 ? 0 : ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square;
    const held = Math.min(1, Math.max(0, t));
    const foot: Point = [a[0] + dx * held, a[1] + dy * held];
    const distanceM = gap(point, foot);
    if (distanceM < best.distanceM) best = { point: foot, alongM: before + gap(a, foot), distanceM };
    before += gap(a, b);
  }
  return best;
}

export function cornersOf(center: Point, lengthM: number, widthM: number, yawRad: number): Point[] {
  const [c, s] = [Math.cos(yawRad) / 2, Math.sin(yawRad) / 2];
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([l, w]) => [center[0] + l * lengthM * c - w * widthM * s, center[1] + l * lengthM * s + w * widthM * c]);
}

/** A least rectangle has a side along an edge of the hull (Freeman and Shapira 1975). */
export function leastRectangle(hull: readonly Point[]): {
  corners: Point[];
  center: Point;
  lengthM: number;
  widthM: number;
  yawRad: number;
} {
  let best = { area: Number.POSITIVE_INFINITY, center: [0, 0] as Point, lengthM: 0, widthM: 0, yawRad: 0 };
  for (let i = 0; i < hull.length; i++) {
    const [a, b] = [hull[i], hull[(i + 1) % hull.length]];
    const edge = gap(a, b);
    const [ux, uy] = [(b[0] - a[0]) / edge, (b[1] - a[1]) / edge];
    const { min, max } = boxOf(hull.map(([x, y]) => [x * ux + y * uy, y * ux - x * uy]));
    const [along, across] = [max[0] - min[0], max[1] - min[1]];
    if (along * across >= best.area * (1 - 1e-12)) continue;
    const [m, n] = [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2];
    const turned = along >= across ? [ux, uy] : [-uy, ux];
    best = {
      area: along * across,
      center: [m * ux - n * uy, m * uy + n * ux],
      lengthM: Math.max(along, across),
      widthM: Math.min(along, across),
      yawRad: halfTurn(Math.atan2(turned[1], turned[0])),
    };
  }
  const { center, lengthM, widthM, yawRad } = best;
  return { corners: cornersOf(center, lengthM, widthM, yawRad), center, lengthM, widthM, yawRad };
}

/** The same axis, in (-pi/2, pi/2]. */
function halfTurn(angle: number): number {
  if (angle > Math.PI / 2) return angle - Math.PI;
  return angle <= -Math.PI / 2 ? angle + Math.PI : angle;
}

/** Straight lines across the box around points, side by side, no further apart than asked, half a spacing from its rim. */
export function rulings(points: readonly Point[], spacingM: number, directionRad: number): [Point, Point][] {
  const [c, s] = [Math.cos(directionRad), Math.sin(directionRad)];
  const { min, max } = boxOf(points.map(([x, y]) => [x * c + y * s, y * c - x * s]));
  const count = Math.max(1, Math.ceil((max[1] - min[1]) / spacingM - 1e-9));
  return Array.from({ length: Math.min(count, 5001) }, (_, i) => {
    const n = min[1] + ((max[1] - min[1]) * (i + 0.5)) / count;
    const at = (m: number): Point => [m * c - n * s, m * s + n * c];
    return [at(min[0] - 1), at(max[0] + 1)];
  });
}
