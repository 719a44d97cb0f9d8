// Owns the way from here to there: straight tool line, joint line, or up and over, each checked against the planning
// scene before anything moves. Must never command motion: it returns joint paths or says why there is none.

import { createRandomStream } from '../random.ts';
import { toolPose } from '../robots/panda/kinematics.ts';
import { JOINT_COUNT } from '../robots/panda/limits.ts';
import { add, angleBetween, compose, distance, invert, lerp, type Pose, rotate, slerp } from '../spatial.ts';
import { type IkOptions, type IkSolution, largestChange, searchIk, solveIk } from './inverse-kinematics.ts';
import { firstCollision, type MovingArms, posturesOf } from './path-check.ts';
import {
  type Found,
  failed,
  found,
  goalTaken,
  lineBlocked,
  lineLeavesReach,
  noFreeWay,
  outOfReach,
  type Planning,
  spoken,
} from './planning-failure.ts';
import type { Collision, PlanningScene } from './planning-scene.ts';
import type { TimedPath } from './trajectory.ts';

export interface ToolMove {
  /** Index of the arm in the planning scene. */
  readonly arm: number;
  readonly worldFromBase: Pose;
  /** Joints the motion starts from, radians. */
  readonly fromRad: ArrayLike<number>;
  /** Joints of every arm while this one moves, radians. */
  readonly othersRad: readonly ArrayLike<number>[];
  /** Fingertip goal. */
  readonly worldFromTool: Pose;
  /** Distance before the goal, against the tool's z axis, from which the last stretch is a straight line (m). */
  readonly approachM: number;
  readonly ik: IkOptions;
}

/** Way points of a straight line: every so many metres and radians. */
const LINE_STEP_M = 0.01;
const LINE_STEP_RAD = 0.08;
/** A straight line may not make a joint jump: largest change between two way points, radians. */
const LINE_JUMP_RAD = 0.25;
/** Farther from the base than any arm reaches, metres; numbers that are larger still would overflow on the way. */
const FARTHEST_TARGET_M = 10;
/** Heights above the higher end tried for going up and over, metres. */
const OVER_HEIGHTS_M = [0.1, 0.2, 0.3];

/**
 * Joint paths that lead to the goal, one after the other.
 * @throws PlanningFailure when the goal cannot be reached or every way collides
 */
export function* planToolMove(scene: PlanningScene, move: ToolMove): Planning<TimedPath[]> {
  const { worldFromTool, approachM } = move;
  const goal = yield* reach(scene, move, move.fromRad, worldFromTool);
  assertFree(scene, move, goal.jointsRad);
  const before: Pose = {
    position: add(worldFromTool.position, rotate(worldFromTool.quatWxyz, [0, 0, -approachM])),
    quatWxyz: worldFromTool.quatWxyz,
  };
  if (approachM === 0) return yield* planFreeMove(scene, move, move.fromRad, worldFromTool, goal);

  const start = yield* reach(scene, move, goal.jointsRad, before, 'approach point');
  const approach = yield* planLine(scene, move, start.jointsRad, before, worldFromTool);
  if (approach.failure !== undefined) throw approach.failure;
  const way = yield* planFreeMove(scene, move, move.fromRad, before, start);
  // The way may end in another posture of the same tool pose: the last stretch starts from there.
  const end = lastPoint(way[way.length - 1]);
  if (largestChange(end, start.jointsRad) < 1e-6) return [...way, approach.answer];
  const again = yield* planLine(scene, move, end, before, worldFromTool);
  if (again.failure !== undefined) throw again.failure;
  return [...way, again.answer];
}

/** Whether the arm can stand at the goal, clear of everything: the first test of `planToolMove` alone. */
export function* canStandAt(scene: PlanningScene, move: Omit<ToolMove, 'approachM'>): Planning<boolean> {
  const random = createRandomStream(1, 'inverse kinematics');
  yield;
  const solution = searchIk(scene.physics, scene.arms[move.arm], move.worldFromTool, move.fromRad, move.ik, random, 2);
  return solution.feasible && scene.collisionAt(postures(move, solution.jointsRad)) === undefined;
}

/** The best posture for a fingertip pose, and what it would touch. @throws PlanningFailure beyond all reach */
export function* findPosture(
  scene: PlanningScene,
  move: Omit<ToolMove, 'approachM'>,
): Planning<IkSolution & { readonly collision: Collision | undefined }> {
  assertNear(move, move.worldFromTool, 'target');
  const random = createRandomStream(1, 'inverse kinematics');
  yield;
  const solution = searchIk(scene.physics, scene.arms[move.arm], move.worldFromTool, move.fromRad, move.ik, random);
  return { ...solution, collision: scene.collisionAt(postures(move, solution.jointsRad)) };
}

/** A joint line to a posture. @throws PlanningFailure when it collides and going over does not help */
export function* planJointMove(
  scene: PlanningScene,
  move: Omit<ToolMove, 'approachM'>,
  goalRad: ArrayLike<number>,
): Planning<TimedPath[]> {
  const full: ToolMove = { ...move, approachM: 0 };
  assertFree(scene, full, goalRad);
  const direct = jointLine(move.fromRad, goalRad);
  const collision = yield* firstCollision(scene, alone(full), [direct.points]);
  if (collision === undefined) return [direct];
  return yield* planOver(scene, full, move.fromRad, move.worldFromTool, goalRad, collision);
}

function* planFreeMove(
  scene: PlanningScene,
  move: ToolMove,
  fromRad: ArrayLike<number>,
  goal: Pose,
  solution: IkSolution,
): Planning<TimedPath[]> {
  const start = compose(move.worldFromBase, toolPose(fromRad));
  const line = yield* planLine(scene, move, fromRad, start, goal);
  if (line.failure === undefined) return [line.answer];
  const direct = jointLine(fromRad, solution.jointsRad);
  const collision = yield* firstCollision(scene, alone(move), [direct.points]);
  if (collision === undefined) return [direct];
  return yield* planOver(scene, move, fromRad, goal, solution.jointsRad, collision);
}

