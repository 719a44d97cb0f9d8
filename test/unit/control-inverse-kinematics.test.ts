import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  IK_POSITION_TOLERANCE_M,
  IK_ROTATION_TOLERANCE_RAD,
  type IkSolution,
  largestChange,
  searchIk,
  solveIk,
} from '../../sim/control/inverse-kinematics.ts';
import { Physics } from '../../sim/engine/physics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { findArm } from '../../sim/robots/panda/arm-handles.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { type Scene, sceneMjcf } from '../../sim/scenes/scene.ts';
import {
  angleBetween,
  compose,
  distance,
  type Pose,
  quatFromAxisAngle,
  TOOL_DOWN,
  type Vec3,
} from '../../sim/spatial.ts';
import { mujoco } from './sim-drive.ts';
import { HOME_RAD, LEFT_ARM } from './sim-scenes.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const { minRad, maxRad } = PANDA_JOINT_LIMITS;
const MARGIN_RAD = 0.05;
const OPTIONS = { jointMarginRad: MARGIN_RAD, restRad: HOME_RAD };

const worldFromRight: Pose = { position: [0.8, 0.3, 0], quatWxyz: quatFromAxisAngle([0, 0, 1], 2.5) };
const scene: Scene = {
  arms: [LEFT_ARM, { side: 'right', worldFromBase: worldFromRight, startJointsRad: HOME_RAD }],
  fixtures: [],
  props: [],
};
const physics = new Physics(mujoco, sceneMjcf(scene, 'planning'));
const [left, right] = [findArm(physics, 'left'), findArm(physics, 'right')];
afterAll(() => physics.dispose());

/** A posture that keeps `margin` from every limit, radians. */
function comfortable(key: number, margin: number): number[] {
  const random = createRandomStream(key, 'posture');
  return minRad.map((low, j) => random.uniform(low + margin, maxRad[j] - margin));
}

function search(target: Pose, from: ArrayLike<number> = HOME_RAD): IkSolution {
  return searchIk(physics, left, target, from, OPTIONS, createRandomStream(1, 'inverse kinematics'));
}

/** What is really missing at the posture that was found. */
function residual(solution: IkSolution, target: Pose, worldFromBase?: Pose) {
  const tool = toolPose(solution.jointsRad);
  const reached = worldFromBase === undefined ? tool : compose(worldFromBase, tool);
  return {
    positionM: distance(reached.position, target.position),
    rotationRad: angleBetween(reached.quatWxyz, target.quatWxyz),
  };
}

