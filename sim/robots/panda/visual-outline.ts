// Owns the few outlines and mesh sizes that several parts of the Panda's looks share. Must never hold a whole part.

import { ball, halfSpace, type Point2, type Solid, shared, together, turned } from '../../cameras/solids.ts';
import { add, dot, normalize, scale, type Vec3 } from '../../spatial.ts';

/** Triangle size of the big shells, metres. */
export const SHELL_CELL_M = 0.0098;
/** Triangle size of caps and grips. */
export const CAP_CELL_M = 0.0064;
/** Triangle size of hand and grip, whose edges are sharper. */
export const HAND_CELL_M = 0.0038;

/**
 * A turned housing that ends in a dome.
 * @param wall outline from the flat face to the rim of the dome: (height along the axis, radius)
 * @param topHeight height of the dome's top
 */
export function domedDrum(origin: Vec3, axis: Vec3, wall: readonly Point2[], topHeight: number): Solid {
  const [rimHeight, rimRadius] = wall[wall.length - 1];
  const rise = topHeight - rimHeight;
  const radius = (rise * rise + rimRadius * rimRadius) / (2 * rise);
  const up = normalize(axis);
  const body = turned(origin, axis, [[wall[0][0], 0], ...wall, [rimHeight, 0]]);
  const dome = shared(
    0,
    ball(add(origin, scale(up, topHeight - radius)), radius),
    halfSpace(scale(up, -1), -dot(origin, up) - rimHeight + 0.001),
  );
  return together(body, dome);
}

/** An outline in a plane and its mirror image in the first axis: half of it, from one end to the other, is given. */
export function withMirror(half: readonly Point2[]): readonly Point2[] {
  const back = half
    .filter(([, y]) => y !== 0)
    .map(([x, y]): Point2 => [x, -y])
    .reverse();
  return [...half, ...back];
}

/** A smooth line through the points of an outline (Catmull and Rom), `pieces` straight pieces between two of them. */
export function smoothOutline(points: readonly Point2[], pieces: number): readonly Point2[] {
  const line: Point2[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const before = points[Math.max(i - 1, 0)];
    const [from, to] = [points[i], points[i + 1]];
    const after = points[Math.min(i + 2, points.length - 1)];
    for (let k = 0; k < pieces; k++) {
      const t = k / pieces;
      const bend = (axis: 0 | 1) => {
        const slopeFrom = (to[axis] - before[axis]) / 2;
        const slopeTo = (after[axis] - from[axis]) / 2;
        const rise = to[axis] - from[axis];
        return (
          from[axis] + t * (slopeFrom + t * (3 * rise - 2 * slopeFrom - slopeTo + t * (slopeFrom + slopeTo - 2 * rise)))
        );
      };
      line.push([bend(0), bend(1)]);
    }
  }
  line.push(points[points.length - 1]);
  return line;
}
