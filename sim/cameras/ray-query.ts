// Owns the questions a ray asks of a scene: what is met first, is the way free, how does the surface lie there. Nothing
// here allocates. Must never know of pixels or light.

import {
  closestTriangle,
  HIT_SIZE,
  inverseDirection,
  meetsTriangle,
  RAY_SIZE,
  type Ray,
  REACH,
  type TriangleHit,
} from './bvh-traversal.ts';
import { KIND_MESH, KIND_PLANE, meetsPrimitive, primitiveNormal } from './primitives.ts';
import { type Geometry, POSE_SIZE, type RayScene } from './ray-scene.ts';

/** A ray in world frame with no reach yet. */
export function createRay(): Ray {
  return new Float64Array(RAY_SIZE);
}

/** Sets the inverse direction from the direction, and the reach. */
export function aimRay(ray: Ray, reachM: number): void {
  ray[6] = inverseDirection(ray[3]);
  ray[7] = inverseDirection(ray[4]);
  ray[8] = inverseDirection(ray[5]);
  ray[REACH] = reachM;
}

/** What a ray met; its distance is the ray's reach afterwards. */
export interface SurfaceHit {
  /** Number of the instance in the scene, -1 for nothing. */
  instance: number;
  /** Place of the triangle in its hierarchy. */
  triangle: number;
  /** Number of the material in the scene. */
  material: number;
  /** [0..1] weights in the triangle. */
  readonly weights: TriangleHit;
  /** [0..2] face normal, [3..5] shading normal, both unit and against the ray; set by `describeHit`. */
  readonly normals: Float64Array;
}

export function createHit(): SurfaceHit {
  return { instance: -1, triangle: -1, material: 0, weights: new Float64Array(HIT_SIZE), normals: new Float64Array(6) };
}

const localRay = createRay();
const localHit = new Float64Array(HIT_SIZE);

function toLocal(poses: Float64Array, instance: number, ray: Ray): void {
  const at = instance * POSE_SIZE;
  const x = ray[0] - poses[at + 9];
  const y = ray[1] - poses[at + 10];
  const z = ray[2] - poses[at + 11];
  const dx = ray[3];
  const dy = ray[4];
  const dz = ray[5];
  localRay[0] = poses[at] * x + poses[at + 3] * y + poses[at + 6] * z;
  localRay[1] = poses[at + 1] * x + poses[at + 4] * y + poses[at + 7] * z;
  localRay[2] = poses[at + 2] * x + poses[at + 5] * y + poses[at + 8] * z;
  localRay[3] = poses[at] * dx + poses[at + 3] * dy + poses[at + 6] * dz;
  localRay[4] = poses[at + 1] * dx + poses[at + 4] * dy + poses[at + 7] * dz;
  localRay[5] = poses[at + 2] * dx + poses[at + 5] * dy + poses[at + 8] * dz;
  localRay[6] = inverseDirection(localRay[3]);
  localRay[7] = inverseDirection(localRay[4]);
  localRay[8] = inverseDirection(localRay[5]);
  localRay[REACH] = ray[REACH];
}

/** Whether the ray can meet the instance's box within its reach. */
function meetsBounds(bounds: Float64Array, instance: number, ray: Ray): boolean {
  const at = instance * 6;
  let near = 0;
  let far = ray[REACH];
  for (let axis = 0; axis < 3; axis++) {
    const inverse = ray[6 + axis];
    const one = (bounds[at + axis] - ray[axis]) * inverse;
    const other = (bounds[at + 3 + axis] - ray[axis]) * inverse;
    if (one < other) {
      if (one > near) near = one;
      if (other < far) far = other;
    } else {
      if (other > near) near = other;
      if (one < far) far = one;
    }
    if (near > far * 1.0000001) return false;
  }
  return true;
}

/**
 * Finds what a ray meets first among candidates[from..to), and shortens its reach to it.
 * @param hit its instance is -1 afterwards when nothing was met
 */
export function closestHit(
  scene: RayScene,
  ray: Ray,
  candidates: Int32Array,
  from: number,
  to: number,
  hit: SurfaceHit,
): void {
  hit.instance = -1;
  for (let c = from; c < to; c++) {
    const instance = candidates[c];
    const kind = scene.kinds[instance];
    if (kind !== KIND_PLANE && !meetsBounds(scene.bounds, instance, ray)) continue;
    toLocal(scene.poses, instance, ray);
    if (kind === KIND_MESH) {
      const triangle = closestTriangle((scene.geometries[instance] as Geometry).bvh, localRay, hit.weights);
      if (triangle < 0) continue;
      hit.triangle = triangle;
    } else if (!meetsPrimitive(kind, scene.localBounds, instance * 6, localRay)) {
      continue;
    }
    ray[REACH] = localRay[REACH];
    hit.instance = instance;
  }
}

