// Owns straight lines of the fingertip: the joints that follow them, row by row. Knows no obstacles.

import { JOINT_COUNT } from '../robots/panda/limits.ts';
import { angleBetween, distance, lerp, type Pose, slerp } from '../spatial.ts';
import { type IkOptions, largestChange, solveIk } from './inverse-kinematics.ts';
import { type Found, failed, found, lineLeavesReach, type Planning } from './planning-failure.ts';
import type { PlanningScene } from './planning-scene.ts';

/** Way points of a straight line: every so many metres and radians. */
const LINE_STEP_M = 0.01;
const LINE_STEP_RAD = 0.08;
/** A straight line may not make a joint jump: largest change between two way points, radians. */
const LINE_JUMP_RAD = 0.25;

/** How many way points a straight line needs after its start. */
export function lineRows(from: Pose, to: Pose): number {
  return Math.max(
    1,
    Math.ceil(distance(from.position, to.position) / LINE_STEP_M),
    Math.ceil(angleBetween(from.quatWxyz, to.quatWxyz) / LINE_STEP_RAD),
  );
}

/** The pose at a share, from 0 to 1, of the straight line. */
export function onLine(from: Pose, to: Pose, share: number): Pose {
  return {
    position: lerp(from.position, to.position, share),
    quatWxyz: slerp(from.quatWxyz, to.quatWxyz, share),
  };
}

/**
 * Joints that lead the fingertip along a row of poses.
 * @param arm index of the arm in the planning scene
 * @param poseAt fingertip pose at a share of the way
 * @returns rows of 7, `count` after the start, radians
 */
export function* followPoses(
  scene: PlanningScene,
  arm: number,
  fromRad: ArrayLike<number>,
  poseAt: (share: number) => Pose,
  count: number,
  ik: IkOptions,
): Planning<Found<Float64Array>> {
  const points = new Float64Array((count + 1) * JOINT_COUNT);
  points.set(Array.from({ length: JOINT_COUNT }, (_, j) => fromRad[j]));
  for (let k = 1; k <= count; k++) {
    const pose = poseAt(k / count);
    const before = points.subarray((k - 1) * JOINT_COUNT, k * JOINT_COUNT);
    yield;
    const solution = solveIk(scene.physics, scene.arms[arm], pose, before, ik);
    if (!solution.feasible || largestChange(solution.jointsRad, before) > LINE_JUMP_RAD) {
      return failed(lineLeavesReach(poseAt(1), pose));
    }
    points.set(solution.jointsRad, k * JOINT_COUNT);
  }
  return found(points);
}
