import { type Pose, transformPoint, type Vec3 } from 'capstan:math';

/** A camera's lens and image: focal lengths, principal point and size, in pixels. */
export type CameraIntrinsics = { fx: number; fy: number; cx: number; cy: number; width: number; height: number };

/**
 * The point of the base frame, metres, that is seen at column u and row v of an image at a depth in metres along the
 * camera's axis. Whole numbers are the middles of pixels; (0, 0) is the top left one.
 */
export function pixelToWorldPoint(
  u: number,
  v: number,
  depthM: number,
  intrinsics: CameraIntrinsics,
  worldFromCamera: Pose,
): Vec3 {
  if (![u, v].every(Number.isFinite)) throw new RangeError(`pixelToWorldPoint: [${u}, ${v}] is no pixel.`);
  if (!(depthM > 0)) {
    throw new RangeError(
      `pixelToWorldPoint: depth ${depthM} means that nothing was measured there; take a pixel nearby.`,
    );
  }
  const { fx, fy, cx, cy } = intrinsics;
  return transformPoint(worldFromCamera, [((u - cx) * depthM) / fx, ((v - cy) * depthM) / fy, depthM]);
}
