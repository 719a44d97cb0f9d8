import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Physics } from '../../sim/engine/physics.ts';
import { createRandomStream } from '../../sim/random.ts';
import { findArm, readSite } from '../../sim/robots/panda/arm-handles.ts';
import { HAND_INERTIAL, LINK_INERTIALS } from '../../sim/robots/panda/inertials.ts';
import {
  createLinkFrames,
  forwardKinematics,
  frameOrigin,
  framePose,
  HAND_FRAME,
  PANDA_DH,
  READY_POSE_RAD,
  TOOL_FRAME,
  toolPose,
} from '../../sim/robots/panda/kinematics.ts';
import { JOINT_COUNT, PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { type Scene, sceneMjcf } from '../../sim/scenes/scene.ts';
import {
  angleBetween,
  compose,
  distance,
  IDENTITY_POSE,
  type Pose,
  quatFromAxisAngle,
  TOOL_DOWN,
  type Vec3,
} from '../../sim/spatial.ts';
import { mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const { minRad, maxRad, torqueNm } = PANDA_JOINT_LIMITS;

const posture = fc.tuple(
  ...minRad.map((low, j) =>
    fc.integer({ min: 0, max: 1_000_000 }).map((k) => low + ((maxRad[j] - low) * k) / 1_000_000),
  ),
);

const BASE: Pose = { position: [0.3, -0.2, 0.5], quatWxyz: quatFromAxisAngle([0.2, -0.4, 1], 2.1) };
const alone = (worldFromBase: Pose): Scene => ({
  arms: [{ side: 'left', worldFromBase, startJointsRad: READY_POSE_RAD }],
  fixtures: [],
  props: [],
});
const physics = new Physics(mujoco, sceneMjcf(alone(IDENTITY_POSE), 'physics'));
const turned = new Physics(mujoco, sceneMjcf(alone(BASE), 'physics'));
const arm = findArm(physics, 'left');
afterAll(() => {
  physics.dispose();
  turned.dispose();
});

function pose(engine: Physics, joints: readonly number[], widthM = 0.08): void {
  engine.reset();
  const { qpos } = engine.views;
  qpos.set(joints, arm.qpos);
  for (const finger of arm.fingerQpos) qpos[finger] = widthM / 2;
}

function bodyPose(engine: Physics, name: string): Pose {
  const body = engine.id('body', name);
  const { xpos, xquat } = engine.views;
  return {
    position: [xpos[3 * body], xpos[3 * body + 1], xpos[3 * body + 2]],
    quatWxyz: [xquat[4 * body], xquat[4 * body + 1], xquat[4 * body + 2], xquat[4 * body + 3]],
  };
}

function expectSamePose(a: Pose, b: Pose): void {
  expect(distance(a.position, b.position)).toBeLessThan(1e-9);
  expect(angleBetween(a.quatWxyz, b.quatWxyz)).toBeLessThan(1e-9);
}

describe('kinematics', () => {
  test('the closed form puts every link, the hand and the fingertip where the engine has them', () => {
    const frames = createLinkFrames();
    fc.assert(
      fc.property(posture, (joints) => {
        forwardKinematics(joints, frames);
        pose(physics, joints);
        physics.kinematics();
        for (let i = 0; i < JOINT_COUNT; i++) {
          expectSamePose(framePose(frames, i), bodyPose(physics, `left/link${i + 1}`));
        }
        expectSamePose(framePose(frames, HAND_FRAME), bodyPose(physics, 'left/hand'));
        expectSamePose(framePose(frames, TOOL_FRAME), readSite(physics, arm.toolSite));
        pose(turned, joints);
        turned.kinematics();
        expectSamePose(compose(BASE, toolPose(joints)), readSite(turned, arm.toolSite));
      }),
      { seed, numRuns: 300 },
    );
  });

  test.each<[string, readonly number[], Vec3]>([
    // Stretched out, the link lengths of the data sheet simply add up: 0.333 + 0.316 + 0.384 - 0.107.
    ['upright', [0, 0, 0, 0, 0, 0, 0], [0.088, 0, 0.926]],
    // Franka's ready pose, as libfranka reports it (O_T_EE without a hand).
    ['ready', READY_POSE_RAD, [0.3069, 0, 0.5903]],
    ['ready, base turned by 90 degrees', [Math.PI / 2, ...READY_POSE_RAD.slice(1)], [0, 0.3069, 0.5903]],
  ])('the flange stands within a millimetre of its published place: %s', (_name, joints, place) => {
    const frames = createLinkFrames();
    forwardKinematics(joints, frames);
    expect(distance(frameOrigin(frames, HAND_FRAME), place)).toBeLessThan(0.001);
  });

  test('in the plane of the arm the flange follows plain trigonometry', () => {
    const angle = fc.integer({ min: -1000, max: 1000 }).map((k) => k / 1000);
    fc.assert(
      fc.property(angle, angle, angle, (a, b, c) => {
        const [q2, q4, q6] = [a, -1.5 + b, 1.8 + c];
        // Pitch of upper arm, forearm and hand; x forward, z up; each link has a length and an offset across it.
        const along = (pitch: number, length: number, across: number): readonly [number, number] => [
          length * Math.sin(pitch) + across * Math.cos(pitch),
          length * Math.cos(pitch) - across * Math.sin(pitch),
        ];
        const upper = along(q2, 0.316, 0.0825);
        const fore = along(q2 - q4, 0.384, -0.0825);
        // At q6 = 0 the hand points back along the forearm.
        const hand = along(q2 - q4 - q6 + Math.PI, 0.107, -0.088);
        const frames = createLinkFrames();
        forwardKinematics([0, q2, 0, q4, 0, q6, 0], frames);
        const [x, y, z] = frameOrigin(frames, HAND_FRAME);
        expect(x).toBeCloseTo(upper[0] + fore[0] + hand[0], 12);
        expect(y).toBeCloseTo(0, 12);
        expect(z).toBeCloseTo(0.333 + upper[1] + fore[1] + hand[1], 12);
      }),
      { seed },
    );
  });

  test('at the ready pose the tool points straight down with the fingers along y', () => {
    const tool = toolPose(READY_POSE_RAD);
    expect(angleBetween(tool.quatWxyz, TOOL_DOWN)).toBeLessThan(1e-12);
    expect(tool.position[2]).toBeCloseTo(0.59029 - 0.1034, 4);
  });
});

describe('limits', () => {
  test('one row per joint, low below high, everything positive', () => {
    for (const row of Object.values(PANDA_JOINT_LIMITS)) expect(row.length).toBe(JOINT_COUNT);
    expect(PANDA_DH.length).toBe(JOINT_COUNT);
    minRad.forEach((low, j) => {
      expect(low).toBeLessThan(maxRad[j]);
      expect(READY_POSE_RAD[j]).toBeGreaterThan(low);
      expect(READY_POSE_RAD[j]).toBeLessThan(maxRad[j]);
    });
  });

  test('the model has the same joint limits as the table, and the servos its torques', () => {
    const { jnt_range: range, actuator_forcerange: force } = physics.model;
    for (let j = 0; j < JOINT_COUNT; j++) {
      const joint = physics.id('joint', `left/joint${j + 1}`);
      expect([range[2 * joint], range[2 * joint + 1]]).toEqual([minRad[j], maxRad[j]]);
      expect(force[2 * (arm.servo + j) + 1]).toBe(torqueNm[j]);
    }
  });

  test('no servo pushes harder than its torque limit, however far its target is', () => {
    pose(physics, READY_POSE_RAD);
    for (let k = 0; k < 200; k++) {
      const { ctrl, actuatorForce } = physics.views;
      for (let j = 0; j < JOINT_COUNT; j++) ctrl[arm.servo + j] = k % 40 < 20 ? maxRad[j] : minRad[j];
      physics.step();
      for (let j = 0; j < JOINT_COUNT; j++) {
        expect(Math.abs(actuatorForce[arm.servo + j])).toBeLessThanOrEqual(torqueNm[j] + 1e-9);
      }
    }
  });

  test('a joint driven against its limit stays there', () => {
    pose(physics, READY_POSE_RAD);
    const { ctrl } = physics.views;
    ctrl.set(READY_POSE_RAD, arm.servo);
    ctrl[arm.servo + 6] = 4;
    physics.step(1500);
    expect(physics.views.qpos[arm.qpos + 6]).toBeLessThan(maxRad[6] + 0.02);
    expect(physics.views.qpos[arm.qpos + 6]).toBeGreaterThan(maxRad[6] - 0.02);
  });
});

describe('arm and hand as bodies', () => {
  test('arm and hand weigh what the maker says, about 17 kg without the base', () => {
    const links = LINK_INERTIALS.reduce((sum, link) => sum + link.massKg, 0);
    expect(links).toBeGreaterThan(14);
    expect(links).toBeLessThan(18.5);
    expect(HAND_INERTIAL.massKg).toBe(0.73);
    const { body_mass: mass } = physics.model;
    // Bodies 0 and 1 are the world and the fixed base.
    const moving = mass.slice(2).reduce((sum: number, value: number) => sum + value, 0);
    expect(moving).toBeCloseTo(links + 0.73 + 0.03, 9);
  });

  test('every inertia is one a rigid body can have', () => {
    const { body_inertia: inertia, nbody } = physics.model;
    for (let body = 2; body < nbody; body++) {
      const [a, b, c] = inertia.slice(3 * body, 3 * body + 3);
      expect(Math.min(a, b, c)).toBeGreaterThan(0);
      expect(a + b + c - 2 * Math.max(a, b, c), physics.nameOf('body', body)).toBeGreaterThanOrEqual(-1e-9);
    }
  });

  test('held by its servos the arm does not sink, in any posture', () => {
    fc.assert(
      fc.property(posture, (joints) => {
        pose(physics, joints);
        physics.views.ctrl.set(joints, arm.servo);
        physics.forward();
        fc.pre(physics.contacts().length === 0);
        physics.step(200);
        const { qpos } = physics.views;
        for (let j = 0; j < JOINT_COUNT; j++) expect(Math.abs(qpos[arm.qpos + j] - joints[j])).toBeLessThan(1e-3);
      }),
      { seed, numRuns: 25 },
    );
  });

  test("the arm touches itself nowhere at the ready pose and at the tasks' start", () => {
    for (const joints of [READY_POSE_RAD, [0, 0.19634954, 0, -2.61799388, 0, 2.81434342, 0.78539816]]) {
      for (const widthM of [0, 0.04, 0.08]) {
        pose(physics, joints, widthM);
        expect(physics.detectContacts() === 0 ? [] : names()).toEqual([]);
      }
    }
  });

  test('a fingertip inside the base or the shoulder is always seen as a collision of the arm with itself', () => {
    const random = createRandomStream(seed, 'self-collision');
    const frames = createLinkFrames();
    let inside = 0;
    for (let k = 0; k < 150_000 && inside < 40; k++) {
      const joints = minRad.map((low, j) => random.uniform(low, maxRad[j]));
      forwardKinematics(joints, frames);
      const [x, y, z] = frameOrigin(frames, TOOL_FRAME);
      // Base and shoulder are a column of 65 mm radius up to the second joint.
      if (x * x + y * y > 0.05 * 0.05 || z < 0.05 || z > 0.36) continue;
      inside += 1;
      pose(physics, joints, random.uniform(0, 0.08));
      physics.detectContacts();
      expect(names().some((pair) => /link[012]/.test(pair))).toBe(true);
    }
    expect(inside).toBeGreaterThan(5);
  });

  test('the pads meet at the fingertip point when the hand is closed', () => {
    pose(physics, READY_POSE_RAD, 0);
    physics.detectContacts();
    const tool = readSite(physics, arm.toolSite).position;
    const { geom_xpos: at } = physics.data;
    const middle = [0, 1, 2].map((i) => (at[3 * arm.padGeoms[0] + i] + at[3 * arm.padGeoms[1] + i]) / 2);
    expect(distance(middle as unknown as Vec3, tool)).toBeLessThan(1e-9);
    pose(physics, READY_POSE_RAD, 0.05);
    physics.detectContacts();
    const one = [0, 1, 2].map((i) => physics.data.geom_xpos[3 * arm.padGeoms[0] + i]);
    const other = [0, 1, 2].map((i) => physics.data.geom_xpos[3 * arm.padGeoms[1] + i]);
    // Pads are 12 mm thick, so their centres are one thickness further apart than their faces.
    expect(distance(one as unknown as Vec3, other as unknown as Vec3)).toBeCloseTo(0.05 + 0.012, 9);
  });

  test('two arms in one scene have their own joints, servos and names', () => {
    const scene: Scene = {
      arms: [
        { side: 'left', worldFromBase: IDENTITY_POSE, startJointsRad: READY_POSE_RAD },
        { side: 'right', worldFromBase: BASE, startJointsRad: READY_POSE_RAD },
      ],
      fixtures: [],
      props: [],
    };
    const both = new Physics(mujoco, sceneMjcf(scene, 'physics'));
    const [left, right] = [findArm(both, 'left'), findArm(both, 'right')];
    expect(right.qpos).toBe(left.qpos + 9);
    expect(right.servo).toBe(left.servo + 8);
    both.dispose();
    expect(() => findArm(physics, 'right')).toThrow('right/joint1');
  });
});

function names(): string[] {
  return physics
    .contacts()
    .map(({ geomA, geomB }) => `${physics.nameOf('geom', geomA)} ${physics.nameOf('geom', geomB)}`);
}
