// Owns inverse kinematics: damped least squares on the engine's Jacobians, with joint-limit margin and a null-space
// pull towards a rest posture. Says how far it got instead of pretending: the residual and whether it is good enough.
//
// Source: C. W. Wampler, "Manipulator inverse kinematic solutions based on vector formulations and damped
// least-squares methods", 1986; null-space posture after A. Liegeois, 1977.

import type { Physics } from '../engine/physics.ts';
import type { RandomStream } from '../random.ts';
import { type ArmHandles, readSite } from '../robots/panda/arm-handles.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../robots/panda/limits.ts';
import { norm, type Pose, rotationVectorBetween, subtract } from '../spatial.ts';

export interface IkOptions {
  /** Distance kept from every joint limit, radians. */
  readonly jointMarginRad: number;
  /** Posture the redundant joint is drawn to, radians, length 7. */
  readonly restRad: ArrayLike<number>;
}

export interface IkSolution {
  /** Length 7, radians; the best found even when not feasible. */
  readonly jointsRad: Float64Array;
  readonly positionErrorM: number;
  readonly rotationErrorRad: number;
  /** True when both errors are small enough to be called reached. */
  readonly feasible: boolean;
}

const MAX_ITERATIONS = 80;
/** Errors at which a solution counts as feasible. */
export const IK_POSITION_TOLERANCE_M = 1e-4;
export const IK_ROTATION_TOLERANCE_RAD = 1e-3;
/** Errors at which the iteration ends early, well below what is asked. */
const POSITION_DONE_M = 1e-6;
const ROTATION_DONE_RAD = 1e-6;
/** Largest joint change of one iteration, radians: the linear model is trusted no further. */
const STEP_CAP_RAD = 0.25;
const REST_GAIN = 0.1;

/**
 * Solves for the fingertip pose `worldFromTool` from the start `seedRad`. Overwrites the arm's joints in `physics`.
 */
export function solveIk(
  physics: Physics,
  arm: ArmHandles,
  worldFromTool: Pose,
  seedRad: ArrayLike<number>,
  options: IkOptions,
): IkSolution {
  const { qpos } = physics.views;
  const low = PANDA_JOINT_LIMITS.minRad.map((limit) => limit + options.jointMarginRad);
  const high = PANDA_JOINT_LIMITS.maxRad.map((limit) => limit - options.jointMarginRad);
  const joints = Float64Array.from({ length: JOINT_COUNT }, (_, j) => clamp(seedRad[j], low[j], high[j]));
  const best = { joints: Float64Array.from(joints), position: Infinity, rotation: Infinity };
  const error = new Float64Array(6);
  const jacobian = new Float64Array(6 * JOINT_COUNT);
  const step = new Float64Array(JOINT_COUNT);

  for (let iteration = 0; iteration <= MAX_ITERATIONS; iteration++) {
    for (let j = 0; j < JOINT_COUNT; j++) qpos[arm.qpos + j] = joints[j];
    physics.kinematics();
    const tool = readSite(physics, arm.toolSite);
    const position = subtract(worldFromTool.position, tool.position);
    const rotation = rotationVectorBetween(tool.quatWxyz, worldFromTool.quatWxyz);
    const positionError = norm(position);
    const rotationError = norm(rotation);
    if (positionError + 0.1 * rotationError < best.position + 0.1 * best.rotation) {
      best.joints.set(joints);
      best.position = positionError;
      best.rotation = rotationError;
    }
    if ((positionError < POSITION_DONE_M && rotationError < ROTATION_DONE_RAD) || iteration === MAX_ITERATIONS) break;
    error.set(position, 0);
    error.set(rotation, 3);
    readJacobian(physics, arm, jacobian);
    // Damping falls with the error: steady far away, quadratic convergence close by.
    const damping = 1e-8 + 0.02 * Math.min(1, positionError * positionError + 0.1 * rotationError * rotationError);
    const restGain = positionError > 1e-3 || rotationError > 1e-2 ? REST_GAIN : 0;
    dampedStep(jacobian, error, damping, step, (j) => restGain * (options.restRad[j] - joints[j]));
    let largest = 0;
    for (let j = 0; j < JOINT_COUNT; j++) largest = Math.max(largest, Math.abs(step[j]));
    const share = largest > STEP_CAP_RAD ? STEP_CAP_RAD / largest : 1;
    for (let j = 0; j < JOINT_COUNT; j++) joints[j] = clamp(joints[j] + share * step[j], low[j], high[j]);
  }
  return {
    jointsRad: best.joints,
    positionErrorM: best.position,
    rotationErrorRad: best.rotation,
    feasible: best.position < IK_POSITION_TOLERANCE_M && best.rotation < IK_ROTATION_TOLERANCE_RAD,
  };
}

