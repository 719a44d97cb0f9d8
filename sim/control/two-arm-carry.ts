// Owns the way of two hands that hold one thing: both are led by the thing's motion, so that they keep their places on
// it. Must never let the hands move against each other.

import { JOINT_COUNT } from '../robots/panda/limits.ts';
import { add, angleBetween, compose, distance, invert, lerp, type Pose, scale, slerp } from '../spatial.ts';
import { type ArmStart, OVER_HEIGHTS_M } from './motion-planner.ts';
import { noFreeWay, type Planning, PlanningFailure, spoken } from './planning-failure.ts';
import type { Collision, PlanningScene } from './planning-scene.ts';
import { lineRows, onLine } from './tool-line.ts';
import { type Leg, type PairStage, planLegs, stageOf, worldFromTool } from './two-arm-legs.ts';

/** Goals may disagree with the grip by this much, half of it at either hand: metres and radians. */
const MOST_DISAGREEMENT_M = 0.01;
const MOST_DISAGREEMENT_RAD = 0.09;

/**
 * Straight lines of what is carried: directly, or straight up, across and straight down.
 * @param goals fingertip poses in the world; where they disagree a little with how the hands now hold, each hand bears
 *   half of it
 * @throws PlanningFailure when the goals would pull the hands apart, or every way collides
 */
export function* planCarry(
  scene: PlanningScene,
  starts: readonly [ArmStart, ArmStart],
  goals: readonly [Pose, Pose],
  carried: string,
): Planning<PairStage[]> {
  const hands = [worldFromTool(starts[0], starts[0].fromRad), worldFromTool(starts[1], starts[1].fromRad)] as const;
  const from = between(hands[0], hands[1]);
  const midFromHands = [compose(invert(from), hands[0]), compose(invert(from), hands[1])] as const;
  const to = meanOf(compose(goals[0], invert(midFromHands[0])), compose(goals[1], invert(midFromHands[1])));
  assertTogether(goals, midFromHands, to, carried);

  let blocked: Collision | undefined;
  let outOfReach: PlanningFailure | undefined;
  for (const heightM of [0, ...OVER_HEIGHTS_M]) {
    const places = heightM === 0 ? [to] : overAt(from, to, heightM);
    const stages: PairStage[] = [];
    let at = from;
    let joints: readonly ArrayLike<number>[] = [starts[0].fromRad, starts[1].fromRad];
    for (const place of places) {
      const here = at;
      const leg = (k: 0 | 1): Leg => ({
        kind: 'tool',
        start: starts[k],
        fromRad: joints[k],
        poseAt: (share) => compose(onLine(here, place, share), midFromHands[k]),
        rows: Math.max(
          lineRows(compose(here, midFromHands[0]), compose(place, midFromHands[0])),
          lineRows(compose(here, midFromHands[1]), compose(place, midFromHands[1])),
        ),
      });
      const lines = yield* planLegs(scene, [leg(0), leg(1)]);
      if (lines.failure !== undefined) {
        blocked ??= lines.collision;
        if (lines.collision === undefined) outOfReach ??= lines.failure;
        break;
      }
      stages.push(stageOf(starts, lines.answer));
      joints = lines.answer.map(({ points }) => points.subarray(-JOINT_COUNT));
      at = place;
    }
    if (stages.length === places.length) return stages;
  }
  if (blocked === undefined && outOfReach !== undefined) throw outOfReach;
  throw noFreeWay(`${spoken(to)} for both hands with ${carried} between them`, blocked);
}

function overAt(from: Pose, to: Pose, heightM: number): Pose[] {
  const top = Math.max(from.position[2], to.position[2]) + heightM;
  const raised = (pose: Pose): Pose => ({ ...pose, position: [pose.position[0], pose.position[1], top] });
  return [raised(from), raised(to), to];
}

/** The frame in the middle of both hands, turned as the first. */
function between(one: Pose, other: Pose): Pose {
  return { position: lerp(one.position, other.position, 0.5), quatWxyz: one.quatWxyz };
}

function meanOf(one: Pose, other: Pose): Pose {
  return {
    position: scale(add(one.position, other.position), 0.5),
    quatWxyz: slerp(one.quatWxyz, other.quatWxyz, 0.5),
  };
}

function assertTogether(
  goals: readonly [Pose, Pose],
  midFromHands: readonly [Pose, Pose],
  to: Pose,
  carried: string,
): void {
  const ends = midFromHands.map((midFromHand) => compose(to, midFromHand));
  const missM = ends.reduce((sum, end, k) => sum + distance(end.position, goals[k].position), 0);
  const missRad = ends.reduce((sum, end, k) => sum + angleBetween(end.quatWxyz, goals[k].quatWxyz), 0);
  if (missM <= MOST_DISAGREEMENT_M && missRad <= MOST_DISAGREEMENT_RAD) return;
  throw new PlanningFailure(
    'UNREACHABLE',
    `both hands hold ${carried}, and these goals would move them ${(missM * 1000).toFixed(0)} mm and ${((missRad * 180) / Math.PI).toFixed(0)} degrees against each other. Nothing has moved.`,
    'move both hands by the same amount: add one and the same offset to the poses at which they hold it, or open one hand first',
  );
}
