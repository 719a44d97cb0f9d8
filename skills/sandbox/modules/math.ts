// Owns the module `capstan:math` of policy programs: vectors, orientations, poses, matrices and a little statistics.
// Bundled into one text for the sandbox; its declarations are printed from this file. Must stay free of any import but
// sim/spatial.ts and sim/portable-math.ts, so that a program computes the same bits everywhere.
//
// Frames and units: lengths in metres, angles in radians, quaternions wxyz.

import * as portable from '../../../sim/portable-math.ts';
import * as spatial from '../../../sim/spatial.ts';

export type Vec3 = [x: number, y: number, z: number];
export type Quat = [w: number, x: number, y: number, z: number];
export type Pose = { position: Vec3; quatWxyz: Quat };
/** Rows of equal length. */
export type Matrix = number[][];

const vec = (v: spatial.Vec3): Vec3 => [v[0], v[1], v[2]];
const quat = (q: spatial.Quat): Quat => [q[0], q[1], q[2], q[3]];

/** a + b. */
export function add(a: Vec3, b: Vec3): Vec3 {
  return vec(spatial.add(a, b));
}

/** a - b. */
export function subtract(a: Vec3, b: Vec3): Vec3 {
  return vec(spatial.subtract(a, b));
}

/** Every component times a factor. */
export function scale(a: Vec3, factor: number): Vec3 {
  return vec(spatial.scale(a, factor));
}

/** Scalar product. */
export function dot(a: Vec3, b: Vec3): number {
  return spatial.dot(a, b);
}

/** Vector product. */
export function cross(a: Vec3, b: Vec3): Vec3 {
  return vec(spatial.cross(a, b));
}

/** Length of a vector. */
export function norm(a: Vec3): number {
  return spatial.norm(a);
}

/** Distance between two points. */
export function distance(a: Vec3, b: Vec3): number {
  return spatial.distance(a, b);
}

/** Unit vector of the same direction; a RangeError for a vector of no length. */
export function normalize(a: Vec3): Vec3 {
  return vec(spatial.normalize(a));
}

/** Point between a (t = 0) and b (t = 1). */
export function lerp(a: Vec3, b: Vec3, t: number): Vec3 {
  return vec(spatial.lerp(a, b, t));
}

/** x, held inside [low, high]. */
export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** Degrees to radians. */
export function rad(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** Radians to degrees. */
export function deg(radians: number): number {
  return (radians * 180) / Math.PI;
}

/** Rotation b, then rotation a. */
export function quatMultiply(a: Quat, b: Quat): Quat {
  return quat(spatial.quatMultiply(a, b));
}

/** The opposite rotation. */
export function quatConjugate(q: Quat): Quat {
  return quat(spatial.quatConjugate(q));
}

/** Unit quaternion of the same direction; a RangeError for one of no length. */
export function quatNormalize(q: Quat): Quat {
  return quat(spatial.quatNormalize(q));
}

/** Rotation by an angle in radians about an axis of any length. */
export function quatFromAxisAngle(axis: Vec3, angleRad: number): Quat {
  return quat(spatial.quatFromAxisAngle(axis, angleRad));
}

/** Rotation about the fixed axes: first x, then y, then z, in radians. */
export function quatFromEulerXyz(x: number, y: number, z: number): Quat {
  const about = (axis: Vec3, angle: number) => quatFromAxisAngle(axis, angle);
  return quatMultiply(about([0, 0, 1], z), quatMultiply(about([0, 1, 0], y), about([1, 0, 0], x)));
}

/** Orientation of a tool that points straight down, turned by an angle in radians about the vertical. */
export function quatDownWithYaw(yawRad: number): Quat {
  return quatMultiply(quatFromAxisAngle([0, 0, 1], yawRad), [0, 1, 0, 0]);
}

/** Turn about the vertical, in radians in (-pi, pi], of the x axis of an orientation. */
export function yawOf(q: Quat): number {
  const [x, y] = spatial.rotate(q, [1, 0, 0]);
  return portable.atan2(y, x);
}

/** A vector turned by an orientation. */
export function rotate(q: Quat, v: Vec3): Vec3 {
  return vec(spatial.rotate(q, v));
}

/** Orientation between a (t = 0) and b (t = 1), along the shorter way. */
export function slerp(a: Quat, b: Quat, t: number): Quat {
  return quat(spatial.slerp(a, b, t));
}

/** Angle between two orientations, in radians in [0, pi]. */
export function angleBetween(a: Quat, b: Quat): number {
  return spatial.angleBetween(a, b);
}

/** aFromC, of aFromB and bFromC. */
export function composePose(aFromB: Pose, bFromC: Pose): Pose {
  const { position, quatWxyz } = spatial.compose(aFromB, bFromC);
  return { position: vec(position), quatWxyz: quat(quatWxyz) };
}

/** bFromA, of aFromB. */
export function invertPose(aFromB: Pose): Pose {
  const { position, quatWxyz } = spatial.invert(aFromB);
  return { position: vec(position), quatWxyz: quat(quatWxyz) };
}

/** A point given in frame b, in frame a. */
export function transformPoint(aFromB: Pose, pointInB: Vec3): Vec3 {
  return vec(spatial.transformPoint(aFromB, pointInB));
}

/** Rotation matrix, three rows, of an orientation. */
export function mat3FromQuat(q: Quat): Matrix {
  const m = spatial.mat3FromQuat(q);
  return [
    [m[0], m[1], m[2]],
    [m[3], m[4], m[5]],
    [m[6], m[7], m[8]],
  ];
}

/** Orientation of a rotation matrix of three rows. */
export function quatFromMat3(m: Matrix): Quat {
  return quat(spatial.quatFromMat3(m.flat()));
}

/** Matrix product a b; a RangeError when the sizes do not fit. */
export function matMultiply(a: Matrix, b: Matrix): Matrix {
  const inner = b.length;
  if (a.some((row) => row.length !== inner)) {
    throw new RangeError(`a has rows of ${a[0]?.length ?? 0}, b has ${inner} rows: they do not multiply`);
  }
  const columns = b[0]?.length ?? 0;
  return a.map((row) =>
    Array.from({ length: columns }, (_, j) => row.reduce((total, value, k) => total + value * b[k][j], 0)),
  );
}

/** Rows become columns. */
export function transpose(m: Matrix): Matrix {
  return Array.from({ length: m[0]?.length ?? 0 }, (_, j) => m.map((row) => row[j]));
}

/** `count` numbers from `start` to `end`, both included. */
export function linspace(start: number, end: number, count: number): number[] {
  if (count < 2) return count === 1 ? [start] : [];
  return Array.from({ length: count }, (_, i) => start + ((end - start) * i) / (count - 1));
}

/** Sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Mean of numbers; a RangeError for none. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values have no mean');
  return sum(values) / values.length;
}

/** Middle value, or the mean of the two middle ones; a RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values have no median');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Standard deviation about the mean (divided by n). */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) * (value - middle))));
}

/** Sine of radians, the same bits on every machine. */
export function sin(x: number): number {
  return portable.sin(x);
}

/** Cosine of radians, the same bits on every machine. */
export function cos(x: number): number {
  return portable.cos(x);
}

/** Tangent of radians, the same bits on every machine. */
export function tan(x: number): number {
  return portable.tan(x);
}

/** Angle in radians, in (-pi, pi], of the point (x, y). */
export function atan2(y: number, x: number): number {
  return portable.atan2(y, x);
}

/** Arc cosine in radians. */
export function acos(x: number): number {
  return portable.acos(x);
}

/** Arc sine in radians. */
export function asin(x: number): number {
  return portable.asin(x);
}
