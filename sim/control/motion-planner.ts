// Owns the way from here to there: straight tool line, joint line, or up and over, each checked against the planning
// scene before anything moves. Must never command motion: it returns joint paths or says why there is none.

import { createRandomStream } from '../random.ts';
import { toolPose } from '../robots/panda/kinematics.ts';
import { add, angleBetween, compose, distance, invert, type Pose, rotate } from '../spatial.ts';
import { type IkOptions, type IkSolution, largestChange, searchIk } from './inverse-kinematics.ts';
import { jointLine, lastPoint, reversed } from './joint-path.ts';
import { firstCollision, type MovingArms, posturesOf } from './path-check.ts';
import {
  type Found,
  failed,
  found,
  goalTaken,
  lineBlocked,
  noFreeWay,
  outOfReach,
  type Planning,
  spoken,
} from './planning-failure.ts';
import type { Collision, PlanningScene } from './planning-scene.ts';
import { followPoses, lineRows, onLine } from './tool-line.ts';
import type { TimedPath } from './trajectory.ts';

/** An arm before it moves. */
export interface ArmStart {
  /** Index of the arm in the planning scene. */
  readonly arm: number;
  readonly worldFromBase: Pose;
  /** Joints the motion starts from, radians. */
  readonly fromRad: ArrayLike<number>;
  /** Joints of every arm while this one moves, radians. */
  readonly othersRad: readonly ArrayLike<number>[];
  readonly ik: IkOptions;
}

export interface ToolMove extends ArmStart {
  /** Fingertip goal. */
  readonly worldFromTool: Pose;
  /** Distance before the goal, against the tool's z axis, from which the last stretch is a straight line (m). */
  readonly approachM: number;
}

/** Farther from the base than any arm reaches, metres; numbers that are larger still would overflow on the way. */
const FARTHEST_TARGET_M = 10;
/**
 * A way that turns the hand by more than this is no stroke to be drawn with it: on a straight line it would pass close to
 * postures in which the wrist must spin, so the joints go their own, far quicker way (rad).
 */
const STROKE_TURN_RAD = 0.9;
/** Heights above the higher end tried for going up and over, metres. */
export const OVER_HEIGHTS_M = [0.1, 0.2, 0.3];

/**
 * Joint paths that lead to the goal, one after the other.
 * @throws PlanningFailure when the goal cannot be reached or every way collides
 */
export function* planPlainToolMove(scene: PlanningScene, move: ToolMove): Planning<TimedPath[]> {
  const { worldFromTool, approachM } = move;
  const goal = yield* reach(scene, move, move.fromRad, worldFromTool);
  assertFree(scene, move, goal.jointsRad);
  const before = beforeGoal(worldFromTool, approachM);
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

/** Where the last stretch to a goal begins: against the tool's z axis. */
export function beforeGoal({ position, quatWxyz }: Pose, approachM: number): Pose {
  return { position: add(position, rotate(quatWxyz, [0, 0, -approachM])), quatWxyz };
}

/** Whether the arm can stand at the goal, clear of everything: the first test of `planPlainToolMove` alone. */
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
export function* planPlainJointMove(
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
  const direct = jointLine(fromRad, solution.jointsRad);
  const turns = angleBetween(start.quatWxyz, goal.quatWxyz) > STROKE_TURN_RAD;
  if (turns && (yield* firstCollision(scene, alone(move), [direct.points])) === undefined) return [direct];
  const line = yield* planLine(scene, move, fromRad, start, goal);
  if (line.failure === undefined) return [line.answer];
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
  const line = yield* followPoses(
    scene,
    move.arm,
    fromRad,
    (share) => onLine(from, to, share),
    lineRows(from, to),
    move.ik,
  );
  if (line.failure !== undefined) return line;
  const path: TimedPath = { kind: 'smooth', points: line.answer };
  const collision = yield* firstCollision(scene, alone(move), [path.points]);
  return collision === undefined ? found(path) : failed(lineBlocked(to, collision));
}

/** A posture for a fingertip pose, the one natural to come to from `fromRad`. @throws PlanningFailure UNREACHABLE */
export function* reach(
  scene: PlanningScene,
  move: ArmStart,
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

/** Pose of a prop seen from the tool that holds it. */
export function toolFromProp(worldFromTool: Pose, worldFromProp: Pose): Pose {
  return compose(invert(worldFromTool), worldFromProp);
}
