// Owns turning the plain shapes of a recorded scene into geometry: one mesh for each body, with the colours in it. Must
// never know where a body stands.

import {
  BufferAttribute,
  type BufferGeometry,
  CylinderGeometry,
  type Matrix4,
  SphereGeometry,
  Matrix4 as ThreeMatrix4,
} from 'three';
import { RoundedBoxGeometry } from 'three/examples/jsm/geometries/RoundedBoxGeometry.js';
import { mergeGeometries } from 'three/examples/jsm/utils/BufferGeometryUtils.js';
import type { SceneShape } from '../../drivers/episode/foxglove.ts';
import type { Pose } from '../../sim/spatial.ts';
import { matrixOf } from './arm-kinematics.ts';
import { srgb } from './scene-colors.ts';

/** Edges catch the light only when they are a little round; real things are. */
const EDGE_SHARE = 0.06;
const MOST_EDGE_M = 0.003;
const AROUND = 48;

export function threeMatrix(pose: Pose): Matrix4 {
  return new ThreeMatrix4().fromArray(matrixOf(pose));
}

/** All shapes as one, in the frame of their body; undefined for a body without shapes. */
export function solidGeometry(shapes: readonly SceneShape[]): BufferGeometry | undefined {
  const parts = shapes.map((shape) => {
    const part = geometryOf(shape);
    const plain = part.index === null ? part : part.toNonIndexed();
    plain.deleteAttribute('uv');
    plain.applyMatrix4(threeMatrix(shape.pose));
    const count = plain.getAttribute('position').count;
    const { r, g, b } = srgb(shape.color);
    const colors = new Float32Array(3 * count);
    for (let i = 0; i < count; i++) colors.set([r, g, b], 3 * i);
    plain.setAttribute('color', new BufferAttribute(colors, 3));
    return plain;
  });
  return parts.length === 0 ? undefined : (mergeGeometries(parts) ?? undefined);
}

function geometryOf({ kind, sizeM: [x, y, z] }: SceneShape): BufferGeometry {
  switch (kind) {
    case 'box': {
      const edge = Math.min(EDGE_SHARE * Math.min(x, y, z), MOST_EDGE_M);
      return new RoundedBoxGeometry(x, y, z, 2, edge);
    }
    case 'cylinder':
      // Its axis is y; ours is z.
      return new CylinderGeometry(x / 2, x / 2, z, AROUND).rotateX(Math.PI / 2);
    case 'sphere':
      return new SphereGeometry(x / 2, AROUND, AROUND / 2);
  }
}