/** Whether anything among candidates[from..to), but for the convex instance `except`, stands within the ray's reach. */
export function isBlocked(
  scene: RayScene,
  ray: Ray,
  candidates: Int32Array,
  from: number,
  to: number,
  except: number,
): boolean {
  for (let c = from; c < to; c++) {
    const instance = candidates[c];
    const kind = scene.kinds[instance];
    if (kind === KIND_MESH) {
      if (!meetsBounds(scene.bounds, instance, ray)) continue;
      toLocal(scene.poses, instance, ray);
      if (meetsTriangle((scene.geometries[instance] as Geometry).bvh, localRay, localHit)) return true;
    } else {
      if (instance === except) continue;
      if (kind !== KIND_PLANE && !meetsBounds(scene.bounds, instance, ray)) continue;
      toLocal(scene.poses, instance, ray);
      if (meetsPrimitive(kind, scene.localBounds, instance * 6, localRay)) return true;
    }
  }
  return false;
}

const localNormals = new Float64Array(6);
const localPoint = new Float64Array(3);

/** The end of the ray's reach in the frame of an instance. */
function meetingPoint(poses: Float64Array, instance: number, ray: Ray): void {
  const at = instance * POSE_SIZE;
  const x = ray[0] + ray[REACH] * ray[3] - poses[at + 9];
  const y = ray[1] + ray[REACH] * ray[4] - poses[at + 10];
  const z = ray[2] + ray[REACH] * ray[5] - poses[at + 11];
  localPoint[0] = poses[at] * x + poses[at + 3] * y + poses[at + 6] * z;
  localPoint[1] = poses[at + 1] * x + poses[at + 4] * y + poses[at + 7] * z;
  localPoint[2] = poses[at + 2] * x + poses[at + 5] * y + poses[at + 8] * z;
}

/** Fills in normals and material of what `closestHit` found. */
export function describeHit(scene: RayScene, ray: Ray, hit: SurfaceHit): void {
  const { instance, normals } = hit;
  const kind = scene.kinds[instance];
  hit.material = scene.firstMaterial[instance];
  if (kind === KIND_MESH) {
    const geometry = scene.geometries[instance] as Geometry;
    hit.material += geometry.materialOf[hit.triangle];
    meshNormals(geometry, hit.triangle, hit.weights);
  } else {
    meetingPoint(scene.poses, instance, ray);
    primitiveNormal(kind, scene.localBounds, instance * 6, localPoint, localNormals);
    localNormals[3] = localNormals[0];
    localNormals[4] = localNormals[1];
    localNormals[5] = localNormals[2];
  }
  const at = instance * POSE_SIZE;
  const { poses } = scene;
  for (let n = 0; n < 6; n += 3) {
    const x = localNormals[n];
    const y = localNormals[n + 1];
    const z = localNormals[n + 2];
    normals[n] = poses[at] * x + poses[at + 1] * y + poses[at + 2] * z;
    normals[n + 1] = poses[at + 3] * x + poses[at + 4] * y + poses[at + 5] * z;
    normals[n + 2] = poses[at + 6] * x + poses[at + 7] * y + poses[at + 8] * z;
  }
  if (normals[0] * ray[3] + normals[1] * ray[4] + normals[2] * ray[5] > 0) {
    for (let n = 0; n < 6; n++) normals[n] = -normals[n];
  }
}

function meshNormals(geometry: Geometry, triangle: number, weights: TriangleHit): void {
  const u = weights[0];
  const v = weights[1];
  const normals = geometry.cornerNormals;
  const at = triangle * 9;
  const w = 1 - u - v;
  let x = normals[at] * w + normals[at + 3] * u + normals[at + 6] * v;
  let y = normals[at + 1] * w + normals[at + 4] * u + normals[at + 7] * v;
  let z = normals[at + 2] * w + normals[at + 5] * u + normals[at + 8] * v;
  const length = Math.sqrt(x * x + y * y + z * z);
  const inverse = length > 1e-12 ? 1 / length : 0;
  x *= inverse;
  y *= inverse;
  z *= inverse;
  localNormals[3] = x;
  localNormals[4] = y;
  localNormals[5] = z;
  const corners = geometry.bvh.corners;
  const ux = corners[at + 3];
  const uy = corners[at + 4];
  const uz = corners[at + 5];
  const vx = corners[at + 6];
  const vy = corners[at + 7];
  const vz = corners[at + 8];
  const nx = uy * vz - uz * vy;
  const ny = uz * vx - ux * vz;
  const nz = ux * vy - uy * vx;
  const area = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
  localNormals[0] = nx * area;
  localNormals[1] = ny * area;
  localNormals[2] = nz * area;
}
