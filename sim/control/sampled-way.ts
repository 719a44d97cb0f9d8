// Owns turning what sampling finds into paths the arms can run: space and budget of the search, round corners, and the
// check of the very curve that will be run. For one arm, or for several that move together.

import { createRandomStream } from '../random.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import { CHECK_STEP_RAD, curveIsFree, type MovingArms, posturesOf } from './path-check.ts';
import type { Planning } from './planning-failure.ts';
import type { PlanningScene } from './planning-scene.ts';
import {
  between,
  type CheckBudget,
  type Configuration,
  connectTrees,
  distanceRad,
  type JointSpace,
  shorten,
} from './sampling-planner.ts';
import { type TimedPath, timePaths } from './trajectory.ts';

/** Postures that are looked at before the search gives up, for each arm that moves: about a second's worth. */
const MOST_CHECKS_PER_ARM = 20_000;
/**
 * Room kept beyond the planner's own clearance, metres: between two looks an edge may come nearer than at them, and round
 * corners make the servos lag more than straight lines. Without it only where there is no way with it.
 */
const MORE_ROOM_M = [0.006, 0];
/** Postures looked at for making a way shorter. */
const SHORTENING_CHECKS = 8_000;
/** Distance kept from the joint limits, radians, unless the ends are nearer. */
const LIMIT_MARGIN_RAD = 0.05;
/** What a joint counts for, first to last: about how far it sweeps the hand. */
const JOINT_WEIGHTS = [1, 1, 0.8, 0.8, 0.4, 0.4, 0.2];
/** Points of a smoothed way, radians apart. */
const POINT_STEP_RAD = 0.1;
/** How often every point is drawn to its neighbours: a corner is spread over the root of half of that, in points. */
const SMOOTHING_PASSES = [200, 60, 20, 6];
/** What ways are compared by: the time they take at shares of the limits that a brisk arm uses, looked at this coarsely. */
const COMPARED_AT = {
  joints: PANDA_JOINT_LIMITS,
  speedShare: 0.8,
  accelerationShare: 0.4,
  jerkShare: 0.1,
  toolSpeedMPerS: 1,
};
const COMPARED_EVERY_S = 0.02;
/** The curve is looked at this finely, radians: finer than the line it came from. */
const CURVE_STEP_RAD = CHECK_STEP_RAD / 2;

/**
 * Paths of the arms that move, one each and to be run in step, to whichever goal is found a way to first.
 * @param fromRad per arm that moves: 7 joints, radians
 * @param goals per goal, per arm that moves: 7 joints, radians
 * @param purpose what the random numbers are for: the same text gives the same way
 */
export function* sampleWay(
  scene: PlanningScene,
  moving: MovingArms,
  fromRad: readonly ArrayLike<number>[],
  goals: readonly (readonly ArrayLike<number>[])[],
  purpose: string,
): Planning<TimedPath[] | undefined> {
  const ends = [fromRad, ...goals].map((postures) => posturesOf(moving, postures));
  let left = MOST_CHECKS_PER_ARM * moving.arms.length;
  try {
    for (const moreRoomM of MORE_ROOM_M) {
      scene.keepAway(moreRoomM, ends);
      const budget = { left: moreRoomM === 0 ? left : left / 2 };
      left -= budget.left;
      const paths = yield* searchWay(scene, moving, fromRad, goals, purpose, budget);
      left += Math.max(0, budget.left);
      if (paths !== undefined) return paths;
    }
  } finally {
    scene.keepAway(0, []);
  }
  return undefined;
}

function* searchWay(
  scene: PlanningScene,
  moving: MovingArms,
  fromRad: readonly ArrayLike<number>[],
  goals: readonly (readonly ArrayLike<number>[])[],
  purpose: string,
  budget: CheckBudget,
): Planning<TimedPath[] | undefined> {
  const start = joined(fromRad);
  const ends = goals.map(joined);
  const space = spaceOf(scene, moving, [start, ...ends]);
  const random = createRandomStream(1, `sampled way ${purpose}`);
  const found = yield* connectTrees(space, start, ends, random, budget);
  if (found === undefined) return undefined;
  const way = yield* shorten(space, found, random, { left: SHORTENING_CHECKS });
  // With a rest at every corner the straight lines themselves are run: they are known to be free.
  const straight = split(way, 'stops');
  if (way.length === 2) return straight;
  const ways = [straight, ...SMOOTHING_PASSES.map((passes) => split(smoothed(way, passes), 'smooth'))]
    .map((paths) => ({ paths, durationS: durationOf(paths) }))
    .sort((one, other) => one.durationS - other.durationS);
  for (const { paths } of ways) {
    if (paths === straight || (yield* curveIsFree(scene, moving, paths, CURVE_STEP_RAD))) return paths;
  }
  return straight;
}

function durationOf(paths: readonly TimedPath[]): number {
  try {
    return timePaths(paths, COMPARED_AT, COMPARED_EVERY_S).durationS;
  } catch (error) {
    // Too long to be run at all.
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function spaceOf(scene: PlanningScene, moving: MovingArms, ends: readonly Configuration[]): JointSpace {
  const width = moving.arms.length * JOINT_COUNT;
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  const of = (j: number) => ends.map((end) => end[j]);
  return {
    width,
    lowRad: Float64Array.from({ length: width }, (_, j) =>
      Math.min(minRad[j % JOINT_COUNT] + LIMIT_MARGIN_RAD, ...of(j)),
    ),
    highRad: Float64Array.from({ length: width }, (_, j) =>
      Math.max(maxRad[j % JOINT_COUNT] - LIMIT_MARGIN_RAD, ...of(j)),
    ),
    weights: Float64Array.from({ length: width }, (_, j) => JOINT_WEIGHTS[j % JOINT_COUNT]),
    checkStepRad: CHECK_STEP_RAD,
    blockedAt: (joints) =>
      scene.collisionAt(
        posturesOf(
          moving,
          moving.arms.map((_, k) => part(joints, k)),
        ),
      ) !== undefined,
  };
}

/** Evenly spaced points on the way, each drawn to the middle of its neighbours again and again; the ends stay. */
function smoothed(way: readonly Configuration[], passes: number): Configuration[] {
  const width = way[0].length;
  let points: Configuration[] = [way[0]];
  for (let i = 1; i < way.length; i++) {
    const count = Math.max(1, Math.round(distanceRad(width, way[i - 1], way[i]) / POINT_STEP_RAD));
    for (let k = 1; k <= count; k++) points.push(k === count ? way[i] : between(way[i - 1], way[i], k / count));
  }
  for (let pass = 0; pass < passes; pass++) {
    const last = points;
    points = last.map((point, i) =>
      i === 0 || i === last.length - 1
        ? point
        : point.map((angle, j) => angle / 2 + (last[i - 1][j] + last[i + 1][j]) / 4),
    );
  }
  return points;
}

function joined(postures: readonly ArrayLike<number>[]): Configuration {
  return Float64Array.from(postures.flatMap((joints) => Array.from({ length: JOINT_COUNT }, (_, j) => joints[j])));
}

function part(joints: Configuration, arm: number): Configuration {
  return joints.subarray(arm * JOINT_COUNT, (arm + 1) * JOINT_COUNT);
}

function split(way: readonly Configuration[], kind: TimedPath['kind']): TimedPath[] {
  return Array.from({ length: way[0].length / JOINT_COUNT }, (_, arm) => ({
    kind,
    points: Float64Array.from(way.flatMap((joints) => [...part(joints, arm)])),
  }));
}
