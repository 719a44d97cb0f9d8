import { describe, expect, test } from 'vitest';
import { checkPlan } from '../../drivers/gate/plan-check.ts';
import { GateRefusal } from '../../drivers/gate/refusal.ts';
import { armDisagreement } from '../../drivers/rig/arm-agreement.ts';
import { parseRig, type Rig } from '../../drivers/rig/rig-file.ts';
import type { Plan } from '../../drivers/robot.ts';
import { openTask, readRig, taskNames } from '../../electron/session/installation.ts';
import { toolPose } from '../../sim/robots/panda/kinematics.ts';
import { PANDA_JOINT_LIMITS } from '../../sim/robots/panda/limits.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { YamlFileError } from '../../sim/yaml-file.ts';
import { loadTask } from './sim-drive.ts';
import { HOME_RAD } from './sim-scenes.ts';

const TWO_ARM_TASKS = ['two-arm-lift', 'two-arm-handover'] as const;
const USUAL = readRig();

/** The usual rig with other lines in front of its payload. */
function rigWith(arms: string): Rig {
  return parseRig(USUAL.text.replace('payload:', `${arms}\npayload:`), 'rig.yaml');
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('nothing was refused');
}

/** The task with its right arm moved by so much along x. */
function shifted(name: string, byM: number): Task {
  const task = loadTask(name);
  if (task.robot.arms !== 2) throw new Error('one arm');
  const [x, y, z] = task.robot.rightBase.position;
  return { ...task, robot: { ...task.robot, rightBase: { ...task.robot.rightBase, position: [x + byM, y, z] } } };
}

describe('the arms of a rig', () => {
  test('are one left arm at the origin when the file says nothing of them', () => {
    expect(USUAL.rig.envelope.arms).toEqual([
      { arm: 'left', arm0FromBase: { position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] } },
    ]);
  });

  test('stand where the file puts them', () => {
    const { arms } = rigWith('arms: [{ arm: left }, { arm: right, position: [1.3, 0.2, 0.1], yaw: 1.5 }]').envelope;
    expect(arms.map(({ arm }) => arm)).toEqual(['left', 'right']);
    expect(arms[1].arm0FromBase.position).toEqual([1.3, 0.2, 0.1]);
    expect(2 * Math.acos(arms[1].arm0FromBase.quatWxyz[0])).toBeCloseTo(1.5, 12);
  });

  test.each([
    ['arms: [{ arm: right, position: [1, 0, 0] }]', /write "left" here/],
    ['arms: [{ arm: left }, { arm: left, position: [1, 0, 0] }]', /write "right" here/],
    ['arms: [{ arm: left, position: [0.1, 0, 0] }]', /origin of all coordinates/],
    ['arms: [{ arm: left, yaw: 0.1 }]', /origin of all coordinates/],
    ['arms: []', /arms/],
    ['arms: [{ arm: left }, { arm: right }, { arm: right }]', /arms/],
    ['arms: [{ arm: middle }]', /"left"/],
  ])('are refused as %s, with the line', (arms, why) => {
    const message = messageOf(() => rigWith(arms));
    expect(message).toMatch(why);
    expect(message).toMatch(/rig\.yaml:\d+: /);
  });
});

describe('the rig of a task', () => {
  test('is found for every task that is shipped', () => {
    for (const name of taskNames()) {
      const { task } = openTask(name).taskFor(0);
      expect(armDisagreement(readRig(undefined, task).rig, task)).toBeUndefined();
    }
  });

  test.each(TWO_ARM_TASKS)('of %s agrees to the millimetre, and not to two', (name) => {
    const { rig } = readRig(undefined, loadTask(name));
    expect(armDisagreement(rig, shifted(name, 0.0009))).toBeUndefined();
    expect(armDisagreement(rig, shifted(name, 0.002))).toMatch(/right arm .* 0\.002 m .* two-arm/);
  });

  test('is refused when its arms stand elsewhere, or are too few', () => {
    const lift = readRig(undefined, loadTask('two-arm-lift'));
    expect(messageOf(() => readRig(lift.path, loadTask('two-arm-handover')))).toMatch(/0\.500 m .* away/);
    expect(messageOf(() => readRig(USUAL.path, loadTask('two-arm-lift')))).toMatch(/one arm/);
    expect(() => readRig(lift.path, loadTask('cube-lift'))).toThrow(YamlFileError);
  });

  test('of a task of the user with other mounts is asked for by name', () => {
    const message = messageOf(() => readRig(undefined, shifted('two-arm-lift', 0.3)));
    expect(message).toMatch(/no simulated cell/);
    expect(message).toMatch(/two-arm.*--rig/);
  });
});

describe('the room of a cell with two arms', () => {
  const { envelope } = readRig(undefined, loadTask('two-arm-handover')).rig;
  const still = (arm: 'left' | 'right', joints: readonly number[]): Plan => ({
    id: 'still',
    periodS: 0.002,
    sampleCount: 2,
    durationS: 0.002,
    arms: [{ arm, jointPositionsRad: Float64Array.from([...joints, ...joints]) }],
  });
  const check = (arm: 'left' | 'right', joints: readonly number[]) =>
    checkPlan(still(arm, joints), [joints, joints], { envelope, jointLimits: PANDA_JOINT_LIMITS, speedScale: 1 });

  test('is measured from the base of each arm', () => {
    const reach = toolPose(HOME_RAD).position[0];
    expect(check('left', HOME_RAD).figures.toolBox.min[0]).toBeCloseTo(reach, 12);
    expect(check('right', HOME_RAD).figures.toolBox.min[0]).toBeCloseTo(1.62 - reach, 6);
  });

  test('is left by the right arm when it reaches out behind itself, and by neither when they face each other', () => {
    const outstretched = [0, 1.2, 0, -0.6, 0, 1.8, 0.8];
    expect(() => check('right', outstretched)).not.toThrow();
    const backwards = [2.8, ...outstretched.slice(1)];
    expect(() => check('right', backwards)).toThrow(GateRefusal);
    expect(messageOf(() => check('right', backwards))).toMatch(/right arm .* leave the workspace/);
  });
});
