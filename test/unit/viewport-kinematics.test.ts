import { beforeAll, describe, expect, it } from 'vitest';
import { ARM_BODIES, ArmKinematics, MATRIX, TOOL } from '../../renderer/scene/arm-kinematics.ts';
import { type RobotShells, readRobotShells } from '../../renderer/scene/robot-shells.ts';
import { createRandomStream } from '../../sim/random.ts';
import {
  createLinkFrames,
  forwardKinematics,
  frameOrigin,
  HAND_FRAME,
  TOOL_FRAME,
} from '../../sim/robots/panda/kinematics.ts';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import { pandaShellFile } from '../../sim/robots/panda/shell-file.ts';
import { pandaVisuals } from '../../sim/robots/panda/visual.ts';
import { pandaBodyPoses } from '../../sim/robots/panda/visual-poses.ts';
import { mat3FromQuat, quatFromAxisAngle, transformPoint } from '../../sim/spatial.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);
/** The brief of the viewport: what is drawn is where the robot is, to a tenth of a millimetre; arithmetic leaves far less. */
const EXACT_M = 1e-9;

describe("the drawn arm's kinematics", () => {
  let shells: RobotShells;
  beforeAll(() => {
    shells = readRobotShells(pandaShellFile('test').slice().buffer);
  });

  it(`puts every body where the simulation has it, for any joints (seed ${SEED})`, () => {
    const random = createRandomStream(SEED, 'drawn kinematics');
    const kinematics = new ArmKinematics(shells.chain);
    const frames = createLinkFrames();
    const { minRad, maxRad } = PANDA_JOINT_LIMITS;
    for (let trial = 0; trial < 50; trial++) {
      const joints = minRad.map((least, joint) => random.uniform(least, maxRad[joint]));
      const widthM = random.uniform(0, 0.08);
      const worldFromBase = {
        position: [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)] as const,
        quatWxyz: quatFromAxisAngle([0, 0, 1], random.uniform(-3, 3)),
      };
      kinematics.pose(worldFromBase, joints, widthM);
      forwardKinematics(joints, frames);
      const tool = transformPoint(worldFromBase, frameOrigin(frames, TOOL_FRAME));
      expectNear(kinematics.origin(TOOL), tool);
      const hand = transformPoint(worldFromBase, frameOrigin(frames, HAND_FRAME));
      expectNear(kinematics.origin(ARM_BODIES.indexOf('hand')), hand);
      for (const [name, pose] of pandaBodyPoses(joints, widthM, worldFromBase)) {
        const body = ARM_BODIES.indexOf(name);
        expectNear(kinematics.origin(body), pose.position);
        const m = mat3FromQuat(pose.quatWxyz);
        const at = body * MATRIX;
        for (let k = 0; k < 9; k++) {
          const drawn = kinematics.matrices[at + 4 * (k % 3) + Math.floor(k / 3)];
          expect(Math.abs(drawn - m[k]), `${name}, element ${k}`).toBeLessThan(EXACT_M);
        }
      }
    }
  });

  it('has every triangle of the simulated looks, in the frame it belongs to', () => {
    for (const frame of new Set(pandaVisuals().map((part) => part.frame))) {
      const parts = pandaVisuals().filter((part) => part.frame === frame);
      const mesh = shells.meshes.find((one) => one.frame === frame);
      expect(mesh?.indices.length).toBe(parts.reduce((sum, { mesh: one }) => sum + one.indices.length, 0));
      expect(mesh?.positions.subarray(0, 3)).toEqual(parts[0].mesh.positions.subarray(0, 3));
    }
    for (const frame of ['hand with pad', 'hand with pen', 'tool_pad', 'tool_tip', 'tool_eraser']) {
      expect(
        shells.meshes.some((mesh) => mesh.frame === frame),
        frame,
      ).toBe(true);
    }
  });

  it('refuses what is no such file', () => {
    expect(() => readRobotShells(new ArrayBuffer(4))).toThrow('no file of robot shells');
    expect(() => readRobotShells(new TextEncoder().encode('<!doctype html>').slice().buffer)).toThrow('no file');
    const cut = pandaShellFile('test').slice(0, 200).buffer;
    expect(() => readRobotShells(cut)).toThrow('cut off');
  });
});

function expectNear(drawn: readonly number[], wanted: readonly number[]): void {
  for (let axis = 0; axis < 3; axis++) expect(Math.abs(drawn[axis] - wanted[axis])).toBeLessThan(EXACT_M);
}
