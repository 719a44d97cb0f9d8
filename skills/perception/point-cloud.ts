// Owns point clouds: from masks and pictures to points of the base frame, thinned by voxels. Only measured depth counts;
// nothing is filled in. Must never know what a cloud belongs to.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { mat3FromQuat } from '../../sim/spatial.ts';
import { type Mask, PerceptionError } from './detector.ts';

/** Points of the base frame, metres. */
export interface PointCloud {
  readonly count: number;
  /** x, y, z, x, y, z ... */
  readonly positions: Float32Array;
}

/**
 * The points of a mask, or of the whole picture.
 * @param mask row-major pixel indices; the whole picture when left out
 * @throws PerceptionError BAD_INPUT when the mask does not fit the picture
 */
export function cloudFromPicture(observation: Observation, mask?: Pick<Mask, 'pixels'>): PointCloud {
  const { width, height, depthM, intrinsics, worldFromCamera } = observation;
  const total = width * height;
  const pixels = mask?.pixels;
  const n = pixels?.length ?? total;
  const m = mat3FromQuat(worldFromCamera.quatWxyz);
  const [ox, oy, oz] = worldFromCamera.position;
  const positions = new Float32Array(n * 3);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const pixel = pixels === undefined ? i : pixels[i];
    if (!(pixel < total)) {
      throw new PerceptionError(
        'BAD_INPUT',
        `a mask has pixel ${pixel}, but the picture has ${total}`,
        'Use a mask only with the picture it was made from.',
      );
    }
    const depth = depthM[pixel];
    if (!(depth > 0 && depth < Number.POSITIVE_INFINITY)) continue;
    const u = pixel % width;
    const x = ((u - intrinsics.cx) / intrinsics.fx) * depth;
    const y = (((pixel - u) / width - intrinsics.cy) / intrinsics.fy) * depth;
    positions[count * 3] = m[0] * x + m[1] * y + m[2] * depth + ox;
    positions[count * 3 + 1] = m[3] * x + m[4] * y + m[5] * depth + oy;
    positions[count * 3 + 2] = m[6] * x + m[7] * y + m[8] * depth + oz;
    count++;
  }
  return { count, positions: positions.slice(0, count * 3) };
}

/** All points of several clouds. */
export function mergeClouds(clouds: readonly PointCloud[]): PointCloud {
  const count = clouds.reduce((sum, cloud) => sum + cloud.count, 0);
  const positions = new Float32Array(count * 3);
  let at = 0;
  for (const cloud of clouds) {
    positions.set(cloud.positions, at);
    at += cloud.count * 3;
  }
  return { count, positions };
}

/** The points whose index passes. */
export function filterCloud({ count, positions }: PointCloud, keep: (index: number) => boolean): PointCloud {
  const kept = new Float32Array(count * 3);
  let n = 0;
  for (let i = 0; i < count; i++) {
    if (!keep(i)) continue;
    kept[n * 3] = positions[i * 3];
    kept[n * 3 + 1] = positions[i * 3 + 1];
    kept[n * 3 + 2] = positions[i * 3 + 2];
    n++;
  }
  return { count: n, positions: kept.slice(0, n * 3) };
}

/**
 * One point, the mean, per cube of space.
 * @param voxelM side of the cubes, metres
 */
export function thinCloud({ count, positions }: PointCloud, voxelM: number): PointCloud {
  if (!(voxelM > 0)) throw new RangeError(`a voxel has a side above 0 m, not ${voxelM}`);
  const index = new Map<number, number>();
  const sums = new Float64Array(count * 4);
  for (let i = 0; i < count; i++) {
    // 17 bits per axis: 131 m of millimetre voxels, and the key stays below 2^53.
    const key =
      (Math.floor(positions[i * 3] / voxelM) + 65536) * 131072 * 131072 +
      (Math.floor(positions[i * 3 + 1] / voxelM) + 65536) * 131072 +
      (Math.floor(positions[i * 3 + 2] / voxelM) + 65536);
    let slot = index.get(key);
    if (slot === undefined) {
      slot = index.size;
      index.set(key, slot);
    }
    sums[slot * 4] += positions[i * 3];
    sums[slot * 4 + 1] += positions[i * 3 + 1];
    sums[slot * 4 + 2] += positions[i * 3 + 2];
    sums[slot * 4 + 3]++;
  }
  const thin = new Float32Array(index.size * 3);
  for (let slot = 0; slot < index.size; slot++) {
    for (let axis = 0; axis < 3; axis++) thin[slot * 3 + axis] = sums[slot * 4 + axis] / sums[slot * 4 + 3];
  }
  return { count: index.size, positions: thin };
}
