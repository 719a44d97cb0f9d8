// Owns how much of the published limits the simulated arm uses at speedScale 1: brisk for a simulated arm, gentle on what
// it holds.

import type { TimingLimits } from '../../sim/control/trajectory.ts';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';

const SPEED_SHARE = 0.8;
const ACCELERATION_SHARE = 0.4;
const JERK_SHARE = 0.1;

/** @param speedScale share of them that is asked for, in (0, 1] */
export function timingLimits(speedScale: number, toolSpeedMPerS: number): TimingLimits {
  return {
    joints: PANDA_JOINT_LIMITS,
    speedShare: SPEED_SHARE * speedScale,
    accelerationShare: ACCELERATION_SHARE * speedScale,
    jerkShare: JERK_SHARE * speedScale,
    toolSpeedMPerS,
  };
}
