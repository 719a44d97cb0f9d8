// Owns pictures of a task's world, made by the project's own camera: what the README shows, and what a run leaves
// beside its episode. Looks only.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lookAt } from '../../sim/cameras/camera-model.ts';
import { paint } from '../../sim/cameras/material.ts';
import { encodePng } from '../../sim/cameras/png.ts';
import type { CameraOptions, RgbdImage } from '../../sim/cameras/ray-camera.ts';
import { renderScene, type ViewPart } from '../../sim/cameras/scene-view.ts';
import { loadPandaMeshes } from '../../sim/robots/panda/mesh-files.ts';
import { pandaVisuals } from '../../sim/robots/panda/visual.ts';
import type { VisualPart } from '../../sim/robots/panda/visual-part.ts';
import { type Fixture, partsOf } from '../../sim/scenes/scene.ts';
import type { Pose, Vec3 } from '../../sim/spatial.ts';
import { IDENTITY_POSE, NO_ROTATION } from '../../sim/spatial.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';

/** From the front, across the table: the hand shows its broad side, and what it holds. */
const EYE: Vec3 = [1.62, 0.86, 0.86];
const TARGET: Vec3 = [0.34, 0.0, 0.17];
const VERTICAL_FOV_RAD = 0.62;
/** Height of the stand under the arm: its base stands 0.912 m above the floor. */
const FLOOR_Z = -0.912;

/** PNG of the world as it is now, for people: soft shadows, smooth edges. */
export function takePicture(world: TaskWorld, width: number, height: number): Uint8Array {
  const image = sceneImage(world, { width, height, shadows: 'soft', samplesPerPixel: 24 });
  return encodePng({ kind: 'rgb8', width, height, data: image.colorSrgb });
}

/** The world as the operator's camera sees it now. */
export function sceneImage(
  world: TaskWorld,
  options: Pick<CameraOptions, 'width' | 'height' | 'shadows' | 'samplesPerPixel'>,
): RgbdImage {
  const bodies = new Map<string, Pose>(world.bodyPoses().map(({ name, pose }) => [name, pose]));
  const parts: ViewPart[] = [];
  for (const { side } of world.scene.arms) {
    for (const { frame, mesh, material } of pandaParts()) {
      parts.push({ body: `${side}/${frame}`, shape: { kind: 'mesh', mesh }, material });
    }
  }
  for (const prop of world.scene.props) parts.push(...bodyParts(prop, 0.5));
  for (const fixture of world.scene.fixtures) {
    bodies.set(fixture.name, fixture.pose);
    parts.push(...bodyParts(fixture, 0.7));
  }
  bodies.set('floor', { position: [0, 0, FLOOR_Z], quatWxyz: NO_ROTATION });
  parts.push({ body: 'floor', shape: { kind: 'plane' }, material: paint([0.62, 0.64, 0.66], 0.9) });
  bodies.set('stand', IDENTITY_POSE);
  parts.push({
    body: 'stand',
    shape: { kind: 'box', size: [0.32, 0.26, -FLOOR_Z] },
    material: paint([0.3, 0.32, 0.35], 0.6),
    bodyFromShape: { position: [-0.03, 0, FLOOR_Z / 2], quatWxyz: NO_ROTATION },
  });
  return renderScene(
    { bodies, parts },
    { ...options, verticalFovRad: VERTICAL_FOV_RAD, worldFromCamera: lookAt(EYE, TARGET) },
  );
}

function bodyParts(body: Fixture, roughness: number): ViewPart[] {
  return partsOf(body).map(({ shape, bodyFromPart, colorSrgb }) => ({
    body: body.name,
    shape,
    material: paint(colorSrgb, roughness),
    bodyFromShape: bodyFromPart,
  }));
}

let visuals: readonly VisualPart[] | undefined;

/** The arm's shapes: our own, or the user's meshes from the folder CAPSTAN_PANDA_MESHES names. */
function pandaParts(): readonly VisualPart[] {
  if (visuals !== undefined) return visuals;
  const folder = process.env.CAPSTAN_PANDA_MESHES;
  const parts =
    folder === undefined || folder === ''
      ? pandaVisuals()
      : loadPandaMeshes({ list: filesBelow(folder), read: (name) => readFileSync(join(folder, name)) });
  visuals = parts;
  return parts;
}

function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix)).flatMap((name) => {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path];
  });
}
