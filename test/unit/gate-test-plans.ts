// Owns plans with one joint in motion by a known law, for the gate's example tests of its checks. Must never ask a driver
// for a plan: what is checked here is known from the law.

import { type Envelope, PANDA_SIMULATED_ENVELOPE } from '../../drivers/gate/envelope.ts';
import { checkPlan, type PlanCheck } from '../../drivers/gate/plan-check.ts';
import { GateRefusal } from '../../drivers/gate/refusal.ts';
import type { Plan } from '../../drivers/robot.ts';
import { READY_POSE_RAD } from '../../sim/robots/panda/kinematics.ts';
import { type JointLimits, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';

export const PERIOD_S = 0.002;

/** Room enough that only the limit under test can refuse a plan. */
export const WIDE: Envelope = {
  ...PANDA_SIMULATED_ENVELOPE,
  workspace: [{ name: 'room', min: [-2, -2, -2], max: [2, 2, 2] }],
};

/** Radians at a time in seconds. */
export type Law = (timeS: number) => number;

/** A plan in which one joint follows a law (radians from the ready pose) and the others stand still. */
export function planOf(joint: number, law: Law, durationS: number, periodS = PERIOD_S): Plan {
  const sampleCount = Math.round(durationS / periodS) + 1;
  const rows = Array.from({ length: sampleCount }, (_, k) =>
    READY_POSE_RAD.map((rad, j) => (j === joint ? rad + law(k * periodS) : rad)),
  );
  const arms = [{ arm: 'left', jointPositionsRad: Float64Array.from(rows.flat()) }] as const;
  return { id: 'test', periodS, sampleCount, durationS: (sampleCount - 1) * periodS, arms };
}

/** Rest to rest over `turnRad` in `durationS`; peak speed 1.875 d/T, peak acceleration 5.7735 d/T^2, jerk 60 d/T^3. */
export function quintic(turnRad: number, durationS: number): Law {
  return (timeS) => {
    const u = Math.min(1, timeS / durationS);
    return turnRad * u * u * u * (10 + u * (6 * u - 15));
  };
}

/** Checks a plan of the left arm against the wide envelope, with these changes. */
export function check(
  plan: Plan,
  envelope: Partial<Envelope> = {},
  speedScale = 1,
  measured: readonly number[] = READY_POSE_RAD,
  jointLimits: JointLimits = PANDA_JOINT_LIMITS,
): PlanCheck {
  const rules = { envelope: { ...WIDE, ...envelope }, jointLimits, speedScale };
  return checkPlan(plan, [measured], rules);
}

/** The refusal that a check ends with; fails the test when there is none. */
export function refusal(act: () => unknown): GateRefusal {
  try {
    act();
  } catch (error) {
    if (error instanceof GateRefusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
