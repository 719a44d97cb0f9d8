// Owns the world as rays see it: instances of shapes with poses, flattened to typed arrays once per picture. Must never
// know of robots, physics or pixels.

import { mat3FromQuat, type Pose, type Vec3 } from '../spatial.ts';
import { type Bvh, buildBvh } from './bvh.ts';
import { linearFromSrgb, type Material } from './material.ts';
import type { TriangleMesh } from './mesh.ts';
import { KIND_BOX, KIND_CYLINDER, KIND_MESH, KIND_PLANE, KIND_SPHERE } from './primitives.ts';

export interface MeshSurface {
  readonly mesh: TriangleMesh;
  readonly material: Material;
}

/** What can be seen. Each shape is centred at its frame's origin. */
export type RayShape =
  /** One rigid body of any number of meshes. Its hierarchy is built once for each `surfaces` array and kept. */
  | { readonly kind: 'mesh'; readonly surfaces: readonly MeshSurface[] }
  /** Full side lengths, metres. */
  | { readonly kind: 'box'; readonly size: Vec3; readonly material: Material }
  | { readonly kind: 'sphere'; readonly radiusM: number; readonly material: Material }
  /** Axis along z, with both end faces. */
  | { readonly kind: 'cylinder'; readonly radiusM: number; readonly heightM: number; readonly material: Material }
  /** The endless plane z = 0. */
  | { readonly kind: 'plane'; readonly material: Material };

export interface RayInstance {
  /** Number written into the picture's instance image; 0 is kept for "nothing". */
  readonly id: number;
  readonly shape: RayShape;
  readonly worldFromShape: Pose;
}

/** Numbers per instance in `poses`: rotation row by row, then position. */
export const POSE_SIZE = 12;
/** Numbers per material: linear red, green, blue, roughness, metalness. */
export const MATERIAL_SIZE = 5;

/** One rigid body's triangles with their hierarchy. */
export interface Geometry {
  readonly bvh: Bvh;
  /** Outward normals of the three corners, nine numbers per triangle in tree order. */
  readonly cornerNormals: Float32Array;
  /** Per triangle in tree order, which of `materials` it wears. */
  readonly materialOf: Uint16Array;
  readonly materials: readonly Material[];
  readonly min: Vec3;
  readonly max: Vec3;
}

/** A scene ready for rays. Everything in world frame and metres. */
export interface RayScene {
  readonly count: number;
  readonly ids: Int32Array;
  readonly kinds: Uint8Array;
  /** POSE_SIZE numbers per instance: worldFromShape. */
  readonly poses: Float64Array;
  /** Six numbers per instance: smallest and largest corner of its box in the shape's own frame. */
  readonly localBounds: Float64Array;
  /** The same in world axes. */
  readonly bounds: Float64Array;
  /** MATERIAL_SIZE numbers per material. */
  readonly materials: Float64Array;
  /** First material of each instance. */
  readonly firstMaterial: Int32Array;
  readonly geometries: readonly (Geometry | undefined)[];
  /** Numbers of all instances, then those without bounds: candidate lists for rays of unknown way. */
  readonly everyInstance: Int32Array;
}

const KINDS = { mesh: KIND_MESH, box: KIND_BOX, sphere: KIND_SPHERE, cylinder: KIND_CYLINDER, plane: KIND_PLANE };

const geometryOf = new WeakMap<readonly MeshSurface[], Geometry>();

function geometryFor(surfaces: readonly MeshSurface[]): Geometry {
  let geometry = geometryOf.get(surfaces);
  if (geometry === undefined) {
    geometry = buildGeometry(surfaces);
    geometryOf.set(surfaces, geometry);
  }
  return geometry;
}

