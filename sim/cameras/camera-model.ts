// Owns the pinhole camera: intrinsics, projection and where a camera stands. Frames: OpenCV (x right, y down, z
// forward). Pixel (u, v) is column and row from the top left, whole numbers at pixel centres. Must never draw.

import { tan } from '../portable-math.ts';
import { cross, dot, normalize, type Pose, quatFromMat3, subtract, type Vec3 } from '../spatial.ts';

/** Focal lengths and principal point, pixels. */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/**
 * Intrinsics of an ideal camera with square pixels whose axis passes through the middle of the image.
 * @param width pixels
 * @param height pixels
 * @param verticalFovRad angle between the top and the bottom edge of the image, radians, between 0 and pi
 * @throws RangeError for an image of no size or an impossible angle
 */
export function intrinsicsFromFov(width: number, height: number, verticalFovRad: number): Intrinsics {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`an image needs a whole number of pixels each way, not ${width} x ${height}`);
  }
  if (!(verticalFovRad > 0 && verticalFovRad < Math.PI)) {
    throw new RangeError(`a vertical field of view lies between 0 and pi radians, not at ${verticalFovRad}`);
  }
  const focal = height / 2 / tan(verticalFovRad / 2);
  return { fx: focal, fy: focal, cx: (width - 1) / 2, cy: (height - 1) / 2 };
}

/** Pixel at which a point of the camera frame appears; undefined behind the camera. */
export function projectPoint(
  intrinsics: Intrinsics,
  pointInCamera: Vec3,
): { readonly u: number; readonly v: number } | undefined {
  const [x, y, z] = pointInCamera;
  if (!(z > 0)) return undefined;
  return { u: (intrinsics.fx * x) / z + intrinsics.cx, v: (intrinsics.fy * y) / z + intrinsics.cy };
}

/** Point of the camera frame, metres, seen at a pixel with a depth along the optical axis, metres. */
export function deprojectPixel(intrinsics: Intrinsics, u: number, v: number, depthM: number): Vec3 {
  return [((u - intrinsics.cx) * depthM) / intrinsics.fx, ((v - intrinsics.cy) * depthM) / intrinsics.fy, depthM];
}

/**
 * Pose of a camera (worldFromCamera, OpenCV axes) that looks from one point at another, metres.
 * @param up the direction that points upward in the image; when it runs along the line of sight, x is taken
 */
export function lookAt(eye: Vec3, target: Vec3, up: Vec3 = [0, 0, 1]): Pose {
  const forward = normalize(subtract(target, eye));
  const upright = Math.abs(dot(forward, normalize(up))) < 0.999999 ? up : ([1, 0, 0] as const);
  const right = normalize(cross(forward, upright));
  const down = cross(forward, right);
  return {
    position: eye,
    quatWxyz: quatFromMat3([
      right[0],
      down[0],
      forward[0],
      right[1],
      down[1],
      forward[1],
      right[2],
      down[2],
      forward[2],
    ]),
  };
}
