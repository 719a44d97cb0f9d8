// Owns the plans of the fake robot: quintic time laws on straight joint lines or on one cubic spline, sampled every 2 ms
// and stretched until every limit is kept. Simple on purpose; must never be used to drive a real arm.

import { cbrt } from '../../sim/portable-math.ts';
import { createLinkFrames, forwardKinematics, frameOrigin, TOOL_FRAME } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { distance } from '../../sim/spatial.ts';
import { type JointPath, type Plan, type PlanRequest, RobotError } from '../robot.ts';

const PERIOD_S = 0.002;
/** Shortest motion, seconds: keeps the first and last steps of tiny motions well below the jerk limit. */
const SHORTEST_S = 0.05;
/** The stretching aims this much below a limit, so that rounding to whole samples cannot pass it. */
const AIM = 0.98;

/** Joint angles of one arm, radians, at a share (0 to 1) of its motion. */
type Motion = (share: number, out: Float64Array, offset: number) => void;

/** @throws RobotError INVALID_PLAN or LIMIT */
export function planFakeMotion(id: string, request: PlanRequest): Plan {
  const { speedScale, toolSpeedMPerS, paths } = request;
  if (!(speedScale > 0 && speedScale <= 1)) throw invalid(`a speed scale of ${speedScale} is not in (0, 1]`);
  if (!(toolSpeedMPerS > 0)) throw invalid(`a tool speed of ${toolSpeedMPerS} m/s is no speed`);
  const arms = new Set(paths.map((path) => path.arm));
  if (paths.length === 0 || arms.size !== paths.length) throw invalid('it needs one path per arm that moves');
  for (const path of paths) assertPath(path);
  const motions = paths.map((path) => (path.kind === 'stops' ? lines(path.points) : spline(path.points)));
  const durationS = Math.max(...motions.map((motion) => shortestDuration(motion, speedScale, toolSpeedMPerS)));
  const sampleCount = Math.ceil(durationS / PERIOD_S) + 1;
  return {
    id,
    periodS: PERIOD_S,
    sampleCount,
    durationS: (sampleCount - 1) * PERIOD_S,
    arms: paths.map(({ arm }, index) => ({ arm, jointPositionsRad: sample(motions[index], sampleCount) })),
  };
}

function assertPath({ arm, points }: JointPath): void {
  if (points.length === 0 || points.length % JOINT_COUNT !== 0) {
    throw invalid(`the path of the ${arm} arm has ${points.length} numbers, not seven for each point`);
  }
  for (let i = 0; i < points.length; i++) {
    const joint = i % JOINT_COUNT;
    if (!Number.isFinite(points[i])) throw invalid(`joint ${joint + 1} of the ${arm} arm is ${points[i]}`);
    if (points[i] < PANDA_JOINT_LIMITS.minRad[joint] || points[i] > PANDA_JOINT_LIMITS.maxRad[joint]) {
      const message = `Joint ${joint + 1} of the ${arm} arm cannot go to ${points[i]} rad. The arm did not move.`;
      throw new RobotError('LIMIT', message, 'Choose a target inside the range of the joint.');
    }
  }
}

/** Rest to rest with zero acceleration at both ends: 10 u^3 - 15 u^4 + 6 u^5. */
function quintic(u: number): number {
  return u * u * u * (10 + u * (6 * u - 15));
}

/** Straight lines between the points, at rest in each; every line gets time by its longest joint way. */
function lines(points: Float64Array): Motion {
  const lineCount = points.length / JOINT_COUNT - 1;
  const starts = [0];
  for (let line = 0; line < lineCount; line++) {
    let farthest = 1e-9;
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const at = line * JOINT_COUNT + joint;
      farthest = Math.max(farthest, Math.abs(points[at + JOINT_COUNT] - points[at]));
    }
    starts.push(starts[line] + Math.sqrt(farthest));
  }
  const whole = starts[lineCount];
  return (share, out, offset) => {
    let line = 0;
    while (line < lineCount - 1 && share * whole >= starts[line + 1]) line++;
    const blend = lineCount === 0 ? 0 : quintic((share * whole - starts[line]) / (starts[line + 1] - starts[line]));
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const from = points[line * JOINT_COUNT + joint];
      const to = lineCount === 0 ? from : points[(line + 1) * JOINT_COUNT + joint];
      out[offset + joint] = from + (to - from) * blend;
    }
  };
}

