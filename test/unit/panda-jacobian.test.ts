import { describe, expect, test } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { toolForce, toolJacobian, toolVelocity } from '../../sim/robots/panda/tool-jacobian.ts';

const random = createRandomStream(Number(process.env.CAPSTAN_TEST_SEED), 'jacobian');
const posture = () =>
  PANDA_JOINT_LIMITS.minRad.map((low, j) => {
    const high = PANDA_JOINT_LIMITS.maxRad[j];
    return random.uniform(low + 0.2, high - 0.2);
  });

describe("the fingertip's Jacobian", () => {
  test('gives the velocity that small motions of the joints give', () => {
    for (let k = 0; k < 200; k++) {
      const joints = posture();
      const speeds = joints.map(() => random.uniform(-1, 1));
      const step = 1e-6;
      const [before, after] = [-1, 1].map(
        (sign) => toolPose(joints.map((q, j) => q + sign * step * speeds[j])).position,
      );
      toolVelocity(joints, speeds).forEach((value, axis) => {
        expect(value).toBeCloseTo((after[axis] - before[axis]) / (2 * step), 6);
      });
    }
  });

  test('gives back the force whose torques it is told', () => {
    for (let k = 0; k < 200; k++) {
      const joints = [0.2, 0.3, -0.1, -2.2, 0.1, 2.5, 0.7].map((q) => q + random.uniform(-0.3, 0.3));
      const force = [0, 1, 2].map(() => random.uniform(-30, 30));
      const jacobian = toolJacobian(joints);
      const torques = joints.map((_, j) => force.reduce((sum, value, row) => sum + jacobian[row * 7 + j] * value, 0));
      toolForce(joints, torques).forEach((value, axis) => {
        expect(Math.abs(value - force[axis])).toBeLessThan(0.5);
      });
    }
  });
});
