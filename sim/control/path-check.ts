// Owns the check of a way against the planning scene, for one arm or several that move together. Must never change a
// way: it says where the first collision is.

import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import { largestChange } from './inverse-kinematics.ts';
import { jointCurve } from './joint-curve.ts';
import type { Planning } from './planning-failure.ts';
import type { Collision, PlanningScene } from './planning-scene.ts';
import type { TimedPath } from './trajectory.ts';

/** Joint change between two collision checks, radians: about 1 cm at the fingertip. */
export const CHECK_STEP_RAD = 0.015;

/** Arms that move together while the others stand. */
export interface MovingArms {
  /** Indices of the arms that move, in the planning scene. */
  readonly arms: readonly number[];
  /** Joints of every arm, radians; those of arms that move are not looked at. */
  readonly standingRad: readonly ArrayLike<number>[];
}

/** Joints of every arm of the scene. @param joints one posture per arm that moves, radians */
export function posturesOf(
  { arms, standingRad }: MovingArms,
  joints: readonly ArrayLike<number>[],
): ArrayLike<number>[] {
  return standingRad.map((standing, index) => {
    const at = arms.indexOf(index);
    return at < 0 ? standing : joints[at];
  });
}

/**
 * The first collision on straight joint lines from row to row.
 * @param points per arm that moves: rows of 7, as many for each; all arms are at row k at the same moment
 */
export function* firstCollision(
  scene: PlanningScene,
  moving: MovingArms,
  points: readonly Float64Array[],
): Planning<Collision | undefined> {
  const joints = points.map(() => new Float64Array(JOINT_COUNT));
  const rows = points[0].length / JOINT_COUNT;
  for (let row = 1; row < rows; row++) {
    const from = points.map((all) => all.subarray((row - 1) * JOINT_COUNT, row * JOINT_COUNT));
    const to = points.map((all) => all.subarray(row * JOINT_COUNT, (row + 1) * JOINT_COUNT));
    const change = from.reduce((largest, start, k) => Math.max(largest, largestChange(start, to[k])), 0);
    const count = Math.max(1, Math.ceil(change / CHECK_STEP_RAD));
    for (let k = 1; k <= count; k++) {
      joints.forEach((posture, m) => {
        for (let j = 0; j < JOINT_COUNT; j++) posture[j] = from[m][j] + ((to[m][j] - from[m][j]) * k) / count;
      });
      yield;
      const collision = scene.collisionAt(posturesOf(moving, joints));
      if (collision !== undefined) return collision;
    }
  }
  return undefined;
}

/**
 * Whether the curve that smooth paths are really run on is free and inside the joint limits: between their rows it
 * leaves the straight line.
 * @param paths one per arm that moves, with as many rows each
 */
export function* curveIsFree(
  scene: PlanningScene,
  moving: MovingArms,
  paths: readonly TimedPath[],
  stepRad = CHECK_STEP_RAD,
): Planning<boolean> {
  const points = paths.map((path) => path.points);
  const curves = points.map((own) => jointCurve(own, JOINT_COUNT, points));
  const joints = curves.map(() => new Float64Array(JOINT_COUNT));
  const [{ length }] = curves;
  const count = Math.max(1, Math.ceil(length / stepRad));
  for (let k = 0; k <= count; k++) {
    curves.forEach((curve, m) => {
      curve.evaluate((length * k) / count, joints[m]);
    });
    if (!joints.every(isInsideLimits)) return false;
    yield;
    if (scene.collisionAt(posturesOf(moving, joints)) !== undefined) return false;
  }
  return true;
}

function isInsideLimits(joints: ArrayLike<number>): boolean {
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  for (let j = 0; j < JOINT_COUNT; j++) if (!(joints[j] >= minRad[j] && joints[j] <= maxRad[j])) return false;
  return true;
}
