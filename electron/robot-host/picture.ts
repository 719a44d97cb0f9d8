// Owns pictures of a task's world, made by the project's own camera: what the README shows, and what a run leaves
// beside its episode. Looks only.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { worldView } from '../../drivers/simulated/world-view.ts';
import { lookAt } from '../../sim/cameras/camera-model.ts';
import { encodePng } from '../../sim/cameras/png.ts';
import type { CameraOptions, RgbdImage } from '../../sim/cameras/ray-camera.ts';
import { renderScene } from '../../sim/cameras/scene-view.ts';
import { loadPandaMeshes } from '../../sim/robots/panda/mesh-files.ts';
import { pandaVisuals } from '../../sim/robots/panda/visual.ts';
import type { VisualPart } from '../../sim/robots/panda/visual-part.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';

/** From the front, across the table: the hand shows its broad side, and what it holds. */
const EYE: Vec3 = [1.62, 0.86, 0.86];
const TARGET: Vec3 = [0.34, 0.0, 0.17];
const VERTICAL_FOV_RAD = 0.62;

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
  return renderScene(worldView(world, pandaParts()), {
    ...options,
    verticalFovRad: VERTICAL_FOV_RAD,
    worldFromCamera: lookAt(EYE, TARGET),
  });
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
