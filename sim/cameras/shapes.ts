// Owns making meshes of plain shapes: skins over rings (lathe, prism, tube, loft), spheres, capsules, cylinders and
// boxes with round edges. All closed, facing outward. Must never know what they are used for.

import { cos, sin, tan } from '../portable-math.ts';
import { add, cross, dot, normalize, scale, subtract, type Vec3 } from '../spatial.ts';
import { meshVolume, type TriangleMesh, withNormals } from './mesh.ts';
import type { Point2 } from './solids.ts';

/** Faces that meet at less than 40 degrees look like one smooth surface. */
export const CREASE_COSINE = 0.766044443118978;

/**
 * A skin over rings of equally many points, closed by a flat face over the first and the last. A ring may shrink to one
 * point.
 * @param rings each ring runs counter-clockwise about the way from first to last (else the skin is turned for you)
 * @throws RangeError for fewer than two rings, and for rings of unequal length
 */
export function skin(rings: readonly (readonly Vec3[])[], creaseCosine = CREASE_COSINE): TriangleMesh {
  const around = rings[0]?.length ?? 0;
  if (rings.length < 2 || around < 3 || rings.some((ring) => ring.length !== around)) {
    throw new RangeError('a skin needs at least two rings of equally many points, three or more');
  }
  const positions: number[] = [];
  for (const ring of rings) for (const point of ring) positions.push(...point);
  const indices: number[] = [];
  for (let i = 0; i + 1 < rings.length; i++) {
    for (let j = 0; j < around; j++) {
      const next = (j + 1) % around;
      const [a, b, c, d] = [i * around + j, i * around + next, (i + 1) * around + next, (i + 1) * around + j];
      indices.push(a, b, c, a, c, d);
    }
  }
  for (const [ring, first, last] of [
    [rings[0], 0, true],
    [rings[rings.length - 1], (rings.length - 1) * around, false],
  ] as const) {
    const centre = positions.length / 3;
    positions.push(...middleOf(ring));
    for (let j = 0; j < around; j++) {
      const next = first + ((j + 1) % around);
      if (last) indices.push(centre, next, first + j);
      else indices.push(centre, first + j, next);
    }
  }
  return facingOutward(withNormals(Float32Array.from(positions), Uint32Array.from(indices), creaseCosine));
}

function middleOf(points: readonly Vec3[]): Vec3 {
  let sum: Vec3 = [0, 0, 0];
  for (const point of points) sum = add(sum, point);
  return scale(sum, 1 / points.length);
}

function facingOutward(mesh: TriangleMesh): TriangleMesh {
  if (meshVolume(mesh) >= 0) return mesh;
  const indices = mesh.indices.slice();
  for (let i = 0; i < indices.length; i += 3) [indices[i + 1], indices[i + 2]] = [indices[i + 2], indices[i + 1]];
  return { positions: mesh.positions, normals: mesh.normals.map((value) => -value), indices };
}

/** Two unit vectors across a direction, so that u x v is the direction. */
function across(direction: Vec3): readonly [Vec3, Vec3] {
  const [x, y, z] = direction.map(Math.abs);
  const other: Vec3 = x <= y && x <= z ? [1, 0, 0] : y <= z ? [0, 1, 0] : [0, 0, 1];
  const u = normalize(cross(other, direction));
  return [u, cross(direction, u)];
}

function circle(centre: Vec3, u: Vec3, v: Vec3, radius: number, segments: number): Vec3[] {
  return Array.from({ length: segments }, (_, j) => {
    const angle = (2 * Math.PI * j) / segments;
    return add(centre, add(scale(u, radius * cos(angle)), scale(v, radius * sin(angle))));
  });
}

/**
 * A turned part: a profile of (height along the axis, radius) spun about the axis, closed at both ends.
 * @param origin,axis metres; heights count from the origin along the axis
 */
export function lathe(origin: Vec3, axis: Vec3, profile: readonly Point2[], segments = 32): TriangleMesh {
  const direction = normalize(axis);
  const [u, v] = across(direction);
  return skin(profile.map(([height, radius]) => circle(add(origin, scale(direction, height)), u, v, radius, segments)));
}

