// Owns how a ray meets a box, sphere, cylinder or plane in closed form, in the shape's own frame. Nothing here
// allocates. Must never know of poses or pixels.

import { type Ray, REACH } from './bvh-traversal.ts';

/** Kinds of shapes as rays know them. */
export const KIND_MESH = 0;
export const KIND_BOX = 1;
export const KIND_SPHERE = 2;
export const KIND_CYLINDER = 3;
export const KIND_PLANE = 4;

/**
 * Whether a ray meets the surface within its reach, which is then shortened to the meeting point.
 * @param kind any of the kinds above but KIND_MESH
 * @param bounds smallest and largest corner of the shape, from `at`
 * @param ray in the frame of the shape
 */
export function meetsPrimitive(kind: number, bounds: Float64Array, at: number, ray: Ray): boolean {
  if (kind === KIND_BOX) return meetsBox(bounds, at, ray);
  if (kind === KIND_SPHERE) return meetsSphere(bounds[at + 3], ray);
  if (kind === KIND_CYLINDER) return meetsCylinder(bounds[at + 3], bounds[at + 5], ray);
  return meetsSpan(-ray[2] * ray[8], Number.POSITIVE_INFINITY, ray);
}

/** A ray inside a shape meets its surface at the far end of the span. */
function meetsSpan(near: number, far: number, ray: Ray): boolean {
  if (!(near <= far)) return false;
  const distance = near > 0 ? near : far;
  if (!(distance > 0 && distance < ray[REACH])) return false;
  ray[REACH] = distance;
  return true;
}

function meetsBox(bounds: Float64Array, at: number, ray: Ray): boolean {
  let near = Number.NEGATIVE_INFINITY;
  let far = Number.POSITIVE_INFINITY;
  for (let axis = 0; axis < 3; axis++) {
    const one = (bounds[at + axis] - ray[axis]) * ray[6 + axis];
    const other = (bounds[at + 3 + axis] - ray[axis]) * ray[6 + axis];
    if (one < other) {
      if (one > near) near = one;
      if (other < far) far = other;
    } else {
      if (other > near) near = other;
      if (one < far) far = one;
    }
  }
  return meetsSpan(near, far, ray);
}

function meetsSphere(radiusM: number, ray: Ray): boolean {
  const along = -(ray[0] * ray[3] + ray[1] * ray[4] + ray[2] * ray[5]);
  const x = ray[0] + along * ray[3];
  const y = ray[1] + along * ray[4];
  const z = ray[2] + along * ray[5];
  const square = radiusM * radiusM - (x * x + y * y + z * z);
  if (square < 0) return false;
  const half = Math.sqrt(square);
  return meetsSpan(along - half, along + half, ray);
}

function meetsCylinder(radiusM: number, halfHeightM: number, ray: Ray): boolean {
  const a = ray[3] * ray[3] + ray[4] * ray[4];
  const b = ray[0] * ray[3] + ray[1] * ray[4];
  const c = ray[0] * ray[0] + ray[1] * ray[1] - radiusM * radiusM;
  let near = Number.NEGATIVE_INFINITY;
  let far = Number.POSITIVE_INFINITY;
  if (a > 1e-18) {
    const square = b * b - a * c;
    if (square < 0) return false;
    const half = Math.sqrt(square);
    near = (-b - half) / a;
    far = (-b + half) / a;
  } else if (c > 0) {
    return false;
  }
  const one = (-halfHeightM - ray[2]) * ray[8];
  const other = (halfHeightM - ray[2]) * ray[8];
  return meetsSpan(Math.max(near, Math.min(one, other)), Math.min(far, Math.max(one, other)), ray);
}

/**
 * Outward normal at a point of the surface, in the shape's frame.
 * @param normal first three numbers are filled
 */
export function primitiveNormal(
  kind: number,
  bounds: Float64Array,
  at: number,
  point: Float64Array,
  normal: Float64Array,
): void {
  const x = point[0];
  const y = point[1];
  const z = point[2];
  normal[0] = 0;
  normal[1] = 0;
  normal[2] = 0;
  if (kind === KIND_BOX) {
    const overX = Math.abs(x) - bounds[at + 3];
    const overY = Math.abs(y) - bounds[at + 4];
    const overZ = Math.abs(z) - bounds[at + 5];
    if (overX >= overY && overX >= overZ) normal[0] = x < 0 ? -1 : 1;
    else if (overY >= overZ) normal[1] = y < 0 ? -1 : 1;
    else normal[2] = z < 0 ? -1 : 1;
  } else if (kind === KIND_SPHERE) {
    normal[0] = x / bounds[at + 3];
    normal[1] = y / bounds[at + 3];
    normal[2] = z / bounds[at + 3];
  } else if (kind === KIND_CYLINDER) {
    const radius = Math.sqrt(x * x + y * y);
    if (Math.abs(z) - bounds[at + 5] >= radius - bounds[at + 3]) {
      normal[2] = z < 0 ? -1 : 1;
    } else {
      normal[0] = x / radius;
      normal[1] = y / radius;
    }
  } else {
    normal[2] = 1;
  }
}
