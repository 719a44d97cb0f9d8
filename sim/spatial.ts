// Owns vectors, quaternions (wxyz), poses and their algebra for the whole product. Pure functions on plain arrays.
// Must never hold state, and knows nothing of robots or engines.
//
// Frames: a pose `aFromB` maps points of frame b into frame a, so that names chain: aFromC = compose(aFromB, bFromC).

import { acos, atan2, cos, sin } from './portable-math.ts';

/** Three components: metres for positions, unit-less for directions, radians for rotation vectors. */
export type Vec3 = readonly [x: number, y: number, z: number];

/** Unit quaternion in the order w, x, y, z. */
export type Quat = readonly [w: number, x: number, y: number, z: number];

/** Rotation matrix, row-major. */
export type Mat3 = readonly [number, number, number, number, number, number, number, number, number];

/** A rigid transform: position in metres, orientation as wxyz. */
export interface Pose {
  readonly position: Vec3;
  readonly quatWxyz: Quat;
}

export const ORIGIN: Vec3 = [0, 0, 0];
export const NO_ROTATION: Quat = [1, 0, 0, 0];
export const IDENTITY_POSE: Pose = { position: ORIGIN, quatWxyz: NO_ROTATION };

/** Orientation of a tool that points straight down: half a turn about x. */
export const TOOL_DOWN: Quat = [0, 1, 0, 0];

export function add(a: Vec3, b: Vec3): Vec3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vec3, factor: number): Vec3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function norm(a: Vec3): number {
  return Math.sqrt(dot(a, a));
}

export function distance(a: Vec3, b: Vec3): number {
  return norm(subtract(a, b));
}

/** Unit vector along `a`; throws RangeError for a vector of no length. */
export function normalize(a: Vec3): Vec3 {
  const length = norm(a);
  if (!(length > 1e-12)) throw new RangeError('a vector of no length has no direction');
  return scale(a, 1 / length);
}

/** Linear interpolation, `t` in [0, 1]. */
export function lerp(a: Vec3, b: Vec3, t: number): Vec3 {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

export function quatMultiply(a: Quat, b: Quat): Quat {
  return [
    a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
    a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
    a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
    a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
  ];
}

/** Inverse of a unit quaternion. */
export function quatConjugate(q: Quat): Quat {
  return [q[0], -q[1], -q[2], -q[3]];
}

/** Unit quaternion of the same direction; throws RangeError for a quaternion of no length. */
export function quatNormalize(q: Quat): Quat {
  const length = Math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  if (!(length > 1e-12)) throw new RangeError('a quaternion of no length is no rotation');
  return [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
}

/** Rotation by `angleRad` about `axis` (any length but zero). */
export function quatFromAxisAngle(axis: Vec3, angleRad: number): Quat {
  const unit = normalize(axis);
  const s = sin(angleRad / 2);
  return [cos(angleRad / 2), unit[0] * s, unit[1] * s, unit[2] * s];
}

/** Rotates a vector by a unit quaternion. */
export function rotate(q: Quat, v: Vec3): Vec3 {
  const u: Vec3 = [q[1], q[2], q[3]];
  const t = scale(cross(u, v), 2);
  return add(add(v, scale(t, q[0])), cross(u, t));
}

/** Angle in radians, in [0, pi], between two orientations. */
export function angleBetween(a: Quat, b: Quat): number {
  // By the arc tangent: the arc cosine cannot tell angles below 1e-8 rad from zero.
  const [w, x, y, z] = quatMultiply(b, quatConjugate(a));
  return 2 * atan2(Math.sqrt(x * x + y * y + z * z), Math.abs(w));
}

/** Rotation vector (axis times angle, radians) that takes `from` to `to`, in the common parent frame. */
export function rotationVectorBetween(from: Quat, to: Quat): Vec3 {
  let [w, x, y, z] = quatMultiply(to, quatConjugate(from));
  if (w < 0) [w, x, y, z] = [-w, -x, -y, -z];
  const sine = Math.sqrt(x * x + y * y + z * z);
  if (sine < 1e-12) return [2 * x, 2 * y, 2 * z];
  const angle = 2 * atan2(sine, w);
  return [(x * angle) / sine, (y * angle) / sine, (z * angle) / sine];
}

/** Spherical interpolation along the shorter arc, `t` in [0, 1]. */
export function slerp(a: Quat, b: Quat, t: number): Quat {
  let d = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const sign = d < 0 ? -1 : 1;
  d *= sign;
  let weightA = 1 - t;
  let weightB = t;
  if (d < 0.9995) {
    const angle = acos(d);
    const s = sin(angle);
    weightA = sin((1 - t) * angle) / s;
    weightB = sin(t * angle) / s;
  }
  const w = weightB * sign;
  return quatNormalize([
    weightA * a[0] + w * b[0],
    weightA * a[1] + w * b[1],
    weightA * a[2] + w * b[2],
    weightA * a[3] + w * b[3],
  ]);
}

/** Row-major rotation matrix of a unit quaternion. */
export function mat3FromQuat(q: Quat): Mat3 {
  const [w, x, y, z] = q;
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  ];
}

/** Unit quaternion of a row-major rotation matrix (Shepperd's method: the largest component first). */
export function quatFromMat3(m: ArrayLike<number>): Quat {
  const trace = m[0] + m[4] + m[8];
  if (trace > 0) {
    const s = 2 * Math.sqrt(1 + trace);
    return quatNormalize([s / 4, (m[7] - m[5]) / s, (m[2] - m[6]) / s, (m[3] - m[1]) / s]);
  }
  if (m[0] >= m[4] && m[0] >= m[8]) {
    const s = 2 * Math.sqrt(1 + m[0] - m[4] - m[8]);
    return quatNormalize([(m[7] - m[5]) / s, s / 4, (m[1] + m[3]) / s, (m[2] + m[6]) / s]);
  }
  if (m[4] >= m[8]) {
    const s = 2 * Math.sqrt(1 + m[4] - m[0] - m[8]);
    return quatNormalize([(m[2] - m[6]) / s, (m[1] + m[3]) / s, s / 4, (m[5] + m[7]) / s]);
  }
  const s = 2 * Math.sqrt(1 + m[8] - m[0] - m[4]);
  return quatNormalize([(m[3] - m[1]) / s, (m[2] + m[6]) / s, (m[5] + m[7]) / s, s / 4]);
}

/** aFromC = compose(aFromB, bFromC). */
export function compose(aFromB: Pose, bFromC: Pose): Pose {
  return {
    position: add(aFromB.position, rotate(aFromB.quatWxyz, bFromC.position)),
    quatWxyz: quatMultiply(aFromB.quatWxyz, bFromC.quatWxyz),
  };
}

/** bFromA from aFromB. */
export function invert(aFromB: Pose): Pose {
  const q = quatConjugate(aFromB.quatWxyz);
  return { position: scale(rotate(q, aFromB.position), -1), quatWxyz: q };
}

/** A point of frame b, in frame a. */
export function transformPoint(aFromB: Pose, pointInB: Vec3): Vec3 {
  return add(aFromB.position, rotate(aFromB.quatWxyz, pointInB));
}
