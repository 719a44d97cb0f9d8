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
import type { TimedPath } from './trajectory.ts';

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
/** How far before and after a corner its round begins and ends, radians: the widest that is free is taken. */
const ROUND_RAD = [0.5, 0.25, 0.12, 0.06];
/** Points on a straight stretch between corners, radians apart: they hold the curve straight. */
const STRAIGHT_STEP_RAD = 0.15;
/** Points on a round corner. */
const ROUND_POINTS = 5;
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
  for (const roundRad of way.length > 2 ? ROUND_RAD : []) {
    const paths = split(rounded(way, roundRad), 'smooth');
    if (yield* curveIsFree(scene, moving, paths, CURVE_STEP_RAD)) return paths;
  }
  // With a rest at every corner the straight lines themselves are run.
  return split(way, 'stops');
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

/** The way with its corners rounded, as points for a smooth curve. */
function rounded(way: readonly Configuration[], roundRad: number): Configuration[] {
  const width = way[0].length;
  const points: Configuration[] = [way[0]];
  const straightTo = (to: Configuration) => {
    const from = points[points.length - 1];
    const count = Math.max(2, Math.ceil(distanceRad(width, from, to) / STRAIGHT_STEP_RAD));
    for (let k = 1; k <= count; k++) points.push(k === count ? to : between(from, to, k / count));
  };
  for (let i = 1; i < way.length - 1; i++) {
    const [before, corner, after] = [way[i - 1], way[i], way[i + 1]];
    const [come, go] = [distanceRad(width, before, corner), distanceRad(width, corner, after)];
    const reach = Math.min(roundRad, come / 2, go / 2);
    const entry = between(corner, before, reach / come);
    const exit = between(corner, after, reach / go);
    straightTo(entry);
    for (let k = 1; k < ROUND_POINTS; k++) {
      const t = k / (ROUND_POINTS - 1);
      // A quadratic Bezier curve with the corner as its middle point.
      points.push(between(between(entry, corner, t), between(corner, exit, t), t));
    }
  }
  straightTo(way[way.length - 1]);
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
