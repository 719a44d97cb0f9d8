// Owns how much of the key light and of the sky reaches a point. Must never know about colours.

import { cos, sin } from '../portable-math.ts';
import { lampCell, listTowardLamp } from './ray-lists.ts';
import { aimRay, createRay, isBlocked, type SurfaceHit } from './ray-query.ts';
import type { RayScene } from './ray-scene.ts';
import type { Lighting } from './shading.ts';

/** How far a shadow ray starts off its surface, metres: above the steps of float32 corners, below any real gap. */
const LIFT_M = 2e-4;
/** Half width of the wide lamp of soft shadows, as a tangent. */
const LAMP_TANGENT = 0.09;
/** Things farther than this do not darken a corner, metres. */
const CORNER_REACH_M = 0.35;
/** Share of sky and ground that even a closed corner receives by reflection. */
const CORNER_FLOOR = 0.15;

export interface Shadows {
  /**
   * Share of the key light that reaches a point, 0..1.
   * @param point world frame, metres
   * @param picks two numbers in [0, 1) that pick a point of a wide lamp
   */
  keyShare(point: Float64Array, hit: SurfaceHit, picks: Float64Array): number;
  /** Share of sky and ground that is free, 0..1; `picks` pick the direction to look in. */
  openShare(point: Float64Array, hit: SurfaceHit, picks: Float64Array): number;
}

const ray = createRay();

/** Prepares the shadows of one picture. */
export function createShadows(scene: RayScene, lighting: Lighting, kind: 'off' | 'on' | 'soft'): Shadows {
  const all = () => 1;
  if (kind === 'off') return { keyShare: all, openShare: all };
  if (kind === 'soft') return softShadows(scene, lighting);
  const [lx, ly, lz] = lighting.towardKey;
  const lists = listTowardLamp(scene, lighting.towardKey);
  return {
    openShare: all,
    keyShare: (point, hit) => {
      const { normals } = hit;
      if (normals[0] * lx + normals[1] * ly + normals[2] * lz <= 0) return 0;
      const cell = lampCell(lists, point);
      const from = lists.starts[cell];
      const to = lists.starts[cell + 1];
      if (from === to) return 1;
      leaveSurface(point, normals);
      ray[3] = lx;
      ray[4] = ly;
      ray[5] = lz;
      aimRay(ray, Number.POSITIVE_INFINITY);
      return isBlocked(scene, ray, lists.instances, from, to, hit.instance) ? 0 : 1;
    },
  };
}

/** Starts the ray a little off the surface. */
function leaveSurface(point: Float64Array, normals: Float64Array): void {
  ray[0] = point[0] + normals[0] * LIFT_M;
  ray[1] = point[1] + normals[1] * LIFT_M;
  ray[2] = point[2] + normals[2] * LIFT_M;
}

function softShadows(scene: RayScene, lighting: Lighting): Shadows {
  const blocked = (point: Float64Array, hit: SurfaceHit, reachM: number) => {
    leaveSurface(point, hit.normals);
    aimRay(ray, reachM);
    return isBlocked(scene, ray, scene.everyInstance, 0, scene.count, hit.instance);
  };
  const [lx, ly, lz] = lighting.towardKey;
  return {
    keyShare: (point, hit, picks) => {
      const { normals } = hit;
      aroundAxis(lx, ly, lz, LAMP_TANGENT * Math.sqrt(picks[0]), 1, picks[1]);
      if (normals[0] * ray[3] + normals[1] * ray[4] + normals[2] * ray[5] <= 0) return 0;
      return blocked(point, hit, Number.POSITIVE_INFINITY) ? 0 : 1;
    },
    openShare: (point, hit, picks) => {
      const { normals } = hit;
      aroundAxis(normals[0], normals[1], normals[2], Math.sqrt(picks[0]), Math.sqrt(1 - picks[0]), picks[1]);
      return blocked(point, hit, CORNER_REACH_M) ? CORNER_FLOOR : 1;
    },
  };
}

/** Aims the ray `along` the axis and `aside` of it, turned about the axis by the share `turn` of a full turn. */
function aroundAxis(x: number, y: number, z: number, aside: number, along: number, turn: number): void {
  // A frame about the axis without branches on its direction (T. Duff et al., 2017).
  const sign = z >= 0 ? 1 : -1;
  const p = -1 / (sign + z);
  const q = x * y * p;
  const angle = 2 * Math.PI * turn;
  const u = aside * cos(angle);
  const v = aside * sin(angle);
  const dx = u * (1 + sign * x * x * p) + v * q + along * x;
  const dy = u * sign * q + v * (sign + y * y * p) + along * y;
  const dz = u * -sign * x - v * y + along * z;
  const inverse = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
  ray[3] = dx * inverse;
  ray[4] = dy * inverse;
  ray[5] = dz * inverse;
}
