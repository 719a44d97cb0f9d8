// Owns the way of two arms that move at once: synchronised lines, up and over, or one after the other, each checked
// for both at every moment. Must never command motion, and never let hands that hold one thing move against each other.

import type { Pose } from '../spatial.ts';
import { largestChange } from './inverse-kinematics.ts';
import { jointLine, lastPoint, reversed } from './joint-path.ts';
import {
  type ArmStart,
  beforeGoal,
  OVER_HEIGHTS_M,
  planPlainJointMove,
  planPlainToolMove,
  reach,
} from './motion-planner.ts';
import { firstCollision, posturesOf } from './path-check.ts';
import { type Found, found, goalTaken, noFreeWay, type Planning, PlanningFailure, spoken } from './planning-failure.ts';
import type { PlanningScene } from './planning-scene.ts';
import type { TimedPath } from './trajectory.ts';
import { planCarry } from './two-arm-carry.ts';
import { type Leg, lineLeg, movingOf, type PairStage, planLegs, stageOf, worldFromTool } from './two-arm-legs.ts';

/** Where one of the arms shall end: a fingertip pose in the world, or joints. */
export type ArmGoal =
  | { readonly kind: 'tool'; readonly worldFromTool: Pose; readonly approachM: number }
  | { readonly kind: 'joints'; readonly jointsRad: ArrayLike<number> };

export interface PairMove {
  readonly starts: readonly [ArmStart, ArmStart];
  readonly goals: readonly [ArmGoal, ArmGoal];
  /** The one thing that both hands hold, if they do. */
  readonly carried?: string;
}

type Postures = readonly [ArrayLike<number>, ArrayLike<number>];

/**
 * Stages that lead both arms to their goals, one after the other.
 * @throws PlanningFailure when a goal cannot be reached or every way collides
 */
export function* planPlainTwoArms(scene: PlanningScene, move: PairMove): Planning<PairStage[]> {
  const { starts, goals, carried } = move;
  if (carried !== undefined) {
    return yield* planCarry(scene, starts, [goalPose(starts[0], goals[0]), goalPose(starts[1], goals[1])], carried);
  }
  const ends = [yield* endPosture(scene, starts[0], goals[0]), yield* endPosture(scene, starts[1], goals[1])] as const;
  const collision = scene.collisionAt(posturesOf(movingOf(starts), ends));
  if (collision !== undefined) throw goalTaken(collision);

  const befores = [
    yield* postureBefore(scene, starts[0], goals[0], ends[0]),
    yield* postureBefore(scene, starts[1], goals[1], ends[1]),
  ] as const;
  const last = yield* planApproach(scene, move, befores, ends);
  if (last.failure !== undefined) throw last.failure;
  const way = yield* planFreeWay(scene, move, befores);
  if (way.ends.every((end, k) => largestChange(end, befores[k]) < 1e-6)) return [...way.stages, ...last.answer];
  // The way may end in other postures of the same tool poses: the last stretch starts from there.
  const again = yield* planApproach(scene, move, way.ends, ends);
  if (again.failure !== undefined) throw again.failure;
  return [...way.stages, ...again.answer];
}

interface FreeWay {
  readonly stages: readonly PairStage[];
  readonly ends: Postures;
}

/** From the start to where the last stretch begins: both at once, or one after the other. */
function* planFreeWay(scene: PlanningScene, move: PairMove, befores: Postures): Planning<FreeWay> {
  const { starts, goals } = move;
  const legTo = (k: 0 | 1): Leg => {
    const { fromRad } = starts[k];
    return goals[k].kind === 'joints'
      ? { kind: 'joints', start: starts[k], fromRad, toRad: befores[k] }
      : lineLeg(starts[k], fromRad, worldFromTool(starts[k], befores[k]));
  };
  const lines = yield* planLegs(scene, [legTo(0), legTo(1)]);
  if (lines.failure === undefined) return wayOf(starts, [lines.answer]);

  const direct = [jointLine(starts[0].fromRad, befores[0]), jointLine(starts[1].fromRad, befores[1])] as const;
  const blocked = yield* firstCollision(
    scene,
    movingOf(starts),
    direct.map(({ points }) => points),
  );
  if (blocked === undefined) return wayOf(starts, [direct]);

  const over = yield* planOver(scene, starts, befores);
  if (over !== undefined) return over;
  for (const first of [0, 1] as const) {
    const inTurn = yield* planInTurn(scene, move, befores, first);
    if (inTurn !== undefined) return inTurn;
  }
  const where = befores.map((joints, k) => spoken(worldFromTool(starts[k as 0 | 1], joints))).join(' and ');
  throw noFreeWay(`${where} for both arms at once`, lines.collision ?? blocked);
}