/** A cylinder between two points, its edges bevelled by `bevel` metres. */
export function cylinder(from: Vec3, to: Vec3, radius: number, bevel = 0, segments = 32): TriangleMesh {
  const axis = subtract(to, from);
  const height = Math.sqrt(dot(axis, axis));
  const profile: Point2[] =
    bevel > 0
      ? [
          [0, radius - bevel],
          [bevel, radius],
          [height - bevel, radius],
          [height, radius - bevel],
        ]
      : [
          [0, radius],
          [height, radius],
        ];
  return lathe(from, axis, profile, segments);
}

/** A rod with half spheres at both ends; a sphere where the ends coincide. */
export function capsule(from: Vec3, to: Vec3, radius: number, segments = 32): TriangleMesh {
  const axis = subtract(to, from);
  const height = Math.sqrt(dot(axis, axis));
  const quarter = Math.max(2, Math.round(segments / 4));
  const profile: Point2[] = [];
  for (let i = 0; i <= quarter; i++) {
    const angle = (Math.PI / 2) * (1 - i / quarter);
    profile.push([-radius * sin(angle), i === 0 ? 0 : radius * cos(angle)]);
  }
  for (let i = height > 0 ? 0 : 1; i <= quarter; i++) {
    const angle = ((Math.PI / 2) * i) / quarter;
    profile.push([height + radius * sin(angle), i === quarter ? 0 : radius * cos(angle)]);
  }
  return lathe(from, height > 0 ? axis : [0, 0, 1], profile, segments);
}

export function sphere(centre: Vec3, radius: number, segments = 32): TriangleMesh {
  return capsule(centre, centre, radius, segments);
}

/** A tube along a line of points, the same round section everywhere. */
export function tube(line: readonly Vec3[], radius: number, segments = 12): TriangleMesh {
  const tangents = line.map((_, i) =>
    normalize(subtract(line[Math.min(i + 1, line.length - 1)], line[Math.max(i - 1, 0)])),
  );
  let [u] = across(tangents[0]);
  const rings = line.map((point, i) => {
    // The section turns with the line, but not about it.
    u = normalize(subtract(u, scale(tangents[i], dot(u, tangents[i]))));
    return circle(point, u, cross(tangents[i], u), radius, segments);
  });
  return skin(rings);
}

/** A level of a prism: how high along u x v, and by how much the outline is drawn in toward its middle, metres. */
export interface PrismLevel {
  readonly height: number;
  readonly inset: number;
}

/**
 * A prism: an outline in the plane of `u` and `v`, stacked at several heights. The outline must be seen whole from its
 * middle, and is drawn in along the bisectors of its corners.
 */
export function prism(
  origin: Vec3,
  u: Vec3,
  v: Vec3,
  outline: readonly Point2[],
  levels: readonly PrismLevel[],
): TriangleMesh {
  const right = normalize(u);
  const normal = normalize(cross(u, v));
  const up = cross(normal, right);
  const rings = levels.map(({ height, inset }) =>
    insetOutline(outline, inset).map(([a, b]) =>
      add(origin, add(scale(normal, height), add(scale(right, a), scale(up, b)))),
    ),
  );
  return skin(rings, 0.9);
}

/** The outline drawn in by `inset` metres along the bisectors of its corners; as many points as before. */
export function insetOutline(outline: readonly Point2[], inset: number): readonly Point2[] {
  if (inset === 0) return outline;
  const count = outline.length;
  let area = 0;
  for (let i = 0; i < count; i++) {
    const next = outline[(i + 1) % count];
    area += outline[i][0] * next[1] - next[0] * outline[i][1];
  }
  const turn = area > 0 ? 1 : -1;
  const inward = (from: Point2, to: Point2): Point2 => {
    const length = Math.sqrt((to[0] - from[0]) * (to[0] - from[0]) + (to[1] - from[1]) * (to[1] - from[1]));
    return [(-turn * (to[1] - from[1])) / length, (turn * (to[0] - from[0])) / length];
  };
  return outline.map((point, i) => {
    const before = inward(outline[(i + count - 1) % count], point);
    const after = inward(point, outline[(i + 1) % count]);
    const share = 1 + before[0] * after[0] + before[1] * after[1];
    // Very sharp corners would shoot far inward: they are held back.
    const reach = inset / Math.max(share, 0.3);
    return [point[0] + (before[0] + after[0]) * reach, point[1] + (before[1] + after[1]) * reach];
  });
}

