// Owns the fingertip's Jacobian: from joint velocities to its velocity, and from joint torques to the force at it.
// Frame: the base of the arm. Source: B. Siciliano et al., "Robotics: Modelling, Planning and Control", 2009, §3.1, §3.8.

import type { Vec3 } from '../../spatial.ts';
import { createLinkFrames, forwardKinematics, frameOrigin, TOOL_FRAME } from './kinematics.ts';
import { JOINT_COUNT } from './limits.ts';

const frames = createLinkFrames();

/** @returns 6 x 7, row-major: velocity (m/s), then turning (rad/s), per rad/s of each joint */
export function toolJacobian(jointsRad: ArrayLike<number>): Float64Array {
  forwardKinematics(jointsRad, frames);
  const [tx, ty, tz] = frameOrigin(frames, TOOL_FRAME);
  const jacobian = new Float64Array(6 * JOINT_COUNT);
  for (let j = 0; j < JOINT_COUNT; j++) {
    const f = 12 * j;
    const [ax, ay, az] = [frames[f + 2], frames[f + 6], frames[f + 10]];
    const [dx, dy, dz] = [tx - frames[f + 3], ty - frames[f + 7], tz - frames[f + 11]];
    const column = [ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx, ax, ay, az];
    column.forEach((value, row) => {
      jacobian[row * JOINT_COUNT + j] = value;
    });
  }
  return jacobian;
}

/** Velocity of the fingertip, m/s. */
export function toolVelocity(jointsRad: ArrayLike<number>, velocitiesRadPerS: ArrayLike<number>): Vec3 {
  const jacobian = toolJacobian(jointsRad);
  const row = (r: number) => {
    let sum = 0;
    for (let j = 0; j < JOINT_COUNT; j++) sum += jacobian[r * JOINT_COUNT + j] * velocitiesRadPerS[j];
    return sum;
  };
  return [row(0), row(1), row(2)];
}

/** Keeps the solution small where a direction cannot be felt: next to nothing beside J J^T of a normal posture. */
const DAMPING = 1e-4;

/**
 * Force at the fingertip that explains external joint torques best, newtons.
 * @param torquesNm what the world exerts on each joint, Nm
 */
export function toolForce(jointsRad: ArrayLike<number>, torquesNm: ArrayLike<number>): Vec3 {
  const jacobian = toolJacobian(jointsRad);
  // Least squares of J^T w = tau: (J J^T + damping) w = J tau, by elimination; the matrix is positive definite.
  const matrix = Array.from({ length: 6 }, (_, r) =>
    Array.from({ length: 7 }, (_, c) => {
      let sum = c === r ? DAMPING : 0;
      for (let j = 0; j < JOINT_COUNT; j++) {
        sum += jacobian[r * JOINT_COUNT + j] * (c === 6 ? torquesNm[j] : jacobian[c * JOINT_COUNT + j]);
      }
      return sum;
    }),
  );
  for (let pivot = 0; pivot < 6; pivot++) {
    for (let r = pivot + 1; r < 6; r++) {
      const factor = matrix[r][pivot] / matrix[pivot][pivot];
      for (let c = pivot; c < 7; c++) matrix[r][c] -= factor * matrix[pivot][c];
    }
  }
  const wrench = [0, 0, 0, 0, 0, 0];
  for (let r = 5; r >= 0; r--) {
    let value = matrix[r][6];
    for (let c = r + 1; c < 6; c++) value -= matrix[r][c] * wrench[c];
    wrench[r] = value / matrix[r][r];
  }
  return [wrench[0], wrench[1], wrench[2]];
}
