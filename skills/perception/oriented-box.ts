// Owns boxes around points: upright ones for what stands on a level support, free ones for anything. Boxes are
// right-handed and their extents are full side lengths along their own axes. Base frame, metres.

import {
  cross,
  mat3FromQuat,
  normalize,
  type Pose,
  quatFromAxisAngle,
  quatFromMat3,
  type Vec3,
} from '../../sim/spatial.ts';
import { PerceptionError } from './detector.ts';
import type { PointCloud } from './point-cloud.ts';
import { fitSides, smallestRectangle } from './rectangle-fit.ts';

export interface OrientedBox {
  /** Middle of the box, and its axes. */
  readonly pose: Pose;
  /** Full side lengths along the box's x, y and z, metres. */
  readonly extent: Vec3;
}

export interface UprightSettings {
  /** Height of what it stands on: the box reaches down to it, as the underside is never seen. Base frame, metres. */
  readonly supportHeightM?: number;
  /** Share of points set aside beyond each face: the tails of the noise. */
  readonly trim?: number;
}

const FEWEST_POINTS = 4;

/**
 * The upright box around points: z up, the smallest rectangle from above.
 * @throws PerceptionError BAD_INPUT for too few points or values that are not finite
 */
export function uprightBox(cloud: PointCloud, { supportHeightM, trim = 0.005 }: UprightSettings = {}): OrientedBox {
  requirePoints(cloud);
  const { count, positions } = cloud;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const z = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = positions[i * 3];
    y[i] = positions[i * 3 + 1];
    z[i] = positions[i * 3 + 2];
  }
  const start = smallestRectangle(x, y, trim);
  if (start === undefined) throw tooFew(count);
  // Faces seen from the side draw lines from above: where there are such lines, they hold the turn and the place best.
  const sides = fitSides(x, y, start);
  const agree =
    Math.abs(sides.sizeX - start.sizeX) + Math.abs(sides.sizeY - start.sizeY) < 0.006 && sides.residualM < 0.002;
  const from = agree ? sides : start;
  z.sort();
  const top = z[Math.floor((count - 1) * (1 - trim))];
  const low = z[Math.floor((count - 1) * trim)];
  const bottom = supportHeightM === undefined ? low : Math.min(supportHeightM, top);
  return {
    pose: {
      position: [from.x, from.y, (top + bottom) / 2],
      quatWxyz: quatFromAxisAngle([0, 0, 1], from.yawRad),
    },
    extent: [from.sizeX, from.sizeY, top - bottom],
  };
}

/**
 * A box around points that may lie any way: axes of largest and least spread (principal components), the turn about
 * each then made to fit tightest. x is the longest side, z the shortest.
 * @throws PerceptionError BAD_INPUT for too few points or values that are not finite
 */
export function freeBox(cloud: PointCloud, trim = 0.01): OrientedBox {
  requirePoints(cloud);
  let axes = principalAxes(cloud);
  // Principal axes of a seen half of a box lean; a turn in the plane across the least spread rights them.
  for (const across of [2, 1, 0, 2] as const) {
    const [a, b] = [axes[(across + 1) % 3], axes[(across + 2) % 3]];
    const flat = smallestRectangle(along(cloud, a), along(cloud, b), trim);
    if (flat === undefined) throw tooFew(cloud.count);
    const m = mat3FromQuat(quatFromAxisAngle([0, 0, 1], flat.yawRad));
    const turned: Vec3[] = [...axes];
    turned[(across + 1) % 3] = combine(a, m[0], b, m[3]);
    turned[(across + 2) % 3] = combine(a, m[1], b, m[4]);
    axes = turned;
  }
  const spans = axes.map((axis) => {
    const sorted = along(cloud, axis).sort();
    const low = sorted[Math.floor((cloud.count - 1) * trim)];
    const high = sorted[Math.floor((cloud.count - 1) * (1 - trim))];
    return { axis, low, high, size: high - low };
  });
  spans.sort((p, q) => q.size - p.size);
  const [first, second, third] = spans;
  const x = normalize(first.axis);
  const z0 = normalize(cross(x, second.axis));
  const y = cross(z0, x);
  // The third axis follows from the others, so that the box is right-handed; its middle is the same either way.
  const sign = z0[0] * third.axis[0] + z0[1] * third.axis[1] + z0[2] * third.axis[2] < 0 ? -1 : 1;
  const middles = [(first.low + first.high) / 2, (second.low + second.high) / 2, (sign * (third.low + third.high)) / 2];
  const frame = [x, y, z0];
  const position: Vec3 = [0, 1, 2].map((k) =>
    frame.reduce((sum, axis, i) => sum + axis[k] * middles[i], 0),
  ) as unknown as Vec3;
  return {
    pose: {
      position,
      quatWxyz: quatFromMat3([x[0], y[0], z0[0], x[1], y[1], z0[1], x[2], y[2], z0[2]]),
    },
    extent: [first.size, second.size, third.size],
  };
}

function combine(a: Vec3, p: number, b: Vec3, q: number): Vec3 {
  return [a[0] * p + b[0] * q, a[1] * p + b[1] * q, a[2] * p + b[2] * q];
}

function along({ count, positions }: PointCloud, axis: Vec3): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = positions[i * 3] * axis[0] + positions[i * 3 + 1] * axis[1] + positions[i * 3 + 2] * axis[2];
  }
  return values;
}

/** Axes of the covariance by Jacobi's rotations, right-handed, largest spread first. */
function principalAxes({ count, positions }: PointCloud): Vec3[] {
  const mean = [0, 0, 0];
  for (let i = 0; i < count * 3; i++) mean[i % 3] += positions[i] / count;
  const a = [0, 0, 0].map(() => [0, 0, 0]);
  for (let i = 0; i < count; i++) {
    const d = [0, 1, 2].map((axis) => positions[i * 3 + axis] - mean[axis]);
    for (let r = 0; r < 3; r++) for (let c = 0; c < 3; c++) a[r][c] += (d[r] * d[c]) / count;
  }
  const v = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      if (Math.abs(a[p][q]) < 1e-18) continue;
      const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
      const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      for (let k = 0; k < 3; k++) {
        const [kp, kq] = [a[k][p], a[k][q]];
        a[k][p] = c * kp - s * kq;
        a[k][q] = s * kp + c * kq;
      }
      for (let k = 0; k < 3; k++) {
        const [pk, qk] = [a[p][k], a[q][k]];
        a[p][k] = c * pk - s * qk;
        a[q][k] = s * pk + c * qk;
        const [vp, vq] = [v[k][p], v[k][q]];
        v[k][p] = c * vp - s * vq;
        v[k][q] = s * vp + c * vq;
      }
    }
  }
  const order = [0, 1, 2].sort((p, q) => a[q][q] - a[p][p] || p - q);
  const [x, y] = order.map((k): Vec3 => [v[0][k], v[1][k], v[2][k]]);
  return [x, y, cross(x, y)];
}

function requirePoints({ count, positions }: PointCloud): void {
  if (count < FEWEST_POINTS) throw tooFew(count);
  for (const value of positions) {
    if (!Number.isFinite(value)) {
      throw new PerceptionError(
        'BAD_INPUT',
        'a point cloud holds a value that is not a number',
        'Keep only points with a measured depth, as cloudFromPicture does.',
      );
    }
  }
}

function tooFew(count: number): PerceptionError {
  return new PerceptionError(
    'NO_DEPTH',
    `a box needs ${FEWEST_POINTS} points or more; there are ${count}`,
    'The thing is too small, too far or too dark for the depth camera: look from nearer by, or from another side.',
  );
}
