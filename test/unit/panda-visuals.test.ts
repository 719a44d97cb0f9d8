import { afterAll, describe, expect, it } from 'vitest';
import { meshBounds, triangleCount } from '../../sim/cameras/mesh.ts';
import { Physics } from '../../sim/engine/physics.ts';
import { createRandomStream, type RandomStream } from '../../sim/random.ts';
import { findArm } from '../../sim/robots/panda/arm-handles.ts';
import { PAD_HALF_SIZE } from '../../sim/robots/panda/collision.ts';
import {
  FINGER_OFFSET_M,
  FLANGE_OFFSET_M,
  READY_POSE_RAD,
  TOOL_OFFSET_M,
  toolPose,
} from '../../sim/robots/panda/kinematics.ts';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { pandaVisuals } from '../../sim/robots/panda/visual.ts';
import { PAD_GREY, PANDA_FRAMES, type PandaFrame } from '../../sim/robots/panda/visual-part.ts';
import { pandaBodyPoses } from '../../sim/robots/panda/visual-poses.ts';
import { sceneMjcf } from '../../sim/scenes/scene.ts';
import {
  add,
  angleBetween,
  compose,
  distance,
  dot,
  IDENTITY_POSE,
  invert,
  type Pose,
  quatFromAxisAngle,
  rotate,
  subtract,
  transformPoint,
  type Vec3,
} from '../../sim/spatial.ts';
import { expectSound } from './mesh-soundness.ts';
import { mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const parts = pandaVisuals();
const { minRad, maxRad } = PANDA_JOINT_LIMITS;

function randomJoints(random: RandomStream): number[] {
  return minRad.map((low, j) => random.uniform(low, maxRad[j]));
}

/** A flat round face of a link where it turns against its neighbour: the plane it lies in, and the axis through it. */
interface Seam {
  readonly frame: PandaFrame;
  /** Component of the link's frame that the face is square to, and its value, metres. */
  readonly across: 0 | 1 | 2;
  readonly value: number;
  readonly radiusM: number;
}

/** Both sides of joints 1 to 7. Radii of the drawn drums. */
const SEAMS: readonly (readonly [Seam, Seam])[] = [
  [
    { frame: 'link0', across: 2, value: 0.14, radiusM: 0.055 },
    { frame: 'link1', across: 2, value: -0.1915, radiusM: 0.055 },
  ],
  [
    { frame: 'link1', across: 1, value: -0.0004, radiusM: 0.055 },
    { frame: 'link2', across: 2, value: 0.0004, radiusM: 0.055 },
  ],
  [
    { frame: 'link2', across: 1, value: -0.194, radiusM: 0.055 },
    { frame: 'link3', across: 2, value: -0.121, radiusM: 0.055 },
  ],
  [
    { frame: 'link3', across: 1, value: 0, radiusM: 0.055 },
    { frame: 'link4', across: 2, value: 0, radiusM: 0.055 },
  ],
  [
    { frame: 'link4', across: 1, value: 0.124, radiusM: 0.055 },
    { frame: 'link5', across: 2, value: -0.259, radiusM: 0.055 },
  ],
  [
    { frame: 'link5', across: 1, value: 0.015, radiusM: 0.048 },
    { frame: 'link6', across: 2, value: -0.0146, radiusM: 0.0468 },
  ],
  [
    { frame: 'link6', across: 1, value: -0.0512, radiusM: 0.0441 },
    { frame: 'link7', across: 2, value: 0.052, radiusM: 0.0432 },
  ],
];

/**
 * Expects that the seam's drawn face is a disc about `axis`, a point of the joint's axis in the link's frame, within a
 * millimetre. Where the shell flows into its neck, a part of the rim may be missing.
 */
function expectRoundAbout({ frame, across, value, radiusM }: Seam, axis: Vec3): void {
  const [one, other] = [0, 1, 2].filter((k) => k !== across);
  const directions = Array.from({ length: 36 }, (_, k) => [Math.cos((k * Math.PI) / 18), Math.sin((k * Math.PI) / 18)]);
  const reach = directions.map(() => 0);
  for (const { mesh } of parts.filter((part) => part.frame === frame)) {
    for (let i = 0; i < mesh.positions.length; i += 3) {
      if (Math.abs(mesh.positions[i + across] - value) > 5e-4) continue;
      const [a, b] = [mesh.positions[i + one] - axis[one], mesh.positions[i + other] - axis[other]];
      if (Math.hypot(a, b) > radiusM + 0.001) continue;
      directions.forEach(([c, s], k) => {
        reach[k] = Math.max(reach[k], a * c + b * s);
      });
    }
  }
  const name = `face of ${frame} at ${value}`;
  expect(reach.filter((r) => r > radiusM - 0.001).length, name).toBeGreaterThan(24);
}

describe('the looks of the Panda', () => {
  it('are clean meshes: closed, facing outward, few enough to draw', () => {
    parts.forEach((part, index) => {
      expectSound(part.mesh, `${part.frame} part ${index}`);
    });
    const triangles = parts.reduce((sum, { mesh }) => sum + triangleCount(mesh), 0);
    expect(triangles).toBeGreaterThan(20_000);
    expect(triangles).toBeLessThan(45_000);
    expect(new Set(parts.map((part) => part.frame))).toEqual(new Set(PANDA_FRAMES));
  });

  it('are built once', () => {
    expect(pandaVisuals()).toBe(parts);
  });

  it('turn about the published joint axes: every drawn drum is centred on its axis, in any posture', () => {
    const random = createRandomStream(seed, 'axes');
    for (let i = 0; i < 5; i++) {
      const poses = pandaBodyPoses(i === 0 ? READY_POSE_RAD : randomJoints(random), 0.04);
      SEAMS.forEach((sides, j) => {
        const joint = poses.get(`link${j + 1}` as PandaFrame) as Pose;
        const along = sides.map((seam) => {
          const body = poses.get(seam.frame) as Pose;
          const axis = transformPoint(invert(body), joint.position);
          expectRoundAbout(seam, axis);
          const centre = [...axis] as [number, number, number];
          centre[seam.across] = seam.value;
          const onAxis = transformPoint(invert(joint), transformPoint(body, centre));
          expect(Math.hypot(onAxis[0], onAxis[1]), `joint ${j + 1}, ${seam.frame}`).toBeLessThan(1e-9);
          return onAxis[2];
        });
        // The two faces stand a hair apart and never inside one another.
        expect(Math.abs(along[0] - along[1]), `gap at joint ${j + 1}`).toBeLessThan(0.002);
      });
    }
  });

  it('end in a flange at its published place, on which the hand sits', () => {
    const flange = parts.filter((part) => part.frame === 'link7').map(({ mesh }) => meshBounds(mesh).max[2]);
    expect(Math.max(...flange)).toBeCloseTo(FLANGE_OFFSET_M, 5);
    const adapter = parts.find(({ frame, mesh }) => {
      const { min, max } = meshBounds(mesh);
      return frame === 'hand' && Math.abs(max[0] - 0.0315) < 1e-4 && Math.abs(min[2]) < 1e-4;
    });
    expect(adapter).toBeDefined();
  });

  it('have a hand 0.2 m wide whose fingers meet at the tool point', () => {
    const hand = parts.filter((part) => part.frame === 'hand').map(({ mesh }) => meshBounds(mesh));
    expect(Math.max(...hand.map(({ max }) => max[1]))).toBeCloseTo(0.1, 3);
    expect(Math.max(...hand.map(({ max }) => max[2]))).toBeCloseTo(0.066, 3);
    for (const frame of ['left_finger', 'right_finger'] as const) {
      const pads = parts.filter((part) => part.frame === frame && part.material === PAD_GREY);
      const bounds = pads.map(({ mesh }) => meshBounds(mesh));
      const low = (axis: number) => Math.min(...bounds.map(({ min }) => min[axis]));
      const high = (axis: number) => Math.max(...bounds.map(({ max }) => max[axis]));
      expect(low(1)).toBeCloseTo(0, 6);
      expect((low(2) + high(2)) / 2).toBeCloseTo(TOOL_OFFSET_M - FINGER_OFFSET_M, 5);
      expect(high(2) - low(2)).toBeCloseTo(2 * PAD_HALF_SIZE[2], 4);
      expect(high(0) - low(0)).toBeCloseTo(2 * PAD_HALF_SIZE[0], 4);
    }
  });

  it('hold something exactly as wide as the gripper is open', () => {
    const random = createRandomStream(seed, 'pads');
    for (const widthM of [0, 0.02, 0.08]) {
      const joints = randomJoints(random);
      const poses = pandaBodyPoses(joints, widthM);
      const tool = toolPose(joints);
      const opening = rotate(tool.quatWxyz, [0, 1, 0]);
      for (const [frame, side] of [
        ['left_finger', 1],
        ['right_finger', -1],
      ] as const) {
        const pad = transformPoint(poses.get(frame) as Pose, [0, 0, TOOL_OFFSET_M - FINGER_OFFSET_M]);
        expect(dot(subtract(pad, tool.position), opening) * side).toBeCloseTo(widthM / 2, 9);
        expect(distance(pad, add(tool.position, [0, 0, 0]))).toBeCloseTo(widthM / 2, 9);
      }
    }
  });

  it('never reach out of the arm: no part is far from its link', () => {
    for (const { frame, mesh } of parts) {
      const { min, max } = meshBounds(mesh);
      for (let axis = 0; axis < 3; axis++) {
        expect(min[axis], frame).toBeGreaterThan(-0.27);
        expect(max[axis], frame).toBeLessThan(0.15);
      }
    }
  });
});

describe('the bodies of the looks', () => {
  const base: Pose = { position: [0.3, -0.2, 0.5], quatWxyz: quatFromAxisAngle([0.2, -0.4, 1], 2.1) };
  const physics = new Physics(
    mujoco,
    sceneMjcf(
      { arms: [{ side: 'left', worldFromBase: base, startJointsRad: READY_POSE_RAD }], fixtures: [], props: [] },
      'physics',
    ),
  );
  afterAll(() => physics.dispose());

  it('stand where the physics has the bodies of the same names', () => {
    const random = createRandomStream(seed, 'bodies');
    const arm = findArm(physics, 'left');
    for (let i = 0; i < 20; i++) {
      const joints = randomJoints(random);
      const widthM = random.uniform(0, 0.08);
      physics.reset();
      physics.views.qpos.set(joints, arm.qpos);
      for (const finger of arm.fingerQpos) physics.views.qpos[finger] = widthM / 2;
      physics.kinematics();
      const poses = pandaBodyPoses(joints, widthM, base);
      for (const frame of PANDA_FRAMES) {
        const body = physics.id('body', `left/${frame}`);
        const { xpos, xquat } = physics.views;
        const pose = poses.get(frame) as Pose;
        expect(distance(pose.position, [xpos[3 * body], xpos[3 * body + 1], xpos[3 * body + 2]]), frame).toBeLessThan(
          1e-9,
        );
        const [w, x, y, z] = xquat.subarray(4 * body, 4 * body + 4);
        expect(angleBetween(pose.quatWxyz, [w, x, y, z]), frame).toBeLessThan(1e-7);
      }
    }
  });

  it('stand at the base when none is given', () => {
    const here = pandaBodyPoses(READY_POSE_RAD, 0.04);
    const there = pandaBodyPoses(READY_POSE_RAD, 0.04, base);
    expect(here.get('link0')).toBe(IDENTITY_POSE);
    const hand = compose(base, here.get('hand') as Pose);
    expect(distance(hand.position, (there.get('hand') as Pose).position)).toBeLessThan(1e-12);
  });
});
