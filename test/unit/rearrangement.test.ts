import { describe, expect, test } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { genericExpert, readExpert, readRig, readTask, taskNames } from '../../electron/session/installation.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { perturbTask } from '../../sim/tasks/perturb.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { rearrangementProblem } from '../../skills/experts/rearrangement.ts';
import { phrasesFor } from '../../skills/experts/rearrangement-phrases.ts';
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
const TIERS = ['S1', 'S2', 'S3'] as const;
const checkers = new Map(TIERS.map((tier) => [tier, createChecker(apiFor({ tier, arms: 1 }), GUEST_MODULES)]));
const sandbox = await inProcessSandbox();

async function blockOf(task: Task, tier: (typeof TIERS)[number] = 'S1') {
  const source = genericExpert(task, tier)?.source ?? '';
  const checker = checkers.get(tier);
  if (checker === undefined) throw new Error(`there is no checker for ${tier}`);
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

  test.each(['S2', 'S3'] as const)(
    'has a program for every goal at %s, and those of the tasks pass the check',
    async (tier) => {
      for (const name of YAML_ONLY) {
        const { task } = readTask(name);
        for (const goal of [task.goal, ...task.variants.map((variant) => variant.goal)]) {
          const variant: Task = { ...task, goal };
          const problem = rearrangementProblem(variant, tier);
          expect({ name, problem }).toEqual({ name, problem: undefined });
        }
        expect((await blockOf(task, tier)).source).toContain('FURNITURE');
      }
    },
  );

  test('knows by name only what its goal speaks of, and furniture, where it has to see', () => {
    const { task } = readTask('swap-two');
    const cluttered = perturbTask(task, 'environment', seed);
    const extra = cluttered.world.props.slice(task.world.props.length).map(({ name }) => name);
    expect(extra.length).toBeGreaterThan(0);
    for (const tier of ['S2', 'S3', 'S4']) {
      const { source } = genericExpert(cluttered, tier) ?? {};
      expect(source).toContain('"red cube"');
      for (const name of extra) expect(source).not.toContain(name);
    }
    expect(genericExpert(cluttered, 'S4')?.source).toBe(genericExpert(cluttered, 'S3')?.source);
  });

  test('describes by colour and shape what the pixels cannot be asked for by its name', () => {
    const called = (name: string, shape: 'box' | 'cylinder', color: [number, number, number]) => {
      const { task } = readTask('swap-two');
      const [prop] = task.world.props;
      return phrasesFor([{ ...prop, name, shape, color }])[name][0];
    };
    expect(called('red cube', 'box', [0.82, 0.12, 0.1])).toBe('red cube');
    expect(called('lid', 'cylinder', [0.4, 0.4, 0.42])).toBe('gray cylinder');
    expect(called('middle block', 'box', [0.92, 0.45, 0.08])).toBe('orange block');
    // "Hole" would be looked for as a part of a thing.
    expect(called('block hole', 'box', [0.12, 0.3, 0.78])).toBe('blue block');
  });

  test('says which names the cameras could not tell apart', () => {
    const { task } = readTask('sort-by-colour');
    const cylinder = 'red cylinder';
    const renamed = JSON.parse(JSON.stringify(task).replaceAll(cylinder, 'red block')) as Task;
    expect(rearrangementProblem(renamed)).toBeUndefined();
    expect(rearrangementProblem(renamed, 'S3')).toMatch(/^"red cube" may also mean "red block" to a camera; give each/);
    expect(genericExpert(renamed, 'S2')).toBeUndefined();
    expect(() => readExpert('my-own', 'S2', renamed)).toThrow(/no expert for my-own at tier S2.*may also mean/s);
    const plain = JSON.parse(JSON.stringify(task).replaceAll(cylinder, 'thing')) as Task;
    expect(rearrangementProblem(plain, 'S3')).toMatch(/"thing" may also mean/);
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
