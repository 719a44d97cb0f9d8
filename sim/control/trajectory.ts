// Owns timing: turns joint paths of one or two arms into one synchronised, jerk-limited series of samples inside the
// robot's limits. Pure: knows the arm's kinematics, no world.

import { createLinkFrames, forwardKinematics, frameOrigin, TOOL_FRAME } from '../robots/panda/kinematics.ts';
import { JOINT_COUNT, type JointLimits } from '../robots/panda/limits.ts';
import { distance } from '../spatial.ts';
import { type JointCurve, jointCurve } from './joint-curve.ts';
import { type SCurve, sCurve } from './s-curve.ts';

/** Way points of one arm: row-major, count x 7, radians; see JointPath of the Robot port. */
export interface TimedPath {
  readonly kind: 'stops' | 'smooth';
  readonly points: Float64Array;
}

export interface TimingLimits {
  readonly joints: JointLimits;
  /** Shares in (0, 1] of the joints' speed, acceleration and jerk limits. */
  readonly speedShare: number;
  readonly accelerationShare: number;
  readonly jerkShare: number;
  /** Ceiling of each fingertip's speed, m/s. */
  readonly toolSpeedMPerS: number;
}

/** Samples at a fixed period; both arms have the same count. */
export interface Trajectory {
  readonly periodS: number;
  readonly sampleCount: number;
  readonly durationS: number;
  /** One array per path: row-major, sampleCount x 7, radians. */
  readonly samples: readonly Float64Array[];
}

/** Longest motion, seconds: samples of a whole motion are kept in memory. */
const LONGEST_S = 600;
/** Points along a curve at which its derivatives are bounded. The way points are always among them. */
const PROBES_PER_RADIAN = 40;
const LEAST_PROBES_PER_PIECE = 8;
const LEAST_PROBES = 24;
/** Share of the speed kept: between two probes a curve can be up to 1 % faster than at them. */
const BETWEEN_PROBES = 0.99;
/** Share of the jerk limit kept for speeding up and slowing down along the path. */
const LEAST_JERK_ROOM = 0.1;
/** Factor between two speeds that are tried. */
const SPEED_STEP = 0.85;
/** Step along the curve over which the fingertip's speed is taken, radians. */
const TOOL_STEP_RAD = 1e-5;

/**
 * Times the paths so that they start and end together.
 * @throws RangeError when paths that stop on the way have different numbers of points, or when the motion would take
 *   more than ten minutes
 */
export function timePaths(paths: readonly TimedPath[], limits: TimingLimits, periodS: number): Trajectory {
  const segments = splitAtStops(paths);
  const chunks: Float64Array[][] = paths.map(() => []);
  let sampleCount = 1;
  for (const segment of segments) {
    const timed = timeSegment(segment, limits, periodS, LONGEST_S - (sampleCount - 1) * periodS);
    if (timed === undefined) continue;
    sampleCount += timed.count;
    for (let p = 0; p < paths.length; p++) chunks[p].push(timed.samples[p]);
  }
  const samples = paths.map((path, p) => {
    const all = new Float64Array(sampleCount * JOINT_COUNT);
    all.set(path.points.subarray(0, JOINT_COUNT), 0);
    let at = JOINT_COUNT;
    for (const chunk of chunks[p]) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  });
  return { periodS, sampleCount, durationS: (sampleCount - 1) * periodS, samples };
}

/**
 * Stretches between rests: for each, one curve per path. Smooth paths with the same number of points are passed in step:
 * both arms are at row k at the same moment.
 */
function splitAtStops(paths: readonly TimedPath[]): JointCurve[][] {
  const stops = paths.filter((path) => path.kind === 'stops').map((path) => path.points.length / JOINT_COUNT);
  const stretches = stops.length === 0 ? 1 : Math.max(1, stops[0] - 1);
  if (stops.some((count) => Math.max(1, count - 1) !== stretches) || (stretches > 1 && stops.length < paths.length)) {
    throw new RangeError('paths that stop on the way must have the same number of points to be synchronised');
  }
  const inStep = stops.length === 0 && paths.every((path) => path.points.length === paths[0].points.length);
  const together = inStep ? paths.map((path) => path.points) : undefined;
  const segments: JointCurve[][] = [];
  for (let i = 0; i < stretches; i++) {
    segments.push(
      paths.map((path) =>
        path.kind === 'smooth'
          ? jointCurve(path.points, JOINT_COUNT, together)
          : jointCurve(path.points.subarray(i * JOINT_COUNT, (i + 2) * JOINT_COUNT), JOINT_COUNT),
      ),
    );
  }
  return segments;
}

/** Samples after the first one of a stretch from rest to rest; undefined where nothing moves. */
function timeSegment(
  curves: readonly JointCurve[],
  limits: TimingLimits,
  periodS: number,
  longestS: number,
): { count: number; samples: Float64Array[] } | undefined {
  if (curves.every((curve) => curve.length === 0)) return undefined;
  // One parameter from 0 to 1 drives every arm, so that all of them start, pass and end together.
  const profile = quickestProfile(curves, limits);
  if (!(profile.durationS <= longestS)) {
    throw new RangeError(`the motion would take more than ${LONGEST_S} s: raise its speed or shorten its path`);
  }
  const count = Math.max(1, Math.ceil(profile.durationS / periodS));
  const stretch = profile.durationS / (count * periodS);
  const samples = curves.map(() => new Float64Array(count * JOINT_COUNT));
  const position = new Float64Array(JOINT_COUNT);
  for (let k = 1; k <= count; k++) {
    const progress = k === count ? 1 : profile.lengthAt(k * periodS * stretch);
    for (let c = 0; c < curves.length; c++) {
      curves[c].evaluate(progress * curves[c].length, position);
      samples[c].set(position, (k - 1) * JOINT_COUNT);
    }
  }
  return { count, samples };
}

