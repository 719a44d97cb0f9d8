// Owns the few facts about standing boxes that goals and grasps need.

import { invert, mat3FromQuat, norm, type Pose, type Quat, transformPoint, type Vec3 } from '../spatial.ts';

/** A box with a pose: full side lengths in metres. */
export interface PlacedBox {
  readonly pose: Pose;
  readonly size: Vec3;
}

/** Half of the height a turned box takes up, metres. */
export function verticalHalf(quatWxyz: Quat, size: Vec3): number {
  const m = mat3FromQuat(quatWxyz);
  return (Math.abs(m[6]) * size[0] + Math.abs(m[7]) * size[1] + Math.abs(m[8]) * size[2]) / 2;
}

/** Height of the highest point, metres. */
export function topOf({ pose, size }: PlacedBox): number {
  return pose.position[2] + verticalHalf(pose.quatWxyz, size);
}

/** Distance of a point from a box, metres; 0 inside. */
export function distanceToBox(point: Vec3, { pose, size }: PlacedBox): number {
  const local = transformPoint(invert(pose), point);
  return norm(local.map((value, axis) => Math.max(0, Math.abs(value) - size[axis] / 2)) as unknown as Vec3);
}

/** Whether a point lies above the box's footprint, as far as its two more horizontal sides go. */
export function isOver(point: Vec3, { pose, size }: PlacedBox): boolean {
  const local = transformPoint(invert(pose), point);
  const m = mat3FromQuat(pose.quatWxyz);
  const upright = [Math.abs(m[6]), Math.abs(m[7]), Math.abs(m[8])];
  const vertical = upright.indexOf(Math.max(...upright));
  return local.every((value, axis) => axis === vertical || Math.abs(value) <= size[axis] / 2);
}