/** A ring of a loft: a superellipse about a centre of a spine. */
export interface LoftRing {
  readonly centre: Vec3;
  /** Half axes, metres; their cross product points along the spine. */
  readonly halfU: Vec3;
  readonly halfV: Vec3;
  /** Squareness of the section: 0 is an ellipse, towards 1 a rectangle with round corners. */
  readonly squareness: number;
}

/** A loft through sections along a spine in space. */
export function loftMesh(rings: readonly LoftRing[], segments = 32): TriangleMesh {
  return skin(
    rings.map(({ centre, halfU, halfV, squareness }) =>
      Array.from({ length: segments }, (_, j) => {
        const angle = (2 * Math.PI * j) / segments;
        const [c, s] = [cos(angle), sin(angle)];
        const widest = Math.max(Math.abs(c), Math.abs(s));
        const stretch = 1 - squareness + squareness / widest;
        return add(centre, add(scale(halfU, c * stretch), scale(halfV, s * stretch)));
      }),
    ),
  );
}

/**
 * A box with round edges and corners.
 * @param size full side lengths, metres
 * @param edge radius of edges and corners, metres; at most half of the shortest side
 * @param steps flat pieces that make half of a corner's quarter circle
 */
export function roundedBox(centre: Vec3, size: Vec3, edge: number, steps = 3): TriangleMesh {
  const core = size.map((side) => side / 2 - edge);
  if (core.some((half) => half < 0))
    throw new RangeError('the edge radius of a box is at most half of its shortest side');
  const slants: number[] = [];
  const sides: number[] = [];
  for (const side of [-1, 1]) {
    for (let i = 0; i <= steps; i++) {
      const share = i / steps;
      const angle = (Math.PI / 4) * (side < 0 ? 1 - share : share);
      slants.push(angle === 0 ? 0 : share === (side < 0 ? 0 : 1) ? side : side * tan(angle));
      sides.push(side);
    }
  }
  const positions: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  const rows = slants.length;
  for (let axis = 0; axis < 3; axis++) {
    const [one, other] = [(axis + 1) % 3, (axis + 2) % 3];
    for (const face of [-1, 1]) {
      const first = positions.length / 3;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < rows; j++) {
          const direction = [0, 0, 0];
          direction[axis] = face;
          direction[one] = slants[i];
          direction[other] = slants[j];
          const corner = [0, 0, 0];
          corner[axis] = face * core[axis];
          corner[one] = sides[i] * core[one];
          corner[other] = sides[j] * core[other];
          const [x, y, z] = direction;
          const inverse = 1 / Math.sqrt(x * x + y * y + z * z);
          for (let k = 0; k < 3; k++) {
            positions.push(centre[k] + corner[k] + edge * direction[k] * inverse);
            normals.push(direction[k] * inverse);
          }
        }
      }
      for (let i = 0; i + 1 < rows; i++) {
        for (let j = 0; j + 1 < rows; j++) {
          const a = first + i * rows + j;
          const quad = [a, a + rows, a + rows + 1, a + 1];
          if (face < 0) quad.reverse();
          indices.push(quad[0], quad[1], quad[2], quad[0], quad[2], quad[3]);
        }
      }
    }
  }
  const mesh = {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    indices: Uint32Array.from(indices),
  };
  return edge > 0 ? mesh : withNormals(mesh.positions, mesh.indices, CREASE_COSINE);
}
