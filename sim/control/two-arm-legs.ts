// Owns a stretch of two arms that move in step: what each does in it, and the paths of both, checked together. Must never
// choose where to go.
//
// Stages are run as `timePaths` runs them: both arms pass row k of their smooth paths at the same moment, at whatever
// speed.

import { toolPose } from '../robots/panda/kinematics.ts';
import { compose, type Pose } from '../spatial.ts';
import { jointRows } from './joint-path.ts';
import type { ArmStart } from './motion-planner.ts';
import { firstCollision, type MovingArms } from './path-check.ts';
import { type Found, failed, found, lineBlocked, type Planning } from './planning-failure.ts';
import type { Collision, PlanningScene } from './planning-scene.ts';
import { followPoses, lineRows, onLine } from './tool-line.ts';
import type { TimedPath } from './trajectory.ts';

/** One stretch: a path of one arm, or one per arm to be run in step. */
export type PairStage = readonly { readonly arm: number; readonly path: TimedPath }[];

/** What one arm does in a stretch. */
export type Leg =
  | {
      readonly kind: 'tool';
      readonly start: ArmStart;
      readonly fromRad: ArrayLike<number>;
      /** Fingertip pose at a share of the stretch. */
      readonly poseAt: (share: number) => Pose;
      readonly rows: number;
    }
  | {
      readonly kind: 'joints';
      readonly start: ArmStart;
      readonly fromRad: ArrayLike<number>;
      readonly toRad: ArrayLike<number>;
    };

/**
 * Both legs in step, as smooth paths with as many rows.
 * @returns the collision or the reach that forbids it as the failure
 */
export function* planLegs(
  scene: PlanningScene,
  legs: readonly [Leg, Leg],
): Planning<Found<readonly [TimedPath, TimedPath]> & { readonly collision?: Collision }> {
  const count = Math.max(...legs.map((leg) => (leg.kind === 'tool' ? leg.rows : 1)));
  const points: Float64Array[] = [];
  for (const leg of legs) {
    if (leg.kind === 'joints') {
      points.push(jointRows(leg.fromRad, leg.toRad, count));
      continue;
    }
    const line = yield* followPoses(scene, leg.start.arm, leg.fromRad, leg.poseAt, count, leg.start.ik);
    if (line.failure !== undefined) return line;
    points.push(line.answer);
  }
  const collision = yield* firstCollision(scene, movingOf([legs[0].start, legs[1].start]), points);
  if (collision === undefined) {
    return found([
      { kind: 'smooth', points: points[0] },
      { kind: 'smooth', points: points[1] },
    ] as const);
  }
  const tool = legs.find((leg) => leg.kind === 'tool') ?? legs[0];
  const to = tool.kind === 'tool' ? tool.poseAt(1) : worldFromTool(tool.start, tool.toRad);
  return { ...failed(lineBlocked(to, collision)), collision };
}

export function stageOf(starts: readonly [ArmStart, ArmStart], paths: readonly [TimedPath, TimedPath]): PairStage {
  return [
    { arm: starts[0].arm, path: paths[0] },
    { arm: starts[1].arm, path: paths[1] },
  ];
}

export function movingOf(starts: readonly [ArmStart, ArmStart]): MovingArms {
  return { arms: starts.map(({ arm }) => arm), standingRad: starts[0].othersRad };
}

export function worldFromTool({ worldFromBase }: ArmStart, jointsRad: ArrayLike<number>): Pose {
  return compose(worldFromBase, toolPose(jointsRad));
}

/** A straight line of the fingertip as a leg. */
export function lineLeg(start: ArmStart, fromRad: ArrayLike<number>, to: Pose): Leg {
  const from = worldFromTool(start, fromRad);
  return { kind: 'tool', start, fromRad, poseAt: (share) => onLine(from, to, share), rows: lineRows(from, to) };
}