/**
 * The quickest profile of the common parameter that keeps every joint and fingertip inside limits. Where the path bends,
 * speed uses up acceleration and jerk, so the highest speed is not always the quickest: lower ones are tried as well.
 */
function quickestProfile(curves: readonly JointCurve[], limits: TimingLimits): SCurve {
  const bounds = curves.flatMap((curve) => probe(curve));
  let best: SCurve | undefined;
  for (let speed = topSpeed(bounds, limits); best === undefined || 1 / speed < best.durationS; speed *= SPEED_STEP) {
    const rest = accelerationAndJerk(bounds, limits, speed);
    if (rest === undefined) continue;
    const profile = sCurve(1, { speed, ...rest });
    if (best === undefined || profile.durationS < best.durationS) best = profile;
  }
  return best;
}

/** Largest speed of the parameter that leaves half of the accelerations for speeding up and slowing down. */
function topSpeed(bounds: readonly CurveBound[], { joints, ...limits }: TimingLimits): number {
  let speed = Number.POSITIVE_INFINITY;
  for (const { first, second, toolPerUnit } of bounds) {
    if (toolPerUnit > 0) speed = Math.min(speed, limits.toolSpeedMPerS / toolPerUnit);
    for (let j = 0; j < JOINT_COUNT; j++) {
      if (first[j] > 0) speed = Math.min(speed, (limits.speedShare * joints.speedRadPerS[j]) / first[j]);
      if (second[j] > 0) {
        const forBends = 0.5 * limits.accelerationShare * joints.accelerationRadPerS2[j];
        speed = Math.min(speed, Math.sqrt(forBends / second[j]));
      }
    }
  }
  return speed * BETWEEN_PROBES;
}

/** What a speed leaves for acceleration and jerk along the path; undefined when bends take nearly all of the jerk. */
function accelerationAndJerk(
  bounds: readonly CurveBound[],
  { joints, ...limits }: TimingLimits,
  speed: number,
): { readonly acceleration: number; readonly jerk: number } | undefined {
  let acceleration = Number.POSITIVE_INFINITY;
  for (const { first, second } of bounds) {
    for (let j = 0; j < JOINT_COUNT; j++) {
      if (first[j] === 0) continue;
      const free = limits.accelerationShare * joints.accelerationRadPerS2[j] - second[j] * speed * speed;
      acceleration = Math.min(acceleration, free / first[j]);
    }
  }
  let jerk = Number.POSITIVE_INFINITY;
  for (const { first, second, third } of bounds) {
    for (let j = 0; j < JOINT_COUNT; j++) {
      const limit = limits.jerkShare * joints.jerkRadPerS3[j];
      const free = limit - 3 * second[j] * speed * acceleration - third[j] * speed * speed * speed;
      if (free < LEAST_JERK_ROOM * limit) return undefined;
      if (first[j] > 0) jerk = Math.min(jerk, free / first[j]);
    }
  }
  return { acceleration, jerk };
}

interface CurveBound {
  /** Absolute derivatives with respect to the common parameter, per joint. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly third: Float64Array;
  /** Metres of fingertip travel per unit of the common parameter. */
  readonly toolPerUnit: number;
}

function probe(curve: JointCurve): CurveBound[] {
  const { length, knots } = curve;
  if (length === 0) return [];
  const pieces = knots.length - 1;
  const least = Math.max(LEAST_PROBES_PER_PIECE, Math.ceil(LEAST_PROBES / pieces));
  const bounds = [boundAt(curve, 0)];
  for (let i = 0; i < pieces; i++) {
    const piece = knots[i + 1] - knots[i];
    const count = Math.max(least, Math.ceil(piece * PROBES_PER_RADIAN));
    for (let k = 1; k <= count; k++) bounds.push(boundAt(curve, knots[i] + (piece * k) / count));
  }
  return bounds;
}

const scratch = {
  position: new Float64Array(JOINT_COUNT),
  ahead: new Float64Array(JOINT_COUNT),
  frames: createLinkFrames(),
};

function boundAt(curve: JointCurve, parameter: number): CurveBound {
  const { length } = curve;
  const { position, ahead, frames } = scratch;
  const first = new Float64Array(JOINT_COUNT);
  const second = new Float64Array(JOINT_COUNT);
  const third = new Float64Array(JOINT_COUNT);
  curve.evaluate(parameter, position, first, second, third);
  for (let j = 0; j < JOINT_COUNT; j++) ahead[j] = position[j] + first[j] * TOOL_STEP_RAD;
  forwardKinematics(position, frames);
  const here = frameOrigin(frames, TOOL_FRAME);
  forwardKinematics(ahead, frames);
  const toolPerUnit = (distance(here, frameOrigin(frames, TOOL_FRAME)) / TOOL_STEP_RAD) * length;
  for (let j = 0; j < JOINT_COUNT; j++) {
    first[j] = Math.abs(first[j]) * length;
    second[j] = Math.abs(second[j]) * length * length;
    third[j] = Math.abs(third[j]) * length * length * length;
  }
  return { first, second, third, toolPerUnit };
}
