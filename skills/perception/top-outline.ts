// Owns the outline of the top of a thing: where its upper face ends in the picture, brought into the base frame with
// the height of the face itself, not with the depth of its ragged rim. Metres. Must never know words.

import { mat3FromQuat } from '../../sim/spatial.ts';
import type { Picture } from './picture.ts';

export interface Outline {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What lies between the camera and a thing is nearer than it by this, metres. */
const IN_FRONT_M = 0.012;

/** Points where the rays through given places of the picture meet the level plane at a height. */
export function levelPoints(
  picture: Picture,
  heightM: number,
  u: ArrayLike<number>,
  v: ArrayLike<number>,
): { readonly x: Float64Array; readonly y: Float64Array } {
  const { intrinsics, worldFromCamera } = picture.observation;
  const m = mat3FromQuat(worldFromCamera.quatWxyz);
  const [ox, oy, oz] = worldFromCamera.position;
  const x = new Float64Array(u.length);
  const y = new Float64Array(u.length);
  for (let i = 0; i < u.length; i++) {
    const xn = (u[i] - intrinsics.cx) / intrinsics.fx;
    const yn = (v[i] - intrinsics.cy) / intrinsics.fy;
    const along = m[6] * xn + m[7] * yn + m[8];
    const reach = Math.abs(along) < 1e-9 ? 0 : (heightM - oz) / along;
    x[i] = ox + reach * (m[0] * xn + m[1] * yn + m[2]);
    y[i] = oy + reach * (m[3] * xn + m[4] * yn + m[5]);
  }
  return { x, y };
}

/**
 * The seen outline of the set of pixels `inside`, at a height. Where something nearer covers the thing, or the picture
 * ends, the outline is not the thing's own and is left out.
 * @param inside 1 where a pixel belongs to the face
 * @param pixels the pixels of the face, ascending
 */
export function outlineAt(picture: Picture, inside: Uint8Array, pixels: ArrayLike<number>, heightM: number): Outline {
  const { width, height, depthM } = picture;
  const u: number[] = [];
  const v: number[] = [];
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i];
    const column = pixel % width;
    const row = (pixel - column) / width;
    for (let side = 0; side < 4; side++) {
      const du = side === 0 ? -1 : side === 1 ? 1 : 0;
      const dv = side === 2 ? -1 : side === 3 ? 1 : 0;
      const nu = column + du;
      const nv = row + dv;
      if (nu < 0 || nv < 0 || nu >= width || nv >= height) continue;
      const next = nv * width + nu;
      if (inside[next] === 1) continue;
      if (isCovered(depthM, width, height, nu, nv, du, dv, depthM[pixel])) continue;
      u.push(column + du / 2);
      v.push(row + dv / 2);
    }
  }
  return levelPoints(picture, heightM, u, v);
}

/** Whether something nearer begins within three pixels of the rim: the pixels of a rim itself often have no depth. */
function isCovered(
  depthM: Float32Array,
  width: number,
  height: number,
  u: number,
  v: number,
  du: number,
  dv: number,
  depth: number,
): boolean {
  if (depth === 0) return false;
  for (let step = 0; step < 3; step++) {
    const nu = u + du * step;
    const nv = v + dv * step;
    if (nu < 0 || nv < 0 || nu >= width || nv >= height) return false;
    const other = depthM[nv * width + nu];
    if (other === 0) continue;
    if (other < depth - IN_FRONT_M) return true;
    // The first measured depth behind the rim decides, unless it flies between both.
    if (other > depth + IN_FRONT_M) return false;
  }
  return false;
}
