// Owns what a servo command must be before the simulated arm looks at it, and its numbers in ticks and steps. Must never
// correct a command.

import type { LeasedTarget } from '../../sim/control/reference-motion.ts';
import { STEP_S } from '../../sim/engine/physics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { STEPS_PER_TICK, TICK_S } from '../../sim/tasks/task-world.ts';
import { SERVO_LIMITS_S, type ServoCommand } from '../robot.ts';
import { timingLimits } from './motion-shares.ts';
import { invalid } from './refusal.ts';

/** Shortest time to a target, seconds: a target that moves is followed without a jolt at every period. */
const LEAST_S = 0.12;
/** The same in periods: the arm is in full swing when the next target comes, however rarely one comes. */
const LEAST_PERIODS = 2.5;

export interface ServoRequest {
  readonly target: LeasedTarget;
  /** Ticks of the world until the call returns. */
  readonly ticks: number;
}

/** @throws RobotError INVALID_PLAN for a command that makes no sense or that the arm cannot do */
export function servoRequest(command: ServoCommand): ServoRequest {
  const { jointsRad, speedScale, toolSpeedMPerS, periodS, leaseS } = command;
  if (jointsRad.length !== JOINT_COUNT) {
    throw invalid(`a target has ${JOINT_COUNT} joint angles, not ${jointsRad.length}`);
  }
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  for (let j = 0; j < JOINT_COUNT; j++) {
    if (jointsRad[j] >= minRad[j] && jointsRad[j] <= maxRad[j]) continue;
    throw invalid(`joint ${j + 1} at ${jointsRad[j]} rad is outside ${minRad[j]}..${maxRad[j]} rad`);
  }
  if (!(speedScale > 0 && speedScale <= 1)) throw invalid(`speedScale ${speedScale} is outside (0, 1]`);
  if (!(toolSpeedMPerS > 0)) throw invalid(`the fingertip speed ${toolSpeedMPerS} m/s is not positive`);
  const { leastPeriod, mostPeriod, mostLease } = SERVO_LIMITS_S;
  if (!(periodS >= leastPeriod && periodS <= mostPeriod)) {
    throw invalid(`a period of ${periodS} s is outside ${leastPeriod}..${mostPeriod} s`);
  }
  if (!(leaseS >= periodS && leaseS <= mostLease)) {
    throw invalid(`a lease of ${leaseS} s is outside ${periodS}..${mostLease} s, from one period on`);
  }
  const ticks = Math.max(1, Math.round(periodS / TICK_S));
  return {
    ticks,
    target: {
      targetRad: Float64Array.from(jointsRad),
      limits: timingLimits(speedScale, toolSpeedMPerS),
      leastS: Math.max(LEAST_S, LEAST_PERIODS * periodS),
      leaseSteps: Math.max(Math.round(leaseS / STEP_S), ticks * STEPS_PER_TICK),
    },
  };
}
