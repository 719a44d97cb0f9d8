// Owns how an arm in motion turns towards a target that may move: one course from any state of the joints to rest at the
// target, or at a point on the straight joint line to a target that is far, inside every limit. Pure: knows the arm's
// kinematics, no world and no clock. Must never start with a jump of position, speed or acceleration.
//
// Source of the law: the quintic with given position, speed and acceleration at both ends (the path of least squared
// jerk), T. Flash and N. Hogan, "The coordination of arm movements", 1985. All joints share one duration.

import { createLinkFrames, forwardKinematics, frameOrigin, TOOL_FRAME } from '../robots/panda/kinematics.ts';
import { JOINT_COUNT } from '../robots/panda/limits.ts';
import { distance } from '../spatial.ts';
import type { TimingLimits } from './trajectory.ts';

/** Seven joints at one instant: radians, rad/s, rad/s^2. */
export interface JointMotion {
  readonly positionsRad: Float64Array;
  readonly speedsRadPerS: Float64Array;
  readonly accelerationsRadPerS2: Float64Array;
}

export function createJointMotion(): JointMotion {
  return {
    positionsRad: new Float64Array(JOINT_COUNT),
    speedsRadPerS: new Float64Array(JOINT_COUNT),
    accelerationsRadPerS2: new Float64Array(JOINT_COUNT),
  };
}

/** The way to a target: begins in the state it was made from, ends at rest. */
export interface Pursuit {
  readonly targetRad: Float64Array;
  readonly durationS: number;
  /** 'part': it ends before the target. Whoever makes a new one in mid-course arrives sooner than by one long course. */
  readonly covers: 'all' | 'part';
  /** Writes the state at a time from 0 to `durationS`, seconds. */
  evaluate(timeS: number, out: JointMotion): void;
}

/** Points of a course at which its limits are looked at: between two of them a speed can be 0.4 % higher. */
const PROBES = 24;
/** Of these every second one is looked at for the fingertip's speed. */
const TOOL_PROBE_EVERY = 2;
/** Shares of the limits that a course may use beyond what the arm does already: room for what lies between two probes. */
const JOINT_ROOM = 0.98;
const TOOL_ROOM = 0.95;
/** A state that is over a limit by rounding alone is not over it. */
const ROUNDING = 1 + 1e-9;
/** Factor between two durations that are tried. */
const LONGER = 1.08;
/**
 * A target that cannot be reached in this time is far, seconds: the arm makes for a point this long before it. Enough to
 * come to rest from the top speed, for speeds are at most 0.7 s times the accelerations that are used.
 */
const AHEAD_S = 1;
/** Factor between two points on the way that are tried, and the least share of the way. */
const NEARER = 1 / 1.06;
const LEAST_SHARE = 1e-3;
/** Longest course, seconds: whoever is slower than this has to ask for a plan. */
const LONGEST_S = 120;
/** Step along the course over which the fingertip's speed is taken, seconds. */
const TOOL_STEP_S = 1e-5;

/**
 * The quickest course of this kind inside the limits.
 * @param from the state of the joints now
 * @param targetRad length 7, radians
 * @param leastS shortest duration, seconds: longer is gentler
 * @returns undefined where there is none, because the arm is too fast for the limits or would leave a joint's range: it
 *   has to slow down first
 */
export function pursue(
  from: JointMotion,
  targetRad: ArrayLike<number>,
  limits: TimingLimits,
  leastS: number,
): Pursuit | undefined {
  const farS = Math.max(AHEAD_S, leastS);
  const shortest = Math.max(leastS, restToRestS(from, targetRad, limits));
  return (
    courseWithin(from, targetRad, limits, shortest, farS) ??
    courseAhead(from, targetRad, limits, farS) ??
    courseWithin(from, targetRad, limits, Math.max(shortest, farS), LONGEST_S)
  );
}

/** The shortest course to the very target that takes no less and no more than these times. */
function courseWithin(
  from: JointMotion,
  targetRad: ArrayLike<number>,
  limits: TimingLimits,
  leastS: number,
  mostS: number,
): Pursuit | undefined {
  const coefficients = new Float64Array(6 * JOINT_COUNT);
  for (let durationS = leastS; durationS <= mostS; ) {
    fillCoefficients(coefficients, from, targetRad, durationS);
    const excess = excessOf(coefficients, durationS, from, limits);
    if (excess <= 1) return course(coefficients, durationS, targetRad, 'all');
    if (excess === Number.POSITIVE_INFINITY) return undefined;
    durationS *= Math.max(LONGER, Math.min(excess, 2));
  }
  return undefined;
}

