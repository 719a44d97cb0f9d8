// Owns the scalar motion law: the seven-segment, jerk-limited profile from rest to rest over a given length.
//
// Source of the case distinction: L. Biagiotti and C. Melchiorri, "Trajectory Planning for Automatic Machines and
// Robots", 2008, section 3.4 (double S velocity profile, rest to rest).

import { cbrt } from '../portable-math.ts';

export interface SCurveLimits {
  /** Per second, in units of the length. */
  readonly speed: number;
  readonly acceleration: number;
  readonly jerk: number;
}

export interface SCurve {
  readonly durationS: number;
  /** Length covered at time t, clamped to both ends. */
  lengthAt(timeS: number): number;
}

/**
 * The fastest profile inside the limits.
 * @param length distance to cover, > 0
 * @throws RangeError for a length or limit that is not positive and finite
 */
export function sCurve(length: number, { speed, acceleration, jerk }: SCurveLimits): SCurve {
  for (const value of [length, speed, acceleration, jerk]) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`an S-curve needs positive, finite numbers, not ${value}`);
    }
  }
  let jerkTime: number;
  let rampTime: number;
  if (speed * jerk < acceleration * acceleration) {
    jerkTime = Math.sqrt(speed / jerk);
    rampTime = 2 * jerkTime;
  } else {
    jerkTime = acceleration / jerk;
    rampTime = jerkTime + speed / acceleration;
  }
  let cruiseTime = length / speed - rampTime;
  if (cruiseTime < 0) {
    cruiseTime = 0;
    jerkTime = acceleration / jerk;
    if (length >= 2 * acceleration * jerkTime * jerkTime) {
      rampTime = jerkTime / 2 + Math.sqrt((jerkTime * jerkTime) / 4 + length / acceleration);
    } else {
      jerkTime = cbrt(length / (2 * jerk));
      rampTime = 2 * jerkTime;
    }
  }
  const peakAcceleration = jerk * jerkTime;
  const peakSpeed = (rampTime - jerkTime) * peakAcceleration;
  const durationS = 2 * rampTime + cruiseTime;

  const ramp = (t: number) => {
    if (t < jerkTime) return (jerk * t * t * t) / 6;
    if (t < rampTime - jerkTime) return (peakAcceleration / 6) * (3 * t * t - 3 * jerkTime * t + jerkTime * jerkTime);
    const left = rampTime - t;
    return (peakSpeed * rampTime) / 2 - peakSpeed * left + (jerk * left * left * left) / 6;
  };
  return {
    durationS,
    lengthAt: (t) => {
      if (t <= 0) return 0;
      if (t >= durationS) return length;
      if (t < rampTime) return ramp(t);
      if (t <= rampTime + cruiseTime) return (peakSpeed * rampTime) / 2 + peakSpeed * (t - rampTime);
      return length - ramp(durationS - t);
    },
  };
}
