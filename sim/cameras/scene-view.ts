// Owns turning bodies with poses and parts fixed to them into a picture. Bodies are known by name alone: arms, props and
// furniture are all the same here. Must never know kinematics or physics.

import { compose, IDENTITY_POSE, type Pose, type Vec3 } from '../spatial.ts';
import type { Material } from './material.ts';
import type { TriangleMesh } from './mesh.ts';
import { type CameraOptions, type RgbdImage, renderRgbd } from './ray-camera.ts';
import { createRayScene, type MeshSurface, type RayInstance, type RayScene, type RayShape } from './ray-scene.ts';

/** What a part looks like; every shape is centred in its own frame. */
export type PartShape =
  | { readonly kind: 'mesh'; readonly mesh: TriangleMesh }
  /** Full side lengths, metres. */
  | { readonly kind: 'box'; readonly size: Vec3 }
  | { readonly kind: 'sphere'; readonly radiusM: number }
  /** Axis along z. */
  | { readonly kind: 'cylinder'; readonly radiusM: number; readonly heightM: number }
  /** The endless plane z = 0. */
  | { readonly kind: 'plane' };

export interface ViewPart {
  /** Name of the body the part is fixed to. */
  readonly body: string;
  readonly shape: PartShape;
  readonly material: Material;
  /** Where the shape stands on its body; at the body's frame when left out. Meshes have their vertices there already. */
  readonly bodyFromShape?: Pose;
}

export interface SceneView {
  /** World poses of all bodies. */
  readonly bodies: ReadonlyMap<string, Pose>;
  readonly parts: readonly ViewPart[];
}

/** One body's meshes as one shape, or one primitive on its body. */
interface Prepared {
  readonly body: string;
  readonly shape: RayShape;
  readonly bodyFromShape: Pose;
}

/** Surface lists handed out before, by their first mesh: the same meshes and materials get the same list again. */
const knownLists = new WeakMap<TriangleMesh, MeshSurface[][]>();

/** The list's lasting twin, to which the hierarchy of its triangles is tied. */
function lastingList(surfaces: MeshSurface[]): MeshSurface[] {
  const lists = knownLists.get(surfaces[0].mesh) ?? [];
  const known = lists.find(
    (list) =>
      list.length === surfaces.length &&
      list.every(({ mesh, material }, i) => mesh === surfaces[i].mesh && material === surfaces[i].material),
  );
  if (known !== undefined) return known;
  lists.push(surfaces);
  knownLists.set(surfaces[0].mesh, lists);
  return surfaces;
}

function prepare(parts: readonly ViewPart[]): readonly Prepared[] {
  const surfacesOf = new Map<string, MeshSurface[]>();
  const prepared: Prepared[] = [];
  for (const { body, shape, material, bodyFromShape = IDENTITY_POSE } of parts) {
    if (shape.kind !== 'mesh') {
      prepared.push({ body, shape: { ...shape, material }, bodyFromShape });
    } else if (bodyFromShape === IDENTITY_POSE) {
      const surfaces = surfacesOf.get(body);
      if (surfaces === undefined) surfacesOf.set(body, [{ mesh: shape.mesh, material }]);
      else surfaces.push({ mesh: shape.mesh, material });
    } else {
      const surfaces = lastingList([{ mesh: shape.mesh, material }]);
      prepared.push({ body, shape: { kind: 'mesh', surfaces }, bodyFromShape });
    }
  }
  for (const [body, surfaces] of surfacesOf) {
    prepared.push({ body, shape: { kind: 'mesh', surfaces: lastingList(surfaces) }, bodyFromShape: IDENTITY_POSE });
  }
  return prepared;
}

/**
 * The scene for rays. Instance ids count the bodies in the order of `bodies`, from 1.
 * @throws RangeError for a part whose body has no pose
 */
export function sceneForRays({ bodies, parts }: SceneView): RayScene {
  const idOf = new Map([...bodies.keys()].map((name, index) => [name, index + 1]));
  const instances: RayInstance[] = prepare(parts).map(({ body, shape, bodyFromShape }) => {
    const worldFromBody = bodies.get(body);
    if (worldFromBody === undefined) throw new RangeError(`a part is fixed to "${body}", which has no pose`);
    return { id: idOf.get(body) ?? 0, shape, worldFromShape: compose(worldFromBody, bodyFromShape) };
  });
  return createRayScene(instances);
}

/** A picture of bodies and the parts fixed to them. */
export function renderScene(view: SceneView, camera: CameraOptions): RgbdImage {
  return renderRgbd(sceneForRays(view), camera);
}