/** The course of this duration that comes farthest along the straight line to the target. */
function courseAhead(
  from: JointMotion,
  targetRad: ArrayLike<number>,
  limits: TimingLimits,
  durationS: number,
): Pursuit | undefined {
  const coefficients = new Float64Array(6 * JOINT_COUNT);
  const point = new Float64Array(JOINT_COUNT);
  const { positionsRad } = from;
  let share = 1;
  for (let j = 0; j < JOINT_COUNT; j++) {
    const way = Math.abs(targetRad[j] - positionsRad[j]);
    const most = limits.speedShare * limits.joints.speedRadPerS[j] * durationS;
    if (way > most) share = Math.min(share, most / way);
  }
  while (share > LEAST_SHARE) {
    for (let j = 0; j < JOINT_COUNT; j++) point[j] = positionsRad[j] + share * (targetRad[j] - positionsRad[j]);
    fillCoefficients(coefficients, from, point, durationS);
    const excess = excessOf(coefficients, durationS, from, limits);
    if (excess <= 1) return course(coefficients, durationS, targetRad, 'part');
    if (excess === Number.POSITIVE_INFINITY) return undefined;
    share *= Math.min(NEARER, 1 / excess);
  }
  return undefined;
}

/** By what factor the course is too fast: 1 or less when it keeps every limit, Infinity when no other could do so. */
function excessOf(c: Float64Array, durationS: number, from: JointMotion, limits: TimingLimits): number {
  return jointsKeepLimits(c, durationS, from, limits) ? toolExcess(c, durationS, limits.toolSpeedMPerS) : LONGER;
}

/** A lower bound for an arm at rest; for one in motion the search starts from nothing. */
function restToRestS(from: JointMotion, targetRad: ArrayLike<number>, limits: TimingLimits): number {
  const { joints, speedShare, accelerationShare } = limits;
  let least = 0;
  for (let j = 0; j < JOINT_COUNT; j++) {
    const way = Math.abs(targetRad[j] - from.positionsRad[j]);
    // The mean speed is below the top speed, whatever the arm does at the start.
    least = Math.max(least, way / (speedShare * joints.speedRadPerS[j]));
    if (from.speedsRadPerS[j] !== 0) continue;
    const peak = 4 * way; // from rest to rest no law needs less acceleration than 4 d / T^2
    least = Math.max(least, Math.sqrt(peak / (accelerationShare * joints.accelerationRadPerS2[j])));
  }
  return least;
}

/** Rows of six per joint, for u = t / duration from 0 to 1. */
function fillCoefficients(c: Float64Array, from: JointMotion, targetRad: ArrayLike<number>, durationS: number): void {
  for (let j = 0; j < JOINT_COUNT; j++) {
    const position = from.positionsRad[j];
    const speed = from.speedsRadPerS[j] * durationS;
    const acceleration = from.accelerationsRadPerS2[j] * durationS * durationS;
    const way = targetRad[j] - position;
    c[6 * j] = position;
    c[6 * j + 1] = speed;
    c[6 * j + 2] = 0.5 * acceleration;
    c[6 * j + 3] = 10 * way - 6 * speed - 1.5 * acceleration;
    c[6 * j + 4] = -15 * way + 8 * speed + 1.5 * acceleration;
    c[6 * j + 5] = 6 * way - 3 * speed - 0.5 * acceleration;
  }
}

