// Owns the plans of the simulated arm from their making until they run or are voided: checks the request, times it, and
// keeps its own copy of the samples. Must never move anything.

import { type TimingLimits, type Trajectory, timePaths } from '../../sim/control/trajectory.ts';
import { STEP_S } from '../../sim/engine/physics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { type ArmSide, type JointPath, type Plan, type PlanRequest, RobotError } from '../robot.ts';
import { timingLimits } from './motion-shares.ts';
import { invalid } from './refusal.ts';

/** Plans kept for execution; the oldest is forgotten first. */
const MAX_OPEN_PLANS = 64;

export class PlanShelf {
  readonly #sides: readonly ArmSide[];
  /** Plans not yet run, each with a copy of its samples: the copy is what runs, and what shows a change. */
  readonly #plans = new Map<Plan, readonly Float64Array[]>();
  #count = 0;

  constructor(sides: readonly ArmSide[]) {
    this.#sides = sides;
  }

  /** @throws RobotError INVALID_PLAN */
  make({ paths, speedScale, toolSpeedMPerS }: PlanRequest): Plan {
    if (paths.length === 0) throw invalid('a plan needs a path for at least one arm');
    paths.forEach((path, index) => {
      if (!this.#sides.includes(path.arm)) throw invalid(`this robot has no ${path.arm} arm`);
      if (paths.findIndex(({ arm }) => arm === path.arm) < index) throw invalid(`the ${path.arm} arm has two paths`);
      assertInReach(path);
    });
    if (!(speedScale > 0 && speedScale <= 1)) throw invalid(`speedScale ${speedScale} is outside (0, 1]`);
    if (!(toolSpeedMPerS > 0)) throw invalid(`the fingertip speed ${toolSpeedMPerS} m/s is not positive`);
    const trajectory = timed(paths, timingLimits(speedScale, toolSpeedMPerS));
    this.#count += 1;
    const plan: Plan = {
      id: `plan-${this.#count}`,
      periodS: trajectory.periodS,
      sampleCount: trajectory.sampleCount,
      durationS: trajectory.durationS,
      arms: paths.map(({ arm }, index) => ({ arm, jointPositionsRad: trajectory.samples[index] })),
    };
    this.#plans.set(
      plan,
      trajectory.samples.map((samples) => samples.slice()),
    );
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MAX_OPEN_PLANS) this.#plans.delete(oldest);
    return plan;
  }

  /**
   * Takes a plan off the shelf: it runs at most once.
   * @returns per arm the samples to run, count x 7, radians
   * @throws RobotError UNKNOWN_PLAN for a plan that is not on the shelf or was changed since
   */
  take(plan: Plan): readonly Float64Array[] {
    const samples = this.#plans.get(plan);
    this.#plans.delete(plan);
    if (samples?.every((copy, k) => sameNumbers(copy, plan.arms[k].jointPositionsRad))) return samples;
    throw new RobotError(
      'UNKNOWN_PLAN',
      `the plan ${plan.id} was not made here, was changed, has run before or was voided by a stop; the arm is still`,
      'plan the motion again',
    );
  }

  /** Voids every plan. */
  clear(): void {
    this.#plans.clear();
  }
}

/** @throws RobotError INVALID_PLAN for points that are not postures of the arm */
function assertInReach({ points }: JointPath): void {
  if (points.length < JOINT_COUNT || points.length % JOINT_COUNT !== 0) {
    throw invalid(`a joint path holds rows of ${JOINT_COUNT} angles, not ${points.length} numbers`);
  }
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  for (let i = 0; i < points.length; i++) {
    const j = i % JOINT_COUNT;
    if (points[i] >= minRad[j] && points[i] <= maxRad[j]) continue;
    throw invalid(`joint ${j + 1} at ${points[i]} rad is outside ${minRad[j]}..${maxRad[j]} rad`);
  }
}

/** @throws RobotError INVALID_PLAN for paths that cannot be timed together, or not in any sensible time */
function timed(paths: readonly JointPath[], limits: TimingLimits): Trajectory {
  try {
    return timePaths(paths, limits, STEP_S);
  } catch (cause) {
    if (cause instanceof RangeError) throw invalid(cause.message);
    throw cause;
  }
}

function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