/** Straight up, across at height, straight down. */
function* planOver(
  scene: PlanningScene,
  move: ToolMove,
  fromRad: ArrayLike<number>,
  goal: Pose,
  goalRad: ArrayLike<number>,
  blocked: Collision | undefined,
): Planning<TimedPath[]> {
  const start = compose(move.worldFromBase, toolPose(fromRad));
  for (const height of OVER_HEIGHTS_M) {
    const top = Math.max(start.position[2], goal.position[2]) + height;
    const aboveStart: Pose = { ...start, position: [start.position[0], start.position[1], top] };
    const aboveGoal: Pose = { ...goal, position: [goal.position[0], goal.position[1], top] };
    const up = yield* planLine(scene, move, fromRad, start, aboveStart);
    if (up.failure !== undefined) continue;
    const down = yield* planLine(scene, move, goalRad, goal, aboveGoal);
    if (down.failure !== undefined) continue;
    const across = jointLine(lastPoint(up.answer), lastPoint(down.answer));
    if ((yield* firstCollision(scene, alone(move), [across.points])) !== undefined) continue;
    return [up.answer, across, reversed(down.answer)];
  }
  throw noFreeWay(spoken(goal), blocked);
}

function* planLine(
  scene: PlanningScene,
  move: ToolMove,
  fromRad: ArrayLike<number>,
  from: Pose,
  to: Pose,
): Planning<Found<TimedPath>> {
  const arm = scene.arms[move.arm];
  const count = Math.max(
    1,
    Math.ceil(distance(from.position, to.position) / LINE_STEP_M),
    Math.ceil(angleBetween(from.quatWxyz, to.quatWxyz) / LINE_STEP_RAD),
  );
  const points = new Float64Array((count + 1) * JOINT_COUNT);
  points.set(Array.from({ length: JOINT_COUNT }, (_, j) => fromRad[j]));
  for (let k = 1; k <= count; k++) {
    const pose: Pose = {
      position: lerp(from.position, to.position, k / count),
      quatWxyz: slerp(from.quatWxyz, to.quatWxyz, k / count),
    };
    const before = points.subarray((k - 1) * JOINT_COUNT, k * JOINT_COUNT);
    yield;
    const solution = solveIk(scene.physics, arm, pose, before, move.ik);
    if (!solution.feasible || largestChange(solution.jointsRad, before) > LINE_JUMP_RAD) {
      return failed(lineLeavesReach(to, pose));
    }
    points.set(solution.jointsRad, k * JOINT_COUNT);
  }
  const path: TimedPath = { kind: 'smooth', points };
  const collision = yield* firstCollision(scene, alone(move), [points]);
  return collision === undefined ? found(path) : failed(lineBlocked(to, collision));
}

function* reach(
  scene: PlanningScene,
  move: ToolMove,
  fromRad: ArrayLike<number>,
  goal: Pose,
  what = 'target',
): Planning<IkSolution> {
  assertNear(move, goal, what);
  const random = createRandomStream(1, 'inverse kinematics');
  yield;
  const solution = searchIk(scene.physics, scene.arms[move.arm], goal, fromRad, move.ik, random);
  if (solution.feasible) return solution;
  const missMm = (solution.positionErrorM * 1000).toFixed(0);
  const missDeg = ((solution.rotationErrorRad * 180) / Math.PI).toFixed(0);
  throw outOfReach(goal, what, `the closest posture misses it by ${missMm} mm and ${missDeg} degrees`);
}

function assertNear({ worldFromBase }: Pick<ToolMove, 'worldFromBase'>, goal: Pose, what: string): void {
  if (distance(goal.position, worldFromBase.position) < FARTHEST_TARGET_M) return;
  throw outOfReach(goal, what, `it is more than ${FARTHEST_TARGET_M} m away`);
}

function assertFree(scene: PlanningScene, move: ToolMove, joints: ArrayLike<number>): void {
  const collision = scene.collisionAt(postures(move, joints));
  if (collision !== undefined) throw goalTaken(collision);
}

function alone({ arm, othersRad }: Pick<ToolMove, 'arm' | 'othersRad'>): MovingArms {
  return { arms: [arm], standingRad: othersRad };
}

function postures(move: Pick<ToolMove, 'arm' | 'othersRad'>, joints: ArrayLike<number>): ArrayLike<number>[] {
  return posturesOf(alone(move), [joints]);
}

function jointLine(fromRad: ArrayLike<number>, toRad: ArrayLike<number>): TimedPath {
  const points = new Float64Array(2 * JOINT_COUNT);
  for (let j = 0; j < JOINT_COUNT; j++) {
    points[j] = fromRad[j];
    points[JOINT_COUNT + j] = toRad[j];
  }
  return { kind: 'stops', points };
}

function lastPoint(path: TimedPath): Float64Array {
  return path.points.subarray(path.points.length - JOINT_COUNT);
}

function reversed(path: TimedPath): TimedPath {
  const rows = path.points.length / JOINT_COUNT;
  const points = new Float64Array(path.points.length);
  for (let row = 0; row < rows; row++) {
    points.set(path.points.subarray(row * JOINT_COUNT, (row + 1) * JOINT_COUNT), (rows - 1 - row) * JOINT_COUNT);
  }
  return { kind: path.kind, points };
}

/** Pose of a prop seen from the tool that holds it. */
export function toolFromProp(worldFromTool: Pose, worldFromProp: Pose): Pose {
  return compose(invert(worldFromTool), worldFromProp);
}