function jointsKeepLimits(c: Float64Array, durationS: number, from: JointMotion, limits: TimingLimits): boolean {
  const { joints } = limits;
  for (let j = 0; j < JOINT_COUNT; j++) {
    // Where the arm is already nearer to a limit than the room allows, it may stay as near, but not come nearer.
    const speed = bound(limits.speedShare * joints.speedRadPerS[j], from.speedsRadPerS[j]);
    const acceleration = bound(
      limits.accelerationShare * joints.accelerationRadPerS2[j],
      from.accelerationsRadPerS2[j],
    );
    const jerk = limits.jerkShare * joints.jerkRadPerS3[j];
    if (speed === undefined || acceleration === undefined) return false;
    const low = Math.min(joints.minRad[j], from.positionsRad[j]);
    const high = Math.max(joints.maxRad[j], from.positionsRad[j]);
    const i = 6 * j;
    for (let k = 0; k <= PROBES; k++) {
      const u = k / PROBES;
      const third = 6 * c[i + 3] + u * (24 * c[i + 4] + u * 60 * c[i + 5]);
      if (!(Math.abs(third) <= jerk * durationS * durationS * durationS)) return false;
      const second = 2 * c[i + 2] + u * (6 * c[i + 3] + u * (12 * c[i + 4] + u * 20 * c[i + 5]));
      if (!(Math.abs(second) <= acceleration * durationS * durationS)) return false;
      const first = c[i + 1] + u * (2 * c[i + 2] + u * (3 * c[i + 3] + u * (4 * c[i + 4] + u * 5 * c[i + 5])));
      if (!(Math.abs(first) <= speed * durationS)) return false;
      const position = positionAt(c, i, u);
      if (!(position >= low && position <= high)) return false;
    }
  }
  return true;
}

/** @returns undefined when the present value is over the limit */
function bound(limit: number, present: number): number | undefined {
  const now = Math.abs(present);
  return now <= limit * ROUNDING ? Math.max(JOINT_ROOM * limit, now) * ROUNDING : undefined;
}

const scratch = {
  here: new Float64Array(JOINT_COUNT),
  ahead: new Float64Array(JOINT_COUNT),
  frames: createLinkFrames(),
};

/** By how much the fingertip is too fast somewhere: 1 or less when it never is; Infinity when it is too fast already. */
function toolExcess(c: Float64Array, durationS: number, limitMPerS: number): number {
  let allowed = TOOL_ROOM * limitMPerS;
  let worst = 0;
  for (let k = 0; k < PROBES; k += TOOL_PROBE_EVERY) {
    const speed = toolSpeedAt(c, k / PROBES, durationS);
    if (k === 0) {
      if (speed > limitMPerS * ROUNDING) return Number.POSITIVE_INFINITY;
      allowed = Math.max(allowed, speed) * ROUNDING;
    }
    worst = Math.max(worst, speed / allowed);
  }
  return worst;
}

function toolSpeedAt(c: Float64Array, u: number, durationS: number): number {
  const { here, ahead, frames } = scratch;
  for (let j = 0; j < JOINT_COUNT; j++) {
    const i = 6 * j;
    const first = c[i + 1] + u * (2 * c[i + 2] + u * (3 * c[i + 3] + u * (4 * c[i + 4] + u * 5 * c[i + 5])));
    here[j] = positionAt(c, i, u);
    ahead[j] = here[j] + (first / durationS) * TOOL_STEP_S;
  }
  forwardKinematics(here, frames);
  const from = frameOrigin(frames, TOOL_FRAME);
  forwardKinematics(ahead, frames);
  return distance(from, frameOrigin(frames, TOOL_FRAME)) / TOOL_STEP_S;
}

function positionAt(c: Float64Array, i: number, u: number): number {
  return c[i] + u * (c[i + 1] + u * (c[i + 2] + u * (c[i + 3] + u * (c[i + 4] + u * c[i + 5]))));
}

function course(c: Float64Array, durationS: number, targetRad: ArrayLike<number>, covers: Pursuit['covers']): Pursuit {
  const target = Float64Array.from(targetRad);
  return {
    targetRad: target,
    durationS,
    covers,
    evaluate(timeS, { positionsRad, speedsRadPerS, accelerationsRadPerS2 }) {
      if (timeS >= durationS) {
        for (let j = 0; j < JOINT_COUNT; j++) positionsRad[j] = covers === 'all' ? target[j] : positionAt(c, 6 * j, 1);
        speedsRadPerS.fill(0);
        accelerationsRadPerS2.fill(0);
        return;
      }
      const u = timeS / durationS;
      for (let j = 0; j < JOINT_COUNT; j++) {
        const i = 6 * j;
        positionsRad[j] = positionAt(c, i, u);
        speedsRadPerS[j] =
          (c[i + 1] + u * (2 * c[i + 2] + u * (3 * c[i + 3] + u * (4 * c[i + 4] + u * 5 * c[i + 5])))) / durationS;
        accelerationsRadPerS2[j] =
          (2 * c[i + 2] + u * (6 * c[i + 3] + u * (12 * c[i + 4] + u * 20 * c[i + 5]))) / (durationS * durationS);
      }
    },
  };
}
