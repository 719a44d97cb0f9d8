// Owns solids as signed distances (negative inside), for shapes that flow into one another. Pure functions of a point.
// Must never make triangles: contour.ts does.
//
// Distances of single shapes after I. Quilez, "Distance functions"; blends by his quadratic smooth minimum. No
// operation here makes a distance grow faster than the way travelled, which contour.ts relies on.

import { cross, dot, mat3FromQuat, normalize, type Pose, subtract, type Vec3 } from '../spatial.ts';

/** Distance to the surface in metres, negative inside; in open space it may be too small, never too large. */
export type Solid = (x: number, y: number, z: number) => number;

/** A point of a flat outline, metres. */
export type Point2 = readonly [number, number];

/** A rod with round ends; its radius may change along the way. */
export function rod(from: Vec3, to: Vec3, fromRadius: number, toRadius = fromRadius): Solid {
  const axis = subtract(to, from);
  const lengthSquare = dot(axis, axis);
  const slope = fromRadius - toRadius;
  const a2 = lengthSquare - slope * slope;
  if (!(a2 > 0)) throw new RangeError('a rod whose one end swallows the other is a ball');
  const inverse = 1 / lengthSquare;
  return (px, py, pz) => {
    const x = px - from[0];
    const y = py - from[1];
    const z = pz - from[2];
    const along = x * axis[0] + y * axis[1] + z * axis[2];
    const past = along - lengthSquare;
    const sx = x * lengthSquare - axis[0] * along;
    const sy = y * lengthSquare - axis[1] * along;
    const sz = z * lengthSquare - axis[2] * along;
    const aside = sx * sx + sy * sy + sz * sz;
    const alongSquare = along * along * lengthSquare;
    const pastSquare = past * past * lengthSquare;
    const k = sign(slope) * slope * slope * aside;
    if (sign(past) * a2 * pastSquare > k) return Math.sqrt(aside + pastSquare) * inverse - toRadius;
    if (sign(along) * a2 * alongSquare < k) return Math.sqrt(aside + alongSquare) * inverse - fromRadius;
    return (Math.sqrt(aside * a2 * inverse) + along * slope) * inverse - fromRadius;
  };
}

function sign(value: number): number {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

export function ball(centre: Vec3, radius: number): Solid {
  return (x, y, z) => length3(x - centre[0], y - centre[1], z - centre[2]) - radius;
}

/** A box with full side lengths `size` and round edges. */
export function brick(centre: Vec3, size: Vec3, edge: number): Solid {
  const hx = size[0] / 2 - edge;
  const hy = size[1] / 2 - edge;
  const hz = size[2] / 2 - edge;
  return (px, py, pz) => {
    const x = Math.abs(px - centre[0]) - hx;
    const y = Math.abs(py - centre[1]) - hy;
    const z = Math.abs(pz - centre[2]) - hz;
    return length3(Math.max(x, 0), Math.max(y, 0), Math.max(z, 0)) + Math.min(Math.max(x, y, z), 0) - edge;
  };
}

/** All space on the far side of a plane from where its normal points: normal . p <= offset. */
export function halfSpace(normal: Vec3, offset: number): Solid {
  const [nx, ny, nz] = normalize(normal);
  return (x, y, z) => nx * x + ny * y + nz * z - offset;
}

/**
 * A turned solid: an outline of (height along the axis, radius), spun about the axis. The outline begins and ends on
 * the axis.
 */
export function turned(origin: Vec3, axis: Vec3, outline: readonly Point2[], edge = 0): Solid {
  const [ax, ay, az] = normalize(axis);
  const flat = outlineDistance(outline, 'open');
  return (px, py, pz) => {
    const x = px - origin[0];
    const y = py - origin[1];
    const z = pz - origin[2];
    const height = x * ax + y * ay + z * az;
    const square = x * x + y * y + z * z - height * height;
    return flat(height, square > 0 ? Math.sqrt(square) : 0) - edge;
  };
}

/** A straight cylinder or cone between two points with its edges rounded; both radii are the outer ones. */
export function drum(from: Vec3, to: Vec3, fromRadius: number, toRadius = fromRadius, edge = 0): Solid {
  const axis = subtract(to, from);
  const height = Math.sqrt(dot(axis, axis));
  const outline: Point2[] = [
    [edge, 0],
    [edge, fromRadius - edge],
    [height - edge, toRadius - edge],
    [height - edge, 0],
  ];
  return turned(from, axis, outline, edge);
}

/**
 * A plate: an outline in the plane of `u` and `v` through the origin, thick from `low` to `high` along u x v.
 * @param edge radius by which outline and faces are rounded outward: draw the outline smaller by as much
 */
export function plate(
  origin: Vec3,
  u: Vec3,
  v: Vec3,
  outline: readonly Point2[],
  low: number,
  high: number,
  edge = 0,
): Solid {
  const right = normalize(u);
  const normal = normalize(cross(u, v));
  const up = cross(normal, right);
  const flat = outlineDistance(outline, 'closed');
  const middle = (low + high) / 2;
  const half = (high - low) / 2 - edge;
  return (px, py, pz) => {
    const x = px - origin[0];
    const y = py - origin[1];
    const z = pz - origin[2];
    const a = flat(x * right[0] + y * right[1] + z * right[2], x * up[0] + y * up[1] + z * up[2]);
    const b = Math.abs(x * normal[0] + y * normal[1] + z * normal[2] - middle) - half;
    const outA = Math.max(a, 0);
    const outB = Math.max(b, 0);
    return Math.sqrt(outA * outA + outB * outB) + Math.min(Math.max(a, b), 0) - edge;
  };
}

/**
 * Signed distance to an outline in its plane.
 * @param ends 'open' ends count as joined for inside and outside, but the line between them is no surface
 */
function outlineDistance(outline: readonly Point2[], ends: 'closed' | 'open'): (x: number, y: number) => number {
  const count = outline.length;
  const points = Float64Array.from(outline.flat());
  return (x, y) => {
    let square = Number.POSITIVE_INFINITY;
    let inside = false;
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const x0 = points[i * 2];
      const y0 = points[i * 2 + 1];
      const ex = points[j * 2] - x0;
      const ey = points[j * 2 + 1] - y0;
      const wx = x - x0;
      const wy = y - y0;
      const edgeSquare = ex * ex + ey * ey;
      const share = edgeSquare > 0 ? (wx * ex + wy * ey) / edgeSquare : 0;
      const t = Math.max(0, Math.min(1, share));
      const bx = wx - ex * t;
      const by = wy - ey * t;
      const distance = bx * bx + by * by;
      if (distance < square && (i > 0 || ends === 'closed')) square = distance;
      if (y0 > y !== y0 + ey > y && x < x0 + (ex * (y - y0)) / ey) inside = !inside;
    }
    return inside ? -Math.sqrt(square) : Math.sqrt(square);
  };
}

