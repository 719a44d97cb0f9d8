// Owns what measured joints mean at the tool point: how fast it is, and what force is felt there. Must never trust a
// figure of the driver beyond the joints' own.

import { createLinkFrames, forwardKinematics, TOOL_FRAME } from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import type { ArmState } from '../robot.ts';

/**
 * Damping of the least squares, square metres and one: near a singular posture a force along the lost direction is
 * reported too small instead of without bound.
 */
const DAMPING = 1e-4;

/** Columns of the geometric Jacobian at the tool point in the arm's base frame: 6 x 7, row-major, metres and one. */
function toolJacobian(jointsRad: ArrayLike<number>): Float64Array {
  const frames = createLinkFrames();
  forwardKinematics(jointsRad, frames);
  const tool = TOOL_FRAME * 12;
  const jacobian = new Float64Array(6 * JOINT_COUNT);
  for (let j = 0; j < JOINT_COUNT; j++) {
    const f = j * 12;
    const [ax, ay, az] = [frames[f + 2], frames[f + 6], frames[f + 10]];
    const x = frames[tool + 3] - frames[f + 3];
    const y = frames[tool + 7] - frames[f + 7];
    const z = frames[tool + 11] - frames[f + 11];
    jacobian[j] = ay * z - az * y;
    jacobian[JOINT_COUNT + j] = az * x - ax * z;
    jacobian[2 * JOINT_COUNT + j] = ax * y - ay * x;
    jacobian[3 * JOINT_COUNT + j] = ax;
    jacobian[4 * JOINT_COUNT + j] = ay;
    jacobian[5 * JOINT_COUNT + j] = az;
  }
  return jacobian;
}

/** Speed of the tool point from measured joints and their speeds, m/s. */
export function toolSpeed({ jointPositionsRad, jointVelocitiesRadPerS }: ArmState): number {
  const jacobian = toolJacobian(jointPositionsRad);
  let sum = 0;
  for (let row = 0; row < 3; row++) {
    let speed = 0;
    for (let j = 0; j < JOINT_COUNT; j++) speed += jacobian[row * JOINT_COUNT + j] * jointVelocitiesRadPerS[j];
    sum += speed * speed;
  }
  return Math.sqrt(sum);
}

/**
 * Size of the force at the tool point that explains the measured external torques best, newtons: the damped least
 * squares of J^T w = tau for the wrench w.
 * @returns null where the robot reports no torques at all, which robots do that do not know them
 */
export function toolForce({ jointPositionsRad, externalTorquesNm }: ArmState): number | null {
  if (externalTorquesNm.every((torque) => torque === 0)) return null;
  const jacobian = toolJacobian(jointPositionsRad);
  // (J J^T + damping) w = J tau, six equations, solved by elimination without pivoting: the matrix is positive definite.
  const m = new Float64Array(6 * 7);
  for (let row = 0; row < 6; row++) {
    for (let column = 0; column < 6; column++) {
      let sum = row === column ? DAMPING : 0;
      for (let j = 0; j < JOINT_COUNT; j++) {
        sum += jacobian[row * JOINT_COUNT + j] * jacobian[column * JOINT_COUNT + j];
      }
      m[row * 7 + column] = sum;
    }
    let right = 0;
    for (let j = 0; j < JOINT_COUNT; j++) right += jacobian[row * JOINT_COUNT + j] * externalTorquesNm[j];
    m[row * 7 + 6] = right;
  }
  for (let k = 0; k < 6; k++) {
    for (let row = k + 1; row < 6; row++) {
      const factor = m[row * 7 + k] / m[k * 7 + k];
      for (let column = k; column < 7; column++) m[row * 7 + column] -= factor * m[k * 7 + column];
    }
  }
  const wrench = new Float64Array(6);
  for (let row = 5; row >= 0; row--) {
    let rest = m[row * 7 + 6];
    for (let column = row + 1; column < 6; column++) rest -= m[row * 7 + column] * wrench[column];
    wrench[row] = rest / m[row * 7 + row];
  }
  return Math.sqrt(wrench[0] * wrench[0] + wrench[1] * wrench[1] + wrench[2] * wrench[2]);
}
