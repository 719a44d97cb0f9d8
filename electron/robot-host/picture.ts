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
import type { ArmMount } from '../../sim/scenes/scene.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';

/** From the front, across the table: the hand shows its broad side, and what it holds. */
const ONE_ARM_VIEW: View = { eye: [1.62, 0.86, 0.86], target: [0.34, 0, 0.17], verticalFovRad: 0.62 };
/** Two arms are seen from the side, from as far as their distance asks for: metres, and metres per metre between them. */
const SIDE_VIEW_M = { awayM: 1, awayPerM: 0.7, aboveM: 0.9, targetZ: 0.24 } as const;
const SIDE_VIEW_FOV_RAD = 0.72;

interface View {
  readonly eye: Vec3;
  readonly target: Vec3;
  readonly verticalFovRad: number;
}

/** Where the operator's camera stands for these arms. */
function viewOf(arms: readonly ArmMount[]): View {
  if (arms.length === 1) return ONE_ARM_VIEW;
  const [x, y] = arms[1].worldFromBase.position;
  const between = Math.sqrt(x * x + y * y);
  const { awayM, awayPerM, aboveM, targetZ } = SIDE_VIEW_M;
  const away = awayM + awayPerM * between;
  const [sideX, sideY] = [y / between, -x / between];
  return {
    eye: [x / 2 + sideX * away, y / 2 + sideY * away, aboveM],
    target: [x / 2, y / 2, targetZ],
    verticalFovRad: SIDE_VIEW_FOV_RAD,
  };
}

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
  const { eye, target, verticalFovRad } = viewOf(world.scene.arms);
  const camera = { ...options, verticalFovRad, worldFromCamera: lookAt(eye, target) };
  return renderScene(worldView(world, pandaParts()), camera);
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