/**
 * Tries the present joints, the rest posture and then `attempts` random postures, and returns the feasible solution
 * closest to `fromRad` in joint space, or the one with the smallest residual.
 */
export function searchIk(
  physics: Physics,
  arm: ArmHandles,
  worldFromTool: Pose,
  fromRad: ArrayLike<number>,
  options: IkOptions,
  random: RandomStream,
  attempts = 12,
): IkSolution {
  let best: IkSolution | undefined;
  for (let attempt = -2; attempt < attempts; attempt++) {
    // The first feasible of the two natural starts is near enough; random ones are for hard targets.
    if (attempt >= 0 && best?.feasible) break;
    const seed =
      attempt === -2
        ? fromRad
        : attempt === -1
          ? options.restRad
          : Float64Array.from({ length: JOINT_COUNT }, (_, j) =>
              random.uniform(PANDA_JOINT_LIMITS.minRad[j], PANDA_JOINT_LIMITS.maxRad[j]),
            );
    const solution = solveIk(physics, arm, worldFromTool, seed, options);
    if (best === undefined || isBetter(solution, best, fromRad)) best = solution;
  }
  return best as IkSolution;
}

function isBetter(a: IkSolution, b: IkSolution, fromRad: ArrayLike<number>): boolean {
  if (a.feasible !== b.feasible) return a.feasible;
  if (!a.feasible) return a.positionErrorM + 0.1 * a.rotationErrorRad < b.positionErrorM + 0.1 * b.rotationErrorRad;
  return largestChange(a.jointsRad, fromRad) < largestChange(b.jointsRad, fromRad);
}

/** Largest difference of one joint between two postures, radians. */
export function largestChange(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let j = 0; j < JOINT_COUNT; j++) largest = Math.max(largest, Math.abs(a[j] - b[j]));
  return largest;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** The arm's 6 x 7 part of the tool's Jacobian: position rows, then rotation rows. */
function readJacobian(physics: Physics, arm: ArmHandles, jacobian: Float64Array): void {
  const { position, rotation } = physics.siteJacobian(arm.toolSite);
  const nv = position.length / 3;
  for (let row = 0; row < 3; row++) {
    for (let j = 0; j < JOINT_COUNT; j++) {
      jacobian[row * JOINT_COUNT + j] = position[row * nv + arm.qvel + j];
      jacobian[(row + 3) * JOINT_COUNT + j] = rotation[row * nv + arm.qvel + j];
    }
  }
}

const gram = new Float64Array(36);
const solved = new Float64Array(6);

/** step = J# error + (I - J# J) rest, with J# = J^T (J J^T + damping I)^-1. */
function dampedStep(
  jacobian: Float64Array,
  error: Float64Array,
  damping: number,
  step: Float64Array,
  rest: (joint: number) => number,
): void {
  for (let a = 0; a < 6; a++) {
    for (let b = 0; b < 6; b++) {
      let sum = a === b ? damping : 0;
      for (let j = 0; j < JOINT_COUNT; j++) sum += jacobian[a * JOINT_COUNT + j] * jacobian[b * JOINT_COUNT + j];
      gram[a * 6 + b] = sum;
    }
  }
  // J#(error - J rest) + rest is the same sum with one solve.
  for (let a = 0; a < 6; a++) {
    let sum = error[a];
    for (let j = 0; j < JOINT_COUNT; j++) sum -= jacobian[a * JOINT_COUNT + j] * rest(j);
    solved[a] = sum;
  }
  solveSymmetric(gram, solved);
  for (let j = 0; j < JOINT_COUNT; j++) {
    let sum = rest(j);
    for (let a = 0; a < 6; a++) sum += jacobian[a * JOINT_COUNT + j] * solved[a];
    step[j] = sum;
  }
}

/** Solves the positive definite 6 x 6 system in place by Cholesky factors. */
function solveSymmetric(matrix: Float64Array, vector: Float64Array): void {
  for (let i = 0; i < 6; i++) {
    for (let k = 0; k <= i; k++) {
      let sum = matrix[i * 6 + k];
      for (let m = 0; m < k; m++) sum -= matrix[i * 6 + m] * matrix[k * 6 + m];
      matrix[i * 6 + k] = i === k ? Math.sqrt(Math.max(sum, 1e-300)) : sum / matrix[k * 6 + k];
    }
  }
  for (let i = 0; i < 6; i++) {
    let sum = vector[i];
    for (let m = 0; m < i; m++) sum -= matrix[i * 6 + m] * vector[m];
    vector[i] = sum / matrix[i * 6 + i];
  }
  for (let i = 5; i >= 0; i--) {
    let sum = vector[i];
    for (let m = i + 1; m < 6; m++) sum -= matrix[m * 6 + i] * vector[m];
    vector[i] = sum / matrix[i * 6 + i];
  }
}