/** One natural cubic spline through the points, spaced by their distances, run through by one quintic. */
function spline(points: Float64Array): Motion {
  const count = points.length / JOINT_COUNT;
  const knots = [0];
  for (let i = 1; i < count; i++) {
    let sum = 1e-12;
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const step = points[i * JOINT_COUNT + joint] - points[(i - 1) * JOINT_COUNT + joint];
      sum += step * step;
    }
    knots.push(knots[i - 1] + Math.sqrt(sum));
  }
  const bends = Array.from({ length: JOINT_COUNT }, (_, joint) => naturalBends(points, joint, knots));
  return (share, out, offset) => {
    const at = knots[count - 1] * quintic(share);
    let i = 0;
    while (i < count - 2 && at >= knots[i + 1]) i++;
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const from = points[i * JOINT_COUNT + joint];
      if (count === 1) {
        out[offset + joint] = from;
        continue;
      }
      const to = points[(i + 1) * JOINT_COUNT + joint];
      const h = knots[i + 1] - knots[i];
      const b = (at - knots[i]) / h;
      const a = 1 - b;
      const bend = ((a * a * a - a) * bends[joint][i] + (b * b * b - b) * bends[joint][i + 1]) * ((h * h) / 6);
      out[offset + joint] = a * from + b * to + bend;
    }
  };
}

/** Second derivatives of a natural cubic spline at its knots (the usual tridiagonal system, solved in one sweep). */
function naturalBends(points: Float64Array, joint: number, knots: readonly number[]): number[] {
  const count = knots.length;
  const bends = new Array<number>(count).fill(0);
  const carry = new Array<number>(count).fill(0);
  const value = (i: number) => points[i * JOINT_COUNT + joint];
  for (let i = 1; i < count - 1; i++) {
    const left = knots[i] - knots[i - 1];
    const right = knots[i + 1] - knots[i];
    const turn = (value(i + 1) - value(i)) / right - (value(i) - value(i - 1)) / left;
    const pivot = 2 * (left + right) - left * carry[i - 1];
    carry[i] = right / pivot;
    bends[i] = (6 * turn - left * bends[i - 1]) / pivot;
  }
  for (let i = count - 2; i > 0; i--) bends[i] -= carry[i] * bends[i + 1];
  return bends;
}

function sample(motion: Motion, sampleCount: number): Float64Array {
  const rad = new Float64Array(sampleCount * JOINT_COUNT);
  const last = Math.max(1, sampleCount - 1);
  for (let i = 0; i < sampleCount; i++) motion(i / last, rad, i * JOINT_COUNT);
  return rad;
}

/** Stretches a motion until speed, acceleration, jerk and tool speed all keep their limits; differences as the gate's. */
function shortestDuration(motion: Motion, speedScale: number, toolSpeedMPerS: number): number {
  const { speedRadPerS, accelerationRadPerS2, jerkRadPerS3 } = PANDA_JOINT_LIMITS;
  const frames = createLinkFrames();
  let durationS = SHORTEST_S;
  for (let round = 0; round < 20; round++) {
    const sampleCount = Math.ceil(durationS / PERIOD_S) + 1;
    const rad = sample(motion, sampleCount);
    forwardKinematics(rad, frames);
    let tool = frameOrigin(frames, TOOL_FRAME);
    let stretch = 1;
    for (let i = 0; i < sampleCount + 2; i++) {
      const at = (back: number) => Math.min(Math.max(i - back, 0), sampleCount - 1) * JOINT_COUNT;
      const [k0, k1, k2, k3] = [at(0), at(1), at(2), at(3)];
      for (let j = 0; j < JOINT_COUNT; j++) {
        const speed = Math.abs(rad[k0 + j] - rad[k1 + j]) / PERIOD_S;
        const acceleration = Math.abs(rad[k0 + j] - 2 * rad[k1 + j] + rad[k2 + j]) / (PERIOD_S * PERIOD_S);
        const third = rad[k0 + j] - 3 * rad[k1 + j] + 3 * rad[k2 + j] - rad[k3 + j];
        const jerk = Math.abs(third) / (PERIOD_S * PERIOD_S * PERIOD_S);
        const limit = AIM * speedScale;
        stretch = Math.max(stretch, speed / (limit * speedRadPerS[j]));
        stretch = Math.max(stretch, Math.sqrt(acceleration / (limit * accelerationRadPerS2[j])));
        stretch = Math.max(stretch, cbrt(jerk / (limit * jerkRadPerS3[j])));
      }
      if (i >= sampleCount) continue;
      forwardKinematics(rad, frames, k0);
      const here = frameOrigin(frames, TOOL_FRAME);
      stretch = Math.max(stretch, distance(here, tool) / PERIOD_S / (AIM * toolSpeedMPerS));
      tool = here;
    }
    if (stretch <= 1) return durationS;
    durationS *= stretch * 1.001;
  }
  return durationS;
}

function invalid(what: string): RobotError {
  return new RobotError(
    'INVALID_PLAN',
    `This cannot be planned: ${what}. The arm did not move.`,
    'Correct the request.',
  );
}
