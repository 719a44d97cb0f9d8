// Owns the whole search for two arms at once: the plain ways first, and where none of them is free, other postures of
// the goals and ways found by sampling in the joints of both. Must never sample while both hands hold one thing: such
// ways would tear at it.

import { largestChange } from './inverse-kinematics.ts';
import { lastPoint } from './joint-path.ts';
import { type ArmStart, reach } from './motion-planner.ts';
import { posturesOf } from './path-check.ts';
import { type Planning, PlanningFailure, spoken } from './planning-failure.ts';
import type { PlanningScene } from './planning-scene.ts';
import { type Landing, landingsOf } from './sampled-move.ts';
import { sampleWay } from './sampled-way.ts';
import { movingOf, type PairStage, stageOf } from './two-arm-legs.ts';
import { type ArmGoal, goalPose, type PairMove, planApproach, planPlainTwoArms } from './two-arm-planner.ts';

/** Pairs of postures that a sampled way may end in. */
const PAIRS = 4;
/** Pairs that are looked at for that. */
const PAIR_ATTEMPTS = 9;

interface PairLanding {
  readonly befores: readonly [ArrayLike<number>, ArrayLike<number>];
  readonly last: readonly PairStage[];
}

/**
 * Stages that lead both arms to their goals, one after the other.
 * @throws PlanningFailure when a goal cannot be reached or no way was found that is free
 */
export function* planTwoArms(scene: PlanningScene, move: PairMove): Planning<PairStage[]> {
  try {
    return yield* planPlainTwoArms(scene, move);
  } catch (failure) {
    if (!(failure instanceof PlanningFailure) || move.carried !== undefined) throw failure;
    const { starts, goals } = move;
    const landings = yield* pairLandings(scene, move);
    if (landings.length === 0) throw failure;
    const way = yield* sampleWay(
      scene,
      movingOf(starts),
      starts.map(({ fromRad }) => fromRad),
      landings.map(({ befores }) => befores),
      `of two arms to ${goals.map((goal, k) => spoken(goalPose(starts[k], goal))).join(' and ')}`,
    );
    if (way === undefined) throw failure;
    const ends = way.map(lastPoint);
    const landing = landings.find(({ befores }) => befores.every((joints, k) => largestChange(ends[k], joints) < 1e-9));
    return [stageOf(starts, [way[0], way[1]]), ...(landing as PairLanding).last];
  }
}

/** Pairs of free postures for both goals, the natural ones first, each with the last stretch that follows. */
function* pairLandings(scene: PlanningScene, move: PairMove): Planning<PairLanding[]> {
  const { starts, goals } = move;
  const ends = [yield* naturalEnd(scene, starts[0], goals[0]), yield* naturalEnd(scene, starts[1], goals[1])];
  if (ends[0] === undefined || ends[1] === undefined) return [];
  const choices: Landing[][] = [];
  for (const k of [0, 1] as const) {
    const goal = goals[k];
    const other = starts[1 - k].arm;
    // Each goal is looked at with the other arm where it will be in the end.
    const othersRad = starts[k].othersRad.map((joints, arm) => (arm === other ? (ends[1 - k] ?? joints) : joints));
    choices.push(
      goal.kind === 'joints'
        ? [{ jointsRad: goal.jointsRad, last: [] }]
        : yield* landingsOf(scene, { ...starts[k], othersRad }, goal.worldFromTool, goal.approachM),
    );
  }
  const pairs = choices[0]
    .flatMap((left, i) => choices[1].map((right, j) => ({ left, right, rank: i + j })))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, PAIR_ATTEMPTS);
  const landings: PairLanding[] = [];
  for (const { left, right } of pairs) {
    if (landings.length === PAIRS) break;
    const befores = [left.jointsRad, right.jointsRad] as const;
    yield;
    if (scene.collisionAt(posturesOf(movingOf(starts), befores)) !== undefined) continue;
    const last = yield* planApproach(scene, move, befores, befores);
    if (last.failure === undefined) landings.push({ befores, last: last.answer });
  }
  return landings;
}

function* naturalEnd(scene: PlanningScene, start: ArmStart, goal: ArmGoal): Planning<ArrayLike<number> | undefined> {
  if (goal.kind === 'joints') return goal.jointsRad;
  try {
    return (yield* reach(scene, start, start.fromRad, goal.worldFromTool)).jointsRad;
  } catch (error) {
    if (error instanceof PlanningFailure) return undefined;
    throw error;
  }
}