function buildGeometry(surfaces: readonly MeshSurface[]): Geometry {
  let vertexNumbers = 0;
  let cornerCount = 0;
  for (const { mesh } of surfaces) {
    vertexNumbers += mesh.positions.length;
    cornerCount += mesh.indices.length;
  }
  const positions = new Float32Array(vertexNumbers);
  const normals = new Float32Array(vertexNumbers);
  const indices = new Uint32Array(cornerCount);
  const surfaceOf = new Uint16Array(cornerCount / 3);
  let vertexAt = 0;
  let cornerAt = 0;
  surfaces.forEach(({ mesh }, index) => {
    positions.set(mesh.positions, vertexAt);
    normals.set(mesh.normals, vertexAt);
    for (let i = 0; i < mesh.indices.length; i++) indices[cornerAt + i] = mesh.indices[i] + vertexAt / 3;
    surfaceOf.fill(index, cornerAt / 3, (cornerAt + mesh.indices.length) / 3);
    vertexAt += mesh.positions.length;
    cornerAt += mesh.indices.length;
  });
  const bvh = buildBvh(positions, indices);
  const cornerNormals = new Float32Array(cornerCount * 3);
  for (let corner = 0; corner < cornerCount; corner++) {
    const vertex = indices[bvh.triangleIds[Math.floor(corner / 3)] * 3 + (corner % 3)];
    for (let axis = 0; axis < 3; axis++) cornerNormals[corner * 3 + axis] = normals[vertex * 3 + axis];
  }
  const min: [number, number, number] = [0, 0, 0];
  const max: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 3;
    if (i < 3 || positions[i] < min[axis]) min[axis] = positions[i];
    if (i < 3 || positions[i] > max[axis]) max[axis] = positions[i];
  }
  const materials = surfaces.map((surface) => surface.material);
  const materialOf = Uint16Array.from(bvh.triangleIds, (triangle) => surfaceOf[triangle]);
  return { bvh, cornerNormals, materialOf, materials, min, max };
}

function halfSizeOf(shape: Exclude<RayShape, { kind: 'mesh' }>): Vec3 {
  switch (shape.kind) {
    case 'box':
      return [shape.size[0] / 2, shape.size[1] / 2, shape.size[2] / 2];
    case 'sphere':
      return [shape.radiusM, shape.radiusM, shape.radiusM];
    case 'cylinder':
      return [shape.radiusM, shape.radiusM, shape.heightM / 2];
    case 'plane':
      return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  }
}

/** Flattens instances for rays. Cheap enough for every picture: hierarchies of meshes are kept from earlier calls. */
export function createRayScene(instances: readonly RayInstance[]): RayScene {
  const count = instances.length;
  const scene = {
    count,
    ids: new Int32Array(count),
    kinds: new Uint8Array(count),
    poses: new Float64Array(count * POSE_SIZE),
    localBounds: new Float64Array(count * 6),
    bounds: new Float64Array(count * 6),
    firstMaterial: new Int32Array(count),
    geometries: instances.map(({ shape }) => (shape.kind === 'mesh' ? geometryFor(shape.surfaces) : undefined)),
    everyInstance: new Int32Array(count),
  };
  const materials: number[] = [];
  instances.forEach(({ id, shape, worldFromShape }, i) => {
    const geometry = scene.geometries[i];
    scene.ids[i] = id;
    scene.kinds[i] = KINDS[shape.kind];
    scene.everyInstance[i] = i;
    scene.poses.set(mat3FromQuat(worldFromShape.quatWxyz), i * POSE_SIZE);
    scene.poses.set(worldFromShape.position, i * POSE_SIZE + 9);
    scene.firstMaterial[i] = materials.length / MATERIAL_SIZE;
    const used = geometry?.materials ?? (shape.kind === 'mesh' ? [] : [shape.material]);
    for (const { colorSrgb, roughness, metalness } of used) {
      materials.push(...colorSrgb.map(linearFromSrgb), Math.max(roughness, 0.05), metalness);
    }
    if (geometry !== undefined) {
      scene.localBounds.set(geometry.min, i * 6);
      scene.localBounds.set(geometry.max, i * 6 + 3);
    } else if (shape.kind !== 'mesh') {
      const half = halfSizeOf(shape);
      scene.localBounds.set([-half[0], -half[1], -half[2], ...half], i * 6);
    }
    setWorldBounds(scene.poses, scene.localBounds, scene.bounds, i);
  });
  return { ...scene, materials: Float64Array.from(materials) };
}

function setWorldBounds(poses: Float64Array, local: Float64Array, world: Float64Array, i: number): void {
  for (let row = 0; row < 3; row++) {
    let low = poses[i * POSE_SIZE + 9 + row];
    let high = low;
    for (let column = 0; column < 3; column++) {
      const factor = poses[i * POSE_SIZE + row * 3 + column];
      const a = local[i * 6 + column];
      const b = local[i * 6 + 3 + column];
      if (a === Number.NEGATIVE_INFINITY) {
        if (factor !== 0) [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
        continue;
      }
      low += factor * (factor > 0 ? a : b);
      high += factor * (factor > 0 ? b : a);
    }
    world[i * 6 + row] = low;
    world[i * 6 + 3 + row] = high;
  }
}
