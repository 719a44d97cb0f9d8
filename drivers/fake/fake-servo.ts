// Owns what a servo command must be before the fake robot takes it, and what it reports. Must never be lenient.

import type { LeasedTarget } from '../../sim/control/reference-motion.ts';
import { STEP_S } from '../../sim/engine/physics.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { angleBetween, distance } from '../../sim/spatial.ts';
import { RobotError, SERVO_LIMITS_S, type ServoCommand, type ServoReason, type ServoReport } from '../robot.ts';
import type { FakeArm } from './fake-arm.ts';

/** Share of the published accelerations and jerks that the fake arm uses at speedScale 1. */
const SHARE = 0.4;
/** Shortest time to a target, in periods: it is in full swing when the next one comes. */
const LEAST_PERIODS = 3;

/** @throws RobotError INVALID_PLAN or LIMIT for a command that makes no sense or that the arm cannot do */
export function fakeServoTarget(command: ServoCommand): LeasedTarget {
  const { jointsRad, speedScale, toolSpeedMPerS, periodS, leaseS } = command;
  const { leastPeriod, mostPeriod, mostLease } = SERVO_LIMITS_S;
  if (jointsRad.length !== JOINT_COUNT || !jointsRad.every(Number.isFinite))
    throw invalid('it has no seven joint angles');
  if (!(speedScale > 0 && speedScale <= 1)) throw invalid(`a speed scale of ${speedScale} is not in (0, 1]`);
  if (!(toolSpeedMPerS > 0)) throw invalid(`a tool speed of ${toolSpeedMPerS} m/s is no speed`);
  if (!(periodS >= leastPeriod && periodS <= mostPeriod)) {
    throw invalid(`its period of ${periodS} s is not in ${leastPeriod} to ${mostPeriod} s`);
  }
  if (!(leaseS >= periodS && leaseS <= mostLease)) {
    throw invalid(`its lease of ${leaseS} s is not in ${periodS} to ${mostLease} s`);
  }
  const { minRad, maxRad } = PANDA_JOINT_LIMITS;
  const beyond = jointsRad.findIndex((rad, joint) => rad < minRad[joint] || rad > maxRad[joint]);
  if (beyond >= 0) {
    const message = `Joint ${beyond + 1} cannot go to ${jointsRad[beyond]} rad. Nothing new was begun.`;
    throw new RobotError('LIMIT', message, 'Choose a target inside the range of the joint.');
  }
  const shares = {
    speedShare: SHARE * speedScale,
    accelerationShare: SHARE * speedScale,
    jerkShare: SHARE * speedScale,
  };
  return {
    targetRad: Float64Array.from(jointsRad),
    limits: { joints: PANDA_JOINT_LIMITS, ...shares, toolSpeedMPerS },
    leastS: LEAST_PERIODS * periodS,
    leaseSteps: Math.round(leaseS / STEP_S),
  };
}

/** What the arm can say of itself at the end of a period; `ended` where more than the arm knows has happened. */
export function fakeServoReport(
  arm: FakeArm,
  jointsRad: readonly number[],
  ended: ServoReason | undefined,
): ServoReport {
  const [goal, here] = [toolPose(jointsRad), toolPose(arm.jointsRad)];
  const positionErrorM = distance(goal.position, here.position);
  const isThere = positionErrorM < 1e-6 && !arm.motion.moving;
  return {
    state: arm.measure(),
    positionErrorM,
    rotationErrorRad: angleBetween(goal.quatWxyz, here.quatWxyz),
    reason: ended ?? (isThere ? 'arrived' : 'tracking'),
  };
}

function invalid(what: string): RobotError {
  const message = `This target cannot be made for: ${what}. Nothing new was begun.`;
  return new RobotError('INVALID_PLAN', message, 'Correct the command.');
}