/** All solids together, meeting in sharp seams. */
export function together(...solids: readonly Solid[]): Solid {
  return (x, y, z) => {
    let distance = Number.POSITIVE_INFINITY;
    for (const solid of solids) distance = Math.min(distance, solid(x, y, z));
    return distance;
  };
}

/** All solids together, flowing into one another over about `reach` metres. */
export function blend(reach: number, first: Solid, ...others: readonly Solid[]): Solid {
  return (x, y, z) => {
    let distance = first(x, y, z);
    for (const solid of others) distance = smoothMin(distance, solid(x, y, z), reach);
    return distance;
  };
}

/** What all solids share, edges rounded over about `reach` metres. */
export function shared(reach: number, first: Solid, ...others: readonly Solid[]): Solid {
  return (x, y, z) => {
    let distance = first(x, y, z);
    for (const solid of others) distance = -smoothMin(-distance, -solid(x, y, z), reach);
    return distance;
  };
}

/** The first solid without the tools, edges rounded over about `reach` metres. */
export function cut(reach: number, solid: Solid, ...tools: readonly Solid[]): Solid {
  return (x, y, z) => {
    let distance = solid(x, y, z);
    for (const tool of tools) distance = -smoothMin(-distance, tool(x, y, z), reach);
    return distance;
  };
}

/** The solid with a skin of `by` metres added, or taken off when negative. */
export function swell(by: number, solid: Solid): Solid {
  return (x, y, z) => solid(x, y, z) - by;
}

/** The solid moved into frame a. */
export function moved(aFromSolid: Pose, solid: Solid): Solid {
  const m = mat3FromQuat(aFromSolid.quatWxyz);
  const [tx, ty, tz] = aFromSolid.position;
  return (px, py, pz) => {
    const x = px - tx;
    const y = py - ty;
    const z = pz - tz;
    return solid(m[0] * x + m[3] * y + m[6] * z, m[1] * x + m[4] * y + m[7] * z, m[2] * x + m[5] * y + m[8] * z);
  };
}

function smoothMin(a: number, b: number, reach: number): number {
  if (!(reach > 0)) return Math.min(a, b);
  const overlap = reach - Math.abs(a - b);
  if (overlap <= 0) return Math.min(a, b);
  return Math.min(a, b) - (overlap * overlap) / (4 * reach);
}

function length3(x: number, y: number, z: number): number {
  return Math.sqrt(x * x + y * y + z * z);
}
