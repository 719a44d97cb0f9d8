// Owns the check of one arm's samples in joint space: range, speed, acceleration and jerk, by the gate's own
// differences. Must never trust a figure that came with the plan.

import { JOINT_COUNT, type JointLimits } from '../../sim/robots/panda/limits.ts';
import type { ArmTrajectory } from '../robot.ts';
import type { Envelope, LimitName, TwoStepLimit } from './envelope.ts';
import type { LimitLedger } from './limit-ledger.ts';

/**
 * Coarsest rounding of the samples that the check forgives, radians. A difference of order n divides rounding by the
 * n-th power of the period, so every limit is widened by the most that it can add, 2^n halves of it: at 2 ms
 * 5e-5 rad/s, 0.05 rad/s^2 and 50 rad/s^3. Samples in full double precision use up none of that.
 */
export const SAMPLE_QUANTUM_RAD = 1e-7;

export interface JointRules {
  readonly envelope: Envelope;
  readonly jointLimits: JointLimits;
  /** Approved share of the published joint speeds, in (0, 1]; a hard limit beside the envelope's. */
  readonly speedScale: number;
}

/**
 * Judges every sample of one arm in the order of time. The arm counts as at rest before the first sample and after the
 * last, so a plan that begins or ends in motion shows as acceleration.
 * @param periodS seconds between two samples
 * @returns the largest share of a published joint speed
 * @throws GateRefusal JOINT_MARGIN, JOINT_SPEED, JOINT_ACCELERATION or JOINT_JERK past a hard limit
 */
export function checkJoints(
  { arm, jointPositionsRad: rad }: ArmTrajectory,
  periodS: number,
  { envelope, jointLimits, speedScale }: JointRules,
  ledger: LimitLedger,
): number {
  const { jointMarginRad, jointAccelerationShare, jointJerkShare } = envelope;
  const hardSpeed = Math.min(envelope.jointSpeedShare.hard, speedScale);
  const jointSpeedShare = { hard: hardSpeed, soft: Math.min(strictest(envelope.jointSpeedShare), hardSpeed) };
  const leastMargin = strictest(jointMarginRad);
  const speedShare = strictest(jointSpeedShare);
  const accelerationShare = strictest(jointAccelerationShare);
  const jerkShare = strictest(jointJerkShare);
  const periodSquared = periodS * periodS;
  const periodCubed = periodSquared * periodS;
  const speedNoise = SAMPLE_QUANTUM_RAD / periodS;
  const accelerationNoise = (2 * SAMPLE_QUANTUM_RAD) / periodSquared;
  const jerkNoise = (4 * SAMPLE_QUANTUM_RAD) / periodCubed;
  const last = rad.length - JOINT_COUNT;
  let topSpeedShare = 0;

  for (let joint = 0; joint < JOINT_COUNT; joint++) {
    const minRad = jointLimits.minRad[joint];
    const maxRad = jointLimits.maxRad[joint];
    const speedLimit = jointLimits.speedRadPerS[joint];
    const accelerationLimit = jointLimits.accelerationRadPerS2[joint];
    const jerkLimit = jointLimits.jerkRadPerS3[joint];
    const judge = (limit: LimitName, value: number, bounds: TwoStepLimit, unit: string, at: number) =>
      ledger.judge({
        limit,
        value,
        bounds,
        unit,
        where: () =>
          `Joint ${joint + 1} of the ${arm} arm at ${placeInTime(Math.min(at, last) / JOINT_COUNT, periodS)}`,
      });
    let q1 = rad[joint];
    let q2 = q1;
    let q3 = q1;
    // Two rounds past the last sample: the third difference reaches that far.
    for (let at = 0; at <= last + 2 * JOINT_COUNT; at += JOINT_COUNT) {
      const q0 = rad[Math.min(at, last) + joint];
      const margin = Math.min(q0 - minRad, maxRad - q0);
      if (!(margin >= leastMargin))
        judge('jointMarginRad', margin, jointMarginRad, 'rad from the end of its range', at);
      const speed = Math.abs(q0 - q1) / periodS;
      if (!(speed <= speedShare * speedLimit + speedNoise)) {
        judge('jointSpeedShare', (speed - speedNoise) / speedLimit, jointSpeedShare, 'of its published speed', at);
      }
      const acceleration = Math.abs(q0 - 2 * q1 + q2) / periodSquared;
      if (!(acceleration <= accelerationShare * accelerationLimit + accelerationNoise)) {
        const share = (acceleration - accelerationNoise) / accelerationLimit;
        judge('jointAccelerationShare', share, jointAccelerationShare, 'of its published acceleration', at);
      }
      const jerk = Math.abs(q0 - 3 * q1 + 3 * q2 - q3) / periodCubed;
      if (!(jerk <= jerkShare * jerkLimit + jerkNoise)) {
        judge('jointJerkShare', (jerk - jerkNoise) / jerkLimit, jointJerkShare, 'of its published jerk', at);
      }
      if (speed > topSpeedShare * speedLimit) topSpeedShare = speed / speedLimit;
      q3 = q2;
      q2 = q1;
      q1 = q0;
    }
  }
  return topSpeedShare;
}

/** The bound that asks, where there is one, else the bound that refuses. */
export function strictest(limit: TwoStepLimit): number {
  return limit.soft ?? limit.hard;
}

/** A sample in words: "0.312 s (sample 156)". */
export function placeInTime(sample: number, periodS: number): string {
  return `${(sample * periodS).toFixed(3)} s (sample ${sample})`;
}
