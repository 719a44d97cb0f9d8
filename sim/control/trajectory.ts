// Owns timing: turns joint paths of one or two arms into one synchronised, jerk-limited series of samples inside the
// robot's limits. Pure: knows the arm's kinematics, no world.

import { createLinkFrames, forwardKinematics, frameOrigin, TOOL_FRAME } from '../robots/panda/kinematics.ts';
import { JOINT_COUNT, type JointLimits } from '../robots/panda/limits.ts';
import { distance } from '../spatial.ts';
import { type JointCurve, jointCurve } from './joint-curve.ts';
import { sCurve } from './s-curve.ts';

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

/** Points along a curve at which its derivatives are bounded; the curve is smooth between its way points. */
const PROBES_PER_RADIAN = 40;
const LEAST_PROBES = 24;

/**
 * Times the paths so that they start and end together.
 * @throws RangeError when paths that stop on the way have different numbers of points
 */
export function timePaths(paths: readonly TimedPath[], limits: TimingLimits, periodS: number): Trajectory {
  const segments = splitAtStops(paths);
  const chunks: Float64Array[][] = paths.map(() => []);
  let sampleCount = 1;
  for (const segment of segments) {
    const timed = timeSegment(segment, limits, periodS);
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

/** Stretches between rests: for each, one curve per path. */
function splitAtStops(paths: readonly TimedPath[]): JointCurve[][] {
  const stops = paths.filter((path) => path.kind === 'stops').map((path) => path.points.length / JOINT_COUNT);
  const stretches = stops.length === 0 ? 1 : Math.max(1, stops[0] - 1);
  if (stops.some((count) => Math.max(1, count - 1) !== stretches) || (stretches > 1 && stops.length < paths.length)) {
    throw new RangeError('paths that stop on the way must have the same number of points to be synchronised');
  }
  const segments: JointCurve[][] = [];
  for (let i = 0; i < stretches; i++) {
    segments.push(
      paths.map((path) =>
        path.kind === 'smooth'
          ? jointCurve(path.points, JOINT_COUNT)
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
): { count: number; samples: Float64Array[] } | undefined {
  if (curves.every((curve) => curve.length === 0)) return undefined;
  // One parameter from 0 to 1 drives every arm, so that all of them start, pass and end together.
  const profile = sCurve(1, progressLimits(curves, limits));
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

/** Largest speed, acceleration and jerk of the common parameter that keep every joint and fingertip inside limits. */
function progressLimits(curves: readonly JointCurve[], limits: TimingLimits) {
  const { joints } = limits;
  const bounds = curves.flatMap((curve) => probe(curve));
  let speed = Number.POSITIVE_INFINITY;
  for (const { first, second, toolPerUnit } of bounds) {
    if (toolPerUnit > 0) speed = Math.min(speed, limits.toolSpeedMPerS / toolPerUnit);
    for (let j = 0; j < JOINT_COUNT; j++) {
      if (first[j] > 0) speed = Math.min(speed, (limits.speedShare * joints.speedRadPerS[j]) / first[j]);
      if (second[j] > 0) {
        // Half of the acceleration is kept for speeding up and slowing down along the path.
        const forCurvature = 0.5 * limits.accelerationShare * joints.accelerationRadPerS2[j];
        speed = Math.min(speed, Math.sqrt(forCurvature / second[j]));
      }
    }
  }
  for (;;) {
    let acceleration = Number.POSITIVE_INFINITY;
    for (const { first, second } of bounds) {
      for (let j = 0; j < JOINT_COUNT; j++) {
        if (first[j] === 0) continue;
        const room = limits.accelerationShare * joints.accelerationRadPerS2[j] - second[j] * speed * speed;
        acceleration = Math.min(acceleration, room / first[j]);
      }
    }
    let jerk = Number.POSITIVE_INFINITY;
    for (const { first, second, third } of bounds) {
      for (let j = 0; j < JOINT_COUNT; j++) {
        if (first[j] === 0) continue;
        const used = 3 * second[j] * speed * acceleration + third[j] * speed * speed * speed;
        jerk = Math.min(jerk, (limits.jerkShare * joints.jerkRadPerS3[j] - used) / first[j]);
      }
    }
    if (jerk > 0 && acceleration > 0) return { speed, acceleration, jerk };
    speed *= 0.8;
  }
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
  const { length } = curve;
  if (length === 0) return [];
  const count = Math.max(LEAST_PROBES, Math.ceil(length * PROBES_PER_RADIAN));
  const frames = createLinkFrames();
  const position = new Float64Array(JOINT_COUNT);
  const bounds: CurveBound[] = [];
  let before: readonly [number, number, number] | undefined;
  for (let k = 0; k <= count; k++) {
    const first = new Float64Array(JOINT_COUNT);
    const second = new Float64Array(JOINT_COUNT);
    const third = new Float64Array(JOINT_COUNT);
    curve.evaluate((k / count) * length, position, first, second, third);
    for (let j = 0; j < JOINT_COUNT; j++) {
      first[j] = Math.abs(first[j]) * length;
      second[j] = Math.abs(second[j]) * length * length;
      third[j] = Math.abs(third[j]) * length * length * length;
    }
    forwardKinematics(position, frames);
    const tool = frameOrigin(frames, TOOL_FRAME);
    const toolPerUnit = before === undefined ? 0 : distance(before, tool) * count;
    before = tool;
    bounds.push({ first, second, third, toolPerUnit });
  }
  return bounds;
}