describe('inverse kinematics', () => {
  test('finds at least 99 of 100 poses that comfortable postures reach', () => {
    const count = 1200;
    let found = 0;
    for (let k = 0; k < count; k++) {
      const target = toolPose(comfortable(seed + k, 0.3));
      const solution = search(target);
      if (!solution.feasible) continue;
      found += 1;
      const { positionM, rotationRad } = residual(solution, target);
      expect(positionM).toBeLessThan(IK_POSITION_TOLERANCE_M);
      expect(rotationRad).toBeLessThan(IK_ROTATION_TOLERANCE_RAD);
    }
    // Measured 998 of 1000; below 99 in 100 with this many trials is no bad luck.
    expect(found / count).toBeGreaterThanOrEqual(0.99);
  });

  test('finds every pose over the table with the tool pointing down', () => {
    for (let k = 0; k < 300; k++) {
      const random = createRandomStream(seed + k, 'table');
      const yaw = quatFromAxisAngle([1, Math.tan(random.uniform(-0.39, 0.39)), 0], Math.PI);
      const target: Pose = {
        position: [random.uniform(0.35, 0.72), random.uniform(-0.3, 0.3), random.uniform(-0.1, 0.2)],
        quatWxyz: yaw,
      };
      expect(search(target).feasible, target.position.join()).toBe(true);
    }
  });

  test('stays inside the joint limits by the margin, whether it arrives or not', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 40 }), (key, percent) => {
        const margin = percent / 100;
        const target = toolPose(comfortable(key, 0));
        const options = { jointMarginRad: margin, restRad: HOME_RAD };
        const solution = searchIk(
          physics,
          left,
          target,
          comfortable(key + 1, 0),
          options,
          createRandomStream(1, 'ik'),
          2,
        );
        solution.jointsRad.forEach((angle, j) => {
          expect(angle).toBeGreaterThanOrEqual(minRad[j] + margin);
          expect(angle).toBeLessThanOrEqual(maxRad[j] - margin);
        });
      }),
      { seed, numRuns: 60 },
    );
  });

  test('says honestly how far it is from a pose it cannot reach', () => {
    const random = createRandomStream(seed, 'far');
    for (let k = 0; k < 20; k++) {
      const direction: Vec3 = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-0.2, 1)];
      const far = 1.4 / Math.hypot(...direction);
      const target: Pose = {
        position: [direction[0] * far, direction[1] * far, direction[2] * far + 0.333],
        quatWxyz: TOOL_DOWN,
      };
      const solution = search(target);
      expect(solution.feasible).toBe(false);
      const { positionM, rotationRad } = residual(solution, target);
      expect(solution.positionErrorM).toBeCloseTo(positionM, 9);
      expect(solution.rotationErrorRad).toBeCloseTo(rotationRad, 9);
      // From the shoulder the fingertip reaches 0.316 + 0.384 + 0.088 + 0.107 + 0.1034 m at the very most.
      expect(solution.positionErrorM).toBeGreaterThan(1.4 - 1.0);
    }
  });

  test('a pose in reach whose orientation is not, is not called feasible', () => {
    // The tool cannot point back at the arm from far out.
    const solution = search({ position: [0.8, 0, 0.3], quatWxyz: quatFromAxisAngle([0, 1, 0], -Math.PI / 2) });
    expect(solution.feasible).toBe(false);
    expect(solution.positionErrorM + solution.rotationErrorRad).toBeGreaterThan(IK_ROTATION_TOLERANCE_RAD);
  });

  test('reaches a little further along a line without a joint jump', () => {
    fc.assert(
      fc.property(fc.nat(), (key) => {
        const random = createRandomStream(key, 'nudge');
        const from = search({
          position: [random.uniform(0.4, 0.65), random.uniform(-0.25, 0.25), random.uniform(-0.05, 0.3)],
          quatWxyz: TOOL_DOWN,
        });
        fc.pre(from.feasible);
        const tool = toolPose(from.jointsRad);
        const target: Pose = { ...tool, position: [tool.position[0] + 0.01, tool.position[1], tool.position[2]] };
        const solution = solveIk(physics, left, target, from.jointsRad, OPTIONS);
        expect(solution.feasible).toBe(true);
        expect(largestChange(solution.jointsRad, from.jointsRad)).toBeLessThan(0.12);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('going round in circles does not let the elbow drift away from the rest posture', () => {
    const centre = toolPose(HOME_RAD);
    let joints: ArrayLike<number> = HOME_RAD;
    for (let k = 1; k <= 400; k++) {
      const angle = (k / 40) * 2 * Math.PI;
      const target: Pose = {
        ...centre,
        position: [
          centre.position[0] + 0.08 * (1 - Math.cos(angle)),
          centre.position[1] + 0.15 * Math.sin(angle),
          centre.position[2] + 0.05 * Math.sin(2 * angle),
        ],
      };
      const solution = solveIk(physics, left, target, joints, OPTIONS);
      expect(solution.feasible).toBe(true);
      joints = solution.jointsRad;
      if (k % 40 === 0) expect(largestChange(joints, HOME_RAD)).toBeLessThan(0.1);
    }
  });

  test('on the way the elbow is drawn to the rest posture, and to no other', () => {
    const elbowOut = [0.8, 0.6, -1.1, -2.2, 0.9, 2.3, 0.3];
    const centre = toolPose(elbowOut);
    const natural = search(centre).jointsRad;
    const wander = (restRad: readonly number[]) => {
      let joints: ArrayLike<number> = elbowOut;
      for (let k = 1; k <= 60; k++) {
        const target: Pose = {
          ...centre,
          position: [centre.position[0] + (k % 2) * 0.01, centre.position[1], centre.position[2]],
        };
        joints = solveIk(physics, left, target, joints, { ...OPTIONS, restRad }).jointsRad;
      }
      return joints;
    };
    expect(largestChange(wander(elbowOut), elbowOut)).toBeLessThan(0.1);
    expect(largestChange(wander(HOME_RAD), elbowOut)).toBeGreaterThan(0.5);
    expect(largestChange(wander(HOME_RAD), natural)).toBeLessThan(largestChange(elbowOut, natural) / 2);
  });

  test('the second arm, turned and moved, is solved in the same world frame', () => {
    for (let k = 0; k < 40; k++) {
      const target = compose(worldFromRight, toolPose(comfortable(seed + k, 0.5)));
      const solution = searchIk(physics, right, target, HOME_RAD, OPTIONS, createRandomStream(1, 'ik'));
      if (!solution.feasible) continue;
      const { positionM, rotationRad } = residual(solution, target, worldFromRight);
      expect(positionM).toBeLessThan(IK_POSITION_TOLERANCE_M);
      expect(rotationRad).toBeLessThan(IK_ROTATION_TOLERANCE_RAD);
    }
  });

  test('gives bit for bit the same answer, whatever was asked in between', () => {
    const targets = Array.from({ length: 12 }, (_, k) => toolPose(comfortable(seed + k, 0.2)));
    const first = targets.map((target) => search(target));
    const again = [...targets].reverse().map((target) => search(target));
    expect(again.reverse()).toEqual(first);
  });
});
