import { mat3FromQuat, type Pose, type Vec3 } from 'capstan:math';

/** A camera's lens and image: focal lengths, principal point and size, in pixels. */
export type CameraIntrinsics = { fx: number; fy: number; cx: number; cy: number; width: number; height: number };

/**
 * Points of the base frame, metres, that a mask's pixels show. `pixels` are row-major indices into the image; pixels
 * whose depth was not measured (0) are left out, so that an empty list means: nothing was seen there.
 */
export function maskToWorldPoints(
  mask: { pixels: number[] },
  depthM: number[],
  intrinsics: CameraIntrinsics,
  worldFromCamera: Pose,
): Vec3[] {
  const { fx, fy, cx, cy, width, height } = intrinsics;
  if (depthM.length !== width * height) {
    throw new RangeError(`maskToWorldPoints: ${depthM.length} depths are no image of ${width} x ${height} pixels.`);
  }
  const [[a, b, c], [d, e, f], [g, h, i]] = mat3FromQuat(worldFromCamera.quatWxyz);
  const [px, py, pz] = worldFromCamera.position;
  const points: Vec3[] = [];
  for (const pixel of mask.pixels) {
    const z = depthM[pixel];
    if (z === undefined) {
      throw new RangeError(`maskToWorldPoints: pixel ${pixel} lies outside an image of ${width} x ${height} pixels.`);
    }
    if (!(z > 0)) continue;
    const u = pixel % width;
    const x = ((u - cx) * z) / fx;
    const y = (((pixel - u) / width - cy) * z) / fy;
    points.push([px + a * x + b * y + c * z, py + d * x + e * y + f * z, pz + g * x + h * y + i * z]);
  }
  return points;
}
