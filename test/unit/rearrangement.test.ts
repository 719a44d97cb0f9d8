import { describe, expect, test } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { genericExpert, readExpert, readRig, readTask, taskNames } from '../../electron/session/installation.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { perturbTask } from '../../sim/tasks/perturb.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { rearrangementProblem } from '../../skills/experts/rearrangement.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { inProcessSandbox } from '../bench/trial-parts.ts';
import { mujoco } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const YAML_ONLY = [
  'blocks-in-bowls',
  'bridge',
  'clear-a-corner',
  'line-up',
  'put-in-tray',
  'pyramid',
  'sort-by-colour',
  'spread-out',
  'stack-by-size',
  'swap-two',
  'tower-of-four',
  'unstack',
];
const checker = createChecker(apiFor({ tier: 'S1', arms: 1 }), GUEST_MODULES);
const sandbox = await inProcessSandbox();

async function blockOf(task: Task) {
  const source = genericExpert(task, 'S1')?.source ?? '';
  const { ok, diagnostics, javascript, effects } = await checker.check({
    source,
    blockName: 'block-1',
    session: { blocks: [] },
  });
  expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] });
  return { name: 'block-1', source, javascript, loops: effects.loops };
}

async function trial(task: Task, key: number) {
  const options = { mujoco, task, rig: readRig().rig, tier: 'S1', sandbox, modules: GUEST_MODULES } as const;
  return runTrial(
    {
      ...options,
      pacer: fastPacer(),
      nowS: () => performance.now() / 1000,
      onInternalError: (error) => console.error(error),
      seed: key,
    },
    await blockOf(task),
  );
}

describe('the generic expert', () => {
  test.each(YAML_ONLY)('has a program for %s and for its other goal, and both pass the check', async (name) => {
    const { task } = readTask(name);
    expect(task.rewordings.length).toBeGreaterThanOrEqual(2);
    expect(task.variants.length).toBeGreaterThanOrEqual(1);
    await blockOf(task);
    for (const { goal } of task.variants) await blockOf({ ...task, goal });
  });

  test('is the expert of a task that has none of its own, and of a goal for which none was written', () => {
    expect(readExpert('swap-two', 'S1').source).toContain('Puts things in their places');
    const { task } = readTask('cube-stack');
    expect(readExpert('cube-stack', 'S1', task).source).not.toContain('Puts things in their places');
    const other = perturbTask(task, 'task', seed);
    expect(readExpert('cube-stack', 'S1', other).source).toContain('green cube stands on red cube');
  });

  test('says why it has no program', () => {
    const { task } = readTask('cube-stack');
    const upright: Task = { ...task, goal: { upright: { object: 'red cube', axis: 'z', withinRad: 0.1 } } };
    expect(rearrangementProblem(upright)).toBe('it cannot bring about: upright');
    expect(genericExpert(upright, 'S1')).toBeUndefined();
    expect(() => readExpert('my-own', 'S1', upright)).toThrow(/no expert for my-own.*cannot bring about: upright/);
    expect(taskNames().length).toBeGreaterThan(YAML_ONLY.length);
  });

  test.each(['swap-two', 'bridge', 'unstack'])('brings %s about', async (name) => {
    const { success, message } = await trial(readTask(name).task, seed % 100_000);
    expect(message).toBe('the goal holds');
    expect(success).toBe(true);
  });
});
