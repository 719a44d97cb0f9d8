// Owns the check of a planned motion against the envelope: that it is a plan at all, begins where the arm is measured,
// rests at both ends, and keeps every limit at every sample. The only thing it takes from the driver are the samples that
// will be run. Must never change a plan, wait, or read anything but its arguments.

import { JOINT_COUNT, type JointLimits } from '../../sim/robots/panda/limits.ts';
import type { Vec3 } from '../../sim/spatial.ts';
import type { ArmTrajectory, Plan } from '../robot.ts';
import type { SoftExcess } from './envelope.ts';
import { checkJoints, type JointRules } from './joint-check.ts';
import { createLimitLedger } from './limit-ledger.ts';
import { GateRefusal, inWords, NOTHING_SENT } from './refusal.ts';
import { checkRoom, type GrowingBox } from './room-check.ts';

/** Furthest that a plan's first row may lie from the measured joints, radians (the bridge has the same figure). */
export const START_TOLERANCE_RAD = 0.02;

/** Longest period between two samples, seconds: at the published 1.7 m/s the tool is then seen every 17 mm. */
export const MAX_PERIOD_S = 0.01;

/** What the gate itself found on the samples. */
export interface PlanFigures {
  readonly durationS: number;
  readonly topToolSpeedMPerS: number;
  /** Largest share of a published joint speed, 0 to 1. */
  readonly topJointSpeedShare: number;
  /** Box around the paths of the tool points, base frame of arm 0, metres. */
  readonly toolBox: { readonly min: Vec3; readonly max: Vec3 };
}

export interface PlanCheck {
  readonly figures: PlanFigures;
  /** The worst excess of each soft limit; every hard limit is kept. The approval says whether they may pass. */
  readonly softExcesses: readonly SoftExcess[];
}

/**
 * Checks every sample of a plan. A value exactly at a limit passes.
 * @param measuredRad measured joints of each arm, in the order of the envelope's arms
 * @throws GateRefusal BAD_PLAN, or the code of the first hard limit that an arm passes
 */
export function checkPlan(plan: Plan, measuredRad: readonly (readonly number[])[], rules: JointRules): PlanCheck {
  const { periodS, sampleCount } = plan;
  assertShape(plan);
  const ledger = createLimitLedger();
  const toolBox: GrowingBox = { min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] };
  const moved = new Set<string>();
  let topToolSpeedMPerS = 0;
  let topJointSpeedShare = 0;
  for (const trajectory of plan.arms) {
    const index = rules.envelope.arms.findIndex((placement) => placement.arm === trajectory.arm);
    if (index < 0 || moved.has(trajectory.arm)) {
      throw badPlan(`it moves the ${trajectory.arm} arm, which this robot lacks or which it moves twice`);
    }
    moved.add(trajectory.arm);
    assertSamples(trajectory, plan);
    assertStart(trajectory, measuredRad[index]);
    assertRest(trajectory, plan, rules.jointLimits);
    topJointSpeedShare = Math.max(topJointSpeedShare, checkJoints(trajectory, periodS, rules, ledger));
    const toolSpeed = checkRoom(trajectory, periodS, rules.envelope.arms[index], rules.envelope, ledger, toolBox);
    topToolSpeedMPerS = Math.max(topToolSpeedMPerS, toolSpeed);
  }
  return {
    figures: { durationS: (sampleCount - 1) * periodS, topToolSpeedMPerS, topJointSpeedShare, toolBox },
    softExcesses: ledger.softExcesses(),
  };
}

function assertShape({ periodS, sampleCount, durationS, arms }: Plan): void {
  if (!(periodS > 0 && periodS <= MAX_PERIOD_S)) {
    throw badPlan(`its samples are ${inWords(periodS)} s apart; the gate checks periods up to ${MAX_PERIOD_S} s`);
  }
  if (!(Number.isSafeInteger(sampleCount) && sampleCount > 0)) throw badPlan(`it has ${sampleCount} samples`);
  const sampledS = (sampleCount - 1) * periodS;
  if (!(Math.abs(durationS - sampledS) <= 1.001 * periodS)) {
    throw badPlan(`it claims to take ${inWords(durationS)} s, but its samples take ${inWords(sampledS)} s`);
  }
  if (arms.length === 0) throw badPlan('it moves no arm');
}

function assertSamples({ arm, jointPositionsRad: rad }: ArmTrajectory, { sampleCount, periodS }: Plan): void {
  if (rad.length !== sampleCount * JOINT_COUNT) {
    throw badPlan(`the ${arm} arm has ${rad.length} numbers for ${sampleCount} samples of ${JOINT_COUNT} joints`);
  }
  const bad = rad.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const atS = Math.floor(bad / JOINT_COUNT) * periodS;
    throw badPlan(`joint ${(bad % JOINT_COUNT) + 1} of the ${arm} arm is ${rad[bad]} at ${inWords(atS)} s`);
  }
}

function assertStart({ arm, jointPositionsRad: rad }: ArmTrajectory, measuredRad: readonly number[] | undefined): void {
  if (measuredRad?.length !== JOINT_COUNT) throw badPlan(`the joints of the ${arm} arm are not measured`);
  for (let joint = 0; joint < JOINT_COUNT; joint++) {
    const offsetRad = Math.abs(rad[joint] - measuredRad[joint]);
    if (!(offsetRad <= START_TOLERANCE_RAD)) {
      throw badPlan(
        `it starts ${inWords(offsetRad)} rad from the measured joint ${joint + 1} of the ${arm} arm ` +
          `(limit ${START_TOLERANCE_RAD} rad)`,
      );
    }
  }
}

/** Rest at an end: the first and the last step are no faster than one period of published acceleration allows. */
function assertRest({ arm, jointPositionsRad: rad }: ArmTrajectory, plan: Plan, limits: JointLimits): void {
  const { sampleCount, periodS } = plan;
  if (sampleCount === 1) return;
  const last = (sampleCount - 1) * JOINT_COUNT;
  for (let joint = 0; joint < JOINT_COUNT; joint++) {
    const restRadPerS = limits.accelerationRadPerS2[joint] * periodS;
    const first = Math.abs(rad[JOINT_COUNT + joint] - rad[joint]) / periodS;
    const final = Math.abs(rad[last + joint] - rad[last - JOINT_COUNT + joint]) / periodS;
    for (const [end, speed] of [['begin', first] as const, ['end', final] as const]) {
      if (!(speed <= restRadPerS)) {
        throw badPlan(
          `it does not ${end} at rest: joint ${joint + 1} of the ${arm} arm moves at ${inWords(speed)} rad/s ` +
            `(limit ${inWords(restRadPerS)} rad/s)`,
        );
      }
    }
  }
}

function badPlan(what: string): GateRefusal {
  return new GateRefusal(
    'BAD_PLAN',
    `This plan cannot be run: ${what}. ${NOTHING_SENT}`,
    'Plan again from the measured joints.',
  );
}
