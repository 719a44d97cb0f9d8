// Owns grasps of a known box from above: where the fingertips go and how they are turned. Pure geometry.

import type { TrueObject } from '../../drivers/scene-ports.ts';
import { atan2 } from '../../sim/portable-math.ts';
import {
  add,
  mat3FromQuat,
  type Quat,
  quatFromAxisAngle,
  quatMultiply,
  rotate,
  TOOL_DOWN,
  type Vec3,
} from '../../sim/spatial.ts';

export interface GraspProposal {
  /** Fingertip position, metres. */
  readonly position: Vec3;
  readonly quatWxyz: Quat;
  /** Opening the object needs, metres. */
  readonly widthM: number;
  /** 0..1: centred grasps with room between fingers and object score high. */
  readonly score: number;
}

/** Room the open fingers need on both sides together, metres. */
const FINGER_ROOM_M = 0.004;
/** The pads reach this far below the fingertip centre; they stay above the ground on which the object stands (m). */
const PAD_BELOW_TOOL_M = 0.011;
/** Tall objects are held this far below their top, so that the hand's body stays clear (m). */
const DEPTH_BELOW_TOP_M = 0.03;

/**
 * Grasps of a box from straight above, best first: the fingers close on either pair of its upright sides, at half its
 * height or near the top of a tall one, a little higher as a second choice.
 * @param currentQuat present orientation of the tool: of two equal turns of the hand, the nearer one comes first
 */
export function proposeGrasps(
  object: Pick<TrueObject, 'pose' | 'extent'>,
  currentQuat: Quat,
  maxWidthM: number,
): GraspProposal[] {
  const m = mat3FromQuat(object.pose.quatWxyz);
  // The object's axis that points up, whichever way round it lies.
  const upright = [Math.abs(m[6]), Math.abs(m[7]), Math.abs(m[8])];
  const up = upright.indexOf(Math.max(...upright));
  const height = object.extent[up];
  const centre = object.pose.position;
  const lowest = centre[2] - height / 2 + PAD_BELOW_TOOL_M;
  const z = Math.max(lowest, Math.max(centre[2], centre[2] + height / 2 - DEPTH_BELOW_TOP_M));
  const proposals: (GraspProposal & { readonly turnRad: number })[] = [];
  for (let axis = 0; axis < 3; axis++) {
    if (axis === up) continue;
    const widthM = object.extent[axis];
    if (widthM > maxWidthM - FINGER_ROOM_M) continue;
    // The fingers close along the tool's y axis; the hand is symmetric under half a turn.
    const yaw = atan2(m[axis], -m[3 + axis]);
    for (const turned of [yaw, yaw + Math.PI, yaw - Math.PI]) {
      const quatWxyz = quatMultiply(quatFromAxisAngle([0, 0, 1], turned), TOOL_DOWN);
      const turnRad = turnAboutVertical(currentQuat, quatWxyz);
      if (Math.abs(turnRad) > Math.PI / 2 + 1e-6) continue;
      const centred = 1 - Math.abs(z - centre[2]) / height;
      for (const [raise, factor] of [
        [0, 1],
        [0.01, 0.8],
      ]) {
        const score = factor * centred * (1 - (0.5 * widthM) / maxWidthM);
        proposals.push({ position: add(centre, [0, 0, z - centre[2] + raise]), quatWxyz, widthM, score, turnRad });
      }
    }
  }
  // Equal scores, as on a cube, are decided by the smaller turn of the wrist.
  proposals.sort((a, b) =>
    Math.abs(a.score - b.score) > 1e-6 ? b.score - a.score : Math.abs(a.turnRad) - Math.abs(b.turnRad),
  );
  return proposals.map(({ position, quatWxyz, widthM, score }) => ({ position, quatWxyz, widthM, score }));
}

/** Signed turn about the vertical between two tools that point down, radians. */
function turnAboutVertical(from: Quat, to: Quat): number {
  const a = rotate(from, [1, 0, 0]);
  const b = rotate(to, [1, 0, 0]);
  return atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]);
}
