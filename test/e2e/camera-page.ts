// The page of the Chromium test of the camera, and the very same picture in Node: the Panda before a table, as bytes.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { lookAt } from '../../sim/cameras/camera-model.ts';
import { paint } from '../../sim/cameras/material.ts';
import { encodePng } from '../../sim/cameras/png.ts';
import { renderScene, type ViewPart } from '../../sim/cameras/scene-view.ts';
import { READY_POSE_RAD } from '../../sim/robots/panda/kinematics.ts';
import { pandaVisuals } from '../../sim/robots/panda/visual.ts';
import { pandaBodyPoses } from '../../sim/robots/panda/visual-poses.ts';
import { IDENTITY_POSE, type Pose } from '../../sim/spatial.ts';

export interface PictureHashes {
  readonly meshes: string;
  readonly color: string;
  readonly depth: string;
  readonly png: string;
}

function hash(...arrays: readonly (Float32Array | Uint32Array | Uint8Array)[]): string {
  const state = sha256.create();
  for (const array of arrays) state.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return bytesToHex(state.digest());
}

export function hashPicture(): PictureHashes {
  const visuals = pandaVisuals();
  const parts: ViewPart[] = visuals.map(({ frame, mesh, material }) => ({
    body: frame,
    shape: { kind: 'mesh', mesh },
    material,
  }));
  parts.push({ body: 'table', shape: { kind: 'box', size: [1.2, 1.2, 0.1] }, material: paint([0.6, 0.5, 0.4]) });
  const bodies = new Map<string, Pose>(pandaBodyPoses(READY_POSE_RAD, 0.05));
  bodies.set('table', { ...IDENTITY_POSE, position: [0.3, 0, -0.05] });
  const image = renderScene(
    { bodies, parts },
    {
      width: 160,
      height: 120,
      verticalFovRad: 0.7,
      worldFromCamera: lookAt([1.6, -1.1, 0.9], [0.2, 0, 0.35]),
      shadows: 'soft',
      samplesPerPixel: 3,
    },
  );
  return {
    meshes: hash(...visuals.flatMap(({ mesh }) => [mesh.positions, mesh.normals, mesh.indices])),
    color: hash(image.colorSrgb),
    depth: hash(image.depthM),
    png: hash(encodePng({ kind: 'rgb8', width: 160, height: 120, data: image.colorSrgb })),
  };
}

declare global {
  interface Window {
    hashPicture: typeof hashPicture;
  }
}

if (typeof window !== 'undefined') window.hashPicture = hashPicture;
