// Owns the three pictures of the Panda in docs/, each a rendering beside its black silhouette, made by the project's
// own camera. Writes files only where it is told to.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookAt } from '../../sim/cameras/camera-model.ts';
import { paint } from '../../sim/cameras/material.ts';
import { encodePng } from '../../sim/cameras/png.ts';
import type { Background, CameraOptions, RgbdImage } from '../../sim/cameras/ray-camera.ts';
import { renderScene, type ViewPart } from '../../sim/cameras/scene-view.ts';
import { READY_POSE_RAD } from '../../sim/robots/panda/kinematics.ts';
import { pandaVisuals } from '../../sim/robots/panda/visual.ts';
import { pandaBodyPoses } from '../../sim/robots/panda/visual-poses.ts';
import { IDENTITY_POSE, type Pose, type Vec3 } from '../../sim/spatial.ts';

const PANEL_WIDTH = 640;
const HEIGHT = 800;
const GRIPPER_WIDTH_M = 0.05;
const SAMPLES_PER_PIXEL = 36;

/** Long lens, so that the silhouette is close to a drawing's. */
const VERTICAL_FOV_RAD = 0.26;
const TARGET: Vec3 = [0.16, 0, 0.4];

/** Where the camera stands for each picture, metres. */
const VIEWS: Readonly<Record<string, Vec3>> = {
  'panda-front.png': [4.4, 0, 0.75],
  'panda-side.png': [0.16, -4.2, 0.75],
  'panda-three-quarter.png': [2.95, -2.6, 1.45],
};

const LIGHT: Background = { topSrgb: [0.93, 0.942, 0.952], bottomSrgb: [0.84, 0.855, 0.87] };

/**
 * Writes docs' three pictures of the Panda in its ready pose.
 * @param outDir folder to write into; made when missing
 * @returns paths of the files written
 */
export function drawSilhouettes(outDir: string): readonly string[] {
  mkdirSync(outDir, { recursive: true });
  const bodies = new Map<string, Pose>(pandaBodyPoses(READY_POSE_RAD, GRIPPER_WIDTH_M));
  bodies.set('floor', IDENTITY_POSE);
  const arm: ViewPart[] = pandaVisuals().map(({ frame, mesh, material }) => ({
    body: frame,
    shape: { kind: 'mesh', mesh },
    material,
  }));
  const standing: ViewPart[] = [
    ...arm,
    { body: 'floor', shape: { kind: 'plane' }, material: paint([0.86, 0.87, 0.88], 0.95) },
  ];
  return Object.entries(VIEWS).map(([name, eye]) => {
    const camera: CameraOptions = {
      width: PANEL_WIDTH,
      height: HEIGHT,
      verticalFovRad: VERTICAL_FOV_RAD,
      worldFromCamera: lookAt(eye, TARGET),
      shadows: 'soft',
      samplesPerPixel: SAMPLES_PER_PIXEL,
      background: LIGHT,
      haze: { startM: 4.6, endM: 6.5 },
    };
    const picture = renderScene({ bodies, parts: standing }, camera);
    const outline = renderScene(
      { bodies, parts: arm },
      { ...camera, width: PANEL_WIDTH * 2, height: HEIGHT * 2, shadows: 'off', samplesPerPixel: 1 },
    );
    const path = join(outDir, name);
    writeFileSync(
      path,
      encodePng({ kind: 'rgb8', width: PANEL_WIDTH * 2, height: HEIGHT, data: sideBySide(picture, outline) }),
    );
    return path;
  });
}

/** The picture on the left; on the right the outline's silhouette in black, each pixel the mean of four of its own. */
function sideBySide(picture: RgbdImage, outline: RgbdImage): Uint8Array {
  const { width, height } = picture;
  const data = new Uint8Array(width * 2 * height * 3);
  for (let v = 0; v < height; v++) {
    data.set(picture.colorSrgb.subarray(v * width * 3, (v + 1) * width * 3), v * width * 2 * 3);
    for (let u = 0; u < width; u++) {
      let free = 0;
      for (const [du, dv] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ]) {
        if (outline.instanceIds[(v * 2 + dv) * outline.width + u * 2 + du] === 0) free++;
      }
      const pixel = (v * width * 2 + width + u) * 3;
      data.fill((free * 255) / 4, pixel, pixel + 3);
    }
  }
  return data;
}
