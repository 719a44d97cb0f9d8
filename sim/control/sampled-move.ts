// Owns the whole search for one arm: the plain ways first, and where none of them is free, other postures of the goal
// and ways found by sampling. Must never change a plain way: whoever ran it before gets it again, bit for bit.

import { createRandomStream } from '../random.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import type { Pose } from '../spatial.ts';
import { largestChange, searchIk, solveIk } from './inverse-kinematics.ts';
import { lastPoint, reversed } from './joint-path.ts';
import { type ArmStart, beforeGoal, planPlainJointMove, planPlainToolMove, type ToolMove } from './motion-planner.ts';
import { firstCollision, type MovingArms, posturesOf } from './path-check.ts';
import { type Planning, PlanningFailure, spoken } from './planning-failure.ts';
import type { PlanningScene } from './planning-scene.ts';
import { sampleWay } from './sampled-way.ts';
import { followPoses, lineRows, onLine } from './tool-line.ts';
import type { TimedPath } from './trajectory.ts';

/** Where a sampled way may end: the posture, and the straight last stretch that follows from it. */
export interface Landing {
  /** Radians, length 7. */
  readonly jointsRad: ArrayLike<number>;
  readonly last: readonly TimedPath[];
}

/** Other postures of a goal that are looked for, and how often. */
const LANDINGS = 4;
const POSTURE_ATTEMPTS = 16;
/** Postures that differ by less are one, radians. */
const SAME_POSTURE_RAD = 0.2;

/**
 * Joint paths that lead to the goal, one after the other.
 * @throws PlanningFailure when the goal cannot be reached or no way was found that is free
 */
export function* planToolMove(scene: PlanningScene, move: ToolMove): Planning<TimedPath[]> {
  try {
    return yield* planPlainToolMove(scene, move);
  } catch (failure) {
    if (!(failure instanceof PlanningFailure)) throw failure;
    const landings = yield* landingsOf(scene, move, move.worldFromTool, move.approachM);
    if (landings.length === 0) throw failure;
    return yield* sampleTo(scene, move, landings, move.worldFromTool, failure);
  }
}

/** A way to a posture, on a joint line where that is free. @throws PlanningFailure when no way was found that is free */
export function* planJointMove(
  scene: PlanningScene,
  move: Omit<ToolMove, 'approachM'>,
  goalRad: ArrayLike<number>,
): Planning<TimedPath[]> {
  try {
    return yield* planPlainJointMove(scene, move, goalRad);
  } catch (failure) {
    if (!(failure instanceof PlanningFailure) || failure.code === 'COLLISION_AT_GOAL') throw failure;
    return yield* sampleTo(scene, move, [{ jointsRad: goalRad, last: [] }], move.worldFromTool, failure);
  }
}

/**
 * Free postures for a fingertip pose, the natural one first, each with its straight last stretch; none where whatever
 * is in the way is in the way of the hand itself.
 */
export function* landingsOf(
  scene: PlanningScene,
  start: ArmStart,
  worldFromTool: Pose,
  approachM: number,
): Planning<Landing[]> {
  const arm = scene.arms[start.arm];
  const moving: MovingArms = { arms: [start.arm], standingRad: start.othersRad };
  const random = createRandomStream(1, `postures for ${spoken(worldFromTool)}`);
  const tried: ArrayLike<number>[] = [];
  const landings: Landing[] = [];
  for (let attempt = 0; attempt < POSTURE_ATTEMPTS && landings.length < LANDINGS; attempt++) {
    yield;
    const natural = createRandomStream(1, 'inverse kinematics');
    const solution =
      attempt === 0
        ? searchIk(scene.physics, arm, worldFromTool, start.fromRad, start.ik, natural)
        : solveIk(scene.physics, arm, worldFromTool, anyPosture(random), start.ik);
    const { jointsRad } = solution;
    if (attempt === 0 && !solution.feasible) return [];
    if (!solution.feasible || tried.some((one) => largestChange(one, jointsRad) < SAME_POSTURE_RAD)) continue;
    tried.push(jointsRad);
    yield;
    const collision = scene.collisionAt(posturesOf(moving, [jointsRad]));
    // The hand is there in every posture.
    if (collision !== undefined && !collision.withLink) return [];
    if (collision !== undefined) continue;
    if (approachM === 0) {
      landings.push({ jointsRad, last: [] });
      continue;
    }
    const before = beforeGoal(worldFromTool, approachM);
    const poseAt = (share: number) => onLine(worldFromTool, before, share);
    const back = yield* followPoses(scene, start.arm, jointsRad, poseAt, lineRows(worldFromTool, before), start.ik);
    if (back.failure !== undefined) continue;
    const blocked = yield* firstCollision(scene, moving, [back.answer]);
    if (blocked !== undefined && !blocked.withLink) return [];
    if (blocked !== undefined) continue;
    const last = reversed({ kind: 'smooth', points: back.answer });
    landings.push({ jointsRad: last.points.slice(0, JOINT_COUNT), last: [last] });
  }
  return landings;
}

function* sampleTo(
  scene: PlanningScene,
  start: ArmStart,
  landings: readonly Landing[],
  goal: Pose,
  failure: PlanningFailure,
): Planning<TimedPath[]> {
  const moving: MovingArms = { arms: [start.arm], standingRad: start.othersRad };
  const goals = landings.map(({ jointsRad }) => [jointsRad]);
  const way = yield* sampleWay(scene, moving, [start.fromRad], goals, `to ${spoken(goal)}`);
  if (way === undefined) throw failure;
  const end = lastPoint(way[0]);
  const landing = landings.find(({ jointsRad }) => largestChange(end, jointsRad) < 1e-9) as Landing;
  return [...way, ...landing.last];
}

function anyPosture(random: { uniform(low: number, high: number): number }): Float64Array {
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  return Float64Array.from({ length: JOINT_COUNT }, (_, j) => random.uniform(minRad[j], maxRad[j]));
}
