import type { Vec3 } from 'capstan:math';

/** A camera's lens and image: focal lengths, principal point and size, in pixels. */
export type CameraIntrinsics = { fx: number; fy: number; cx: number; cy: number; width: number; height: number };

/**
 * Points of a depth image in the frame of its camera (x right, y down, z forward), metres. One point for each pixel that
 * was measured, row by row from the top left; pixels of depth 0 or less are left out.
 * `everyPixels`: take only each so many-th row and column, since a whole image gives over a hundred thousand points.
 */
export function depthToPointCloud(depthM: number[], intrinsics: CameraIntrinsics, everyPixels = 1): Vec3[] {
  const { fx, fy, cx, cy, width, height } = intrinsics;
  if (depthM.length !== width * height) {
    throw new RangeError(`depthToPointCloud: ${depthM.length} depths are no image of ${width} x ${height} pixels.`);
  }
  if (!(Number.isInteger(everyPixels) && everyPixels >= 1)) {
    throw new RangeError(`depthToPointCloud: everyPixels must be a whole number from 1, not ${everyPixels}.`);
  }
  const points: Vec3[] = [];
  for (let v = 0; v < height; v += everyPixels) {
    for (let u = 0; u < width; u += everyPixels) {
      const z = depthM[v * width + u];
      if (z > 0) points.push([((u - cx) * z) / fx, ((v - cy) * z) / fy, z]);
    }
  }
  return points;
}