/** Straight up, across at height, straight down, both in step. */
function* planOver(
  scene: PlanningScene,
  starts: readonly [ArmStart, ArmStart],
  befores: Postures,
): Planning<FreeWay | undefined> {
  const from = starts.map((start) => worldFromTool(start, start.fromRad));
  const to = starts.map((start, k) => worldFromTool(start, befores[k]));
  for (const height of OVER_HEIGHTS_M) {
    const raised = (k: 0 | 1, pose: Pose): Pose => {
      const top = Math.max(from[k].position[2], to[k].position[2]) + height;
      return { ...pose, position: [pose.position[0], pose.position[1], top] };
    };
    const up = yield* planLegs(scene, [
      lineLeg(starts[0], starts[0].fromRad, raised(0, from[0])),
      lineLeg(starts[1], starts[1].fromRad, raised(1, from[1])),
    ]);
    if (up.failure !== undefined) continue;
    const down = yield* planLegs(scene, [
      lineLeg(starts[0], befores[0], raised(0, to[0])),
      lineLeg(starts[1], befores[1], raised(1, to[1])),
    ]);
    if (down.failure !== undefined) continue;
    const across = [
      jointLine(lastPoint(up.answer[0]), lastPoint(down.answer[0])),
      jointLine(lastPoint(up.answer[1]), lastPoint(down.answer[1])),
    ] as const;
    const collision = yield* firstCollision(
      scene,
      movingOf(starts),
      across.map(({ points }) => points),
    );
    if (collision !== undefined) continue;
    return wayOf(starts, [up.answer, across, [reversed(down.answer[0]), reversed(down.answer[1])]]);
  }
  return undefined;
}

/** One arm goes while the other stands, then the other. */
function* planInTurn(
  scene: PlanningScene,
  { starts, goals }: PairMove,
  befores: Postures,
  first: 0 | 1,
): Planning<FreeWay | undefined> {
  const order = first === 0 ? ([0, 1] as const) : ([1, 0] as const);
  const standing = [...starts[0].othersRad];
  const stages: PairStage[] = [];
  const ends: [ArrayLike<number>, ArrayLike<number>] = [...befores];
  for (const k of order) {
    const start: ArmStart = { ...starts[k], othersRad: [...standing] };
    const goal = goals[k];
    const to = { ...start, worldFromTool: worldFromTool(start, befores[k]), approachM: 0 };
    try {
      const paths = yield* goal.kind === 'joints'
        ? planPlainJointMove(scene, to, goal.jointsRad)
        : planPlainToolMove(scene, to);
      stages.push(...paths.map((path) => [{ arm: start.arm, path }]));
      ends[k] = lastPoint(paths[paths.length - 1]);
      standing[start.arm] = ends[k];
    } catch (error) {
      if (error instanceof PlanningFailure) return undefined;
      throw error;
    }
  }
  return { stages, ends };
}

/** The straight last stretches of both arms, in step; none where no goal asks for one. */
export function* planApproach(
  scene: PlanningScene,
  { starts, goals }: PairMove,
  befores: Postures,
  ends: Postures,
): Planning<Found<readonly PairStage[]>> {
  if (!goals.some((goal) => goal.kind === 'tool' && goal.approachM !== 0)) return found([]);
  const leg = (k: 0 | 1): Leg => {
    const goal = goals[k];
    return goal.kind === 'tool' && goal.approachM !== 0
      ? lineLeg(starts[k], befores[k], goal.worldFromTool)
      : { kind: 'joints', start: starts[k], fromRad: befores[k], toRad: goal.kind === 'joints' ? ends[k] : befores[k] };
  };
  const lines = yield* planLegs(scene, [leg(0), leg(1)]);
  return lines.failure === undefined ? found([stageOf(starts, lines.answer)]) : lines;
}

function* endPosture(scene: PlanningScene, start: ArmStart, goal: ArmGoal): Planning<ArrayLike<number>> {
  if (goal.kind === 'joints') return Float64Array.from(goal.jointsRad);
  return (yield* reach(
    scene,
    start,
    start.fromRad,
    goal.worldFromTool,
    `target of the ${scene.arms[start.arm].side} arm`,
  )).jointsRad;
}

function* postureBefore(
  scene: PlanningScene,
  start: ArmStart,
  goal: ArmGoal,
  endRad: ArrayLike<number>,
): Planning<ArrayLike<number>> {
  if (goal.kind === 'joints' || goal.approachM === 0) return endRad;
  const before = beforeGoal(goal.worldFromTool, goal.approachM);
  const what = `approach point of the ${scene.arms[start.arm].side} arm`;
  return (yield* reach(scene, start, endRad, before, what)).jointsRad;
}

/** Fingertip pose of a goal, in the world. */
export function goalPose(start: ArmStart, goal: ArmGoal): Pose {
  return goal.kind === 'tool' ? goal.worldFromTool : worldFromTool(start, goal.jointsRad);
}

function wayOf(
  starts: readonly [ArmStart, ArmStart],
  stretches: readonly (readonly [TimedPath, TimedPath])[],
): FreeWay {
  const [left, right] = stretches[stretches.length - 1];
  return { stages: stretches.map((paths) => stageOf(starts, paths)), ends: [lastPoint(left), lastPoint(right)] };
}
