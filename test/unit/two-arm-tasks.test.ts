import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { Cell, type CellOptions } from '../../electron/session/cell.ts';
import { readExpert, readRig } from '../../electron/session/installation.ts';
import { runTrial } from '../../electron/session/trial.ts';
import { angleBetween, distance, type Pose } from '../../sim/spatial.ts';
import { holds } from '../../sim/tasks/judge.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import { apiFor } from '../../skills/api/policy-api.ts';
import { createChecker } from '../../skills/check/checker.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { QuickJsSandbox } from '../../skills/sandbox/quickjs-sandbox.ts';
import { Drive, loadTask, mujoco, withDrive } from './sim-drive.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const TASKS = ['two-arm-lift', 'two-arm-handover'] as const;
type Name = (typeof TASKS)[number];

let wasm: WebAssembly.Module;
const programs = new Map<string, Awaited<ReturnType<ReturnType<typeof createChecker>['check']>>>();
beforeAll(async () => {
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  wasm = await WebAssembly.compile(readFileSync(file));
  const checker = createChecker(apiFor({ tier: 'S1', arms: 2 }), GUEST_MODULES);
  for (const name of TASKS) {
    const { source } = readExpert(name, 'S1');
    programs.set(name, await checker.check({ source, blockName: 'block-1', session: { blocks: [] } }));
  }
}, 60_000);

function optionsOf(name: Name, trialSeed: number): Omit<CellOptions, 'purpose' | 'requiredBeats'> {
  const task = loadTask(name);
  return {
    mujoco,
    task,
    seed: trialSeed,
    tier: 'S1',
    rig: readRig(undefined, task).rig,
    sandbox: new QuickJsSandbox({ wasm }),
    modules: GUEST_MODULES,
    pacer: fastPacer(),
    nowS: () => performance.now() / 1000,
    onInternalError: (error) => {
      throw error;
    },
  };
}

/** What one arm touches that it should not: the other arm, furniture, or a thing with more than its fingers. */
function badTouches(world: TaskWorld): string[] {
  const props = world.scene.props.map((prop) => prop.name);
  return world
    .touching()
    .filter((pair) => pair.some((one) => one.includes('/')))
    .filter(([one, other]) => {
      const [arm, thing] = one.includes('/') ? [one, other] : [other, one];
      return !(arm.includes('finger') && props.includes(thing));
    })
    .map((pair) => pair.join(' and '));
}

async function trialOf(name: Name, trialSeed: number) {
  const checked = programs.get(name);
  if (checked?.ok !== true) throw new Error(`the expert does not pass the check: ${JSON.stringify(checked)}`);
  const touched = new Set<string>();
  const block = {
    name: 'block-1',
    source: readExpert(name, 'S1').source,
    javascript: checked.javascript,
    loops: checked.effects.loops,
  };
  const result = await runTrial(optionsOf(name, trialSeed), block, (cell) => {
    cell.observe({
      onTick: () => {
        for (const pair of badTouches(cell.world)) touched.add(pair);
      },
    });
  });
  return { result, touched: [...touched] };
}

describe.each(TASKS)('the expert of %s', (name) => {
  test.each([0, 1])(
    'succeeds on seed + %d, and no arm touches the other, furniture, or a thing but with its fingers',
    {
      timeout: 60_000,
    },
    async (k) => {
      const { result, touched } = await trialOf(name, 1000 * seed + k);
      expect(result).toMatchObject({ success: true, stage: null });
      expect(touched).toEqual([]);
    },
  );
});

test('the same trial of two arms gives the same trace', { timeout: 60_000 }, async () => {
  const [one, other] = [await trialOf('two-arm-lift', seed), await trialOf('two-arm-lift', seed)];
  expect(one.result.traceHash).toBe(other.result.traceHash);
});

describe('a cell of two arms', () => {
  test('is not opened with the rig of another cell', async () => {
    const { rig } = readRig(undefined, loadTask('two-arm-handover'));
    const options = { ...optionsOf('two-arm-lift', seed), rig, purpose: 'trial', requiredBeats: [] } as const;
    await expect(Cell.open(options)).rejects.toMatchObject({
      code: 'BAD_CONFIGURATION',
      message: expect.stringMatching(/right arm .* 0\.500 m/),
    });
  });

  test('starts with nothing touching an arm, and with an undone goal', () => {
    for (const name of TASKS) {
      for (let k = 0; k < 10; k++) {
        const here = Drive.of(name, seed + k);
        try {
          expect(badTouches(here.world)).toEqual([]);
          expect(holds(here.world, loadTask(name).goal)).toBe(false);
        } finally {
          here.dispose();
        }
      }
    }
  });
});

describe('an arm that holds still', () => {
  test('keeps its place to a millimetre under load while the other one moves', { timeout: 30_000 }, async () => {
    await withDrive('two-arm-handover', seed, async (here) => {
      const handle = here.world.thing('hammer handle');
      if (handle === undefined) throw new Error('there is no handle');
      const grasp: Pose = { position: handle.pose.position, quatWxyz: here.graspOf('hammer').quatWxyz };
      await here.robot.moveGripper({ arm: 'left', widthM: 0.08, forceN: 30 });
      await here.go(grasp, 0.1);
      await here.robot.moveGripper({ arm: 'left', widthM: 0, forceN: 30 });
      const lifted: Pose = { ...grasp, position: [grasp.position[0] + 0.1, grasp.position[1], 0.1] };
      await here.go(lifted);
      expect(here.world.pinched(0)).toContain('hammer');
      const before = here.world.tool(0);
      let driftM = 0;
      let driftRad = 0;
      const unsubscribe = here.world.onTick(() => {
        const tool = here.world.tool(0);
        driftM = Math.max(driftM, distance(tool.position, before.position));
        driftRad = Math.max(driftRad, angleBetween(tool.quatWxyz, before.quatWxyz));
      });
      const [path] = await here.scene.planMove('right', {
        kind: 'joints',
        jointsRad: [0.9, 0.3, 0.2, -2.1, 0.3, 2.2, 0.4],
      });
      const plan = await here.robot.plan({ paths: [path], speedScale: 1, toolSpeedMPerS: 1.7 });
      expect((await here.robot.execute(plan)).reason).toBe('reached');
      unsubscribe();
      expect(driftM).toBeLessThan(0.001);
      expect(driftRad).toBeLessThan(0.01);
      expect(here.world.pinched(0)).toContain('hammer');
    });
  });
});

test('a hand that turns by a right angle takes the quick way of its joints, not a line on which the wrist must spin', async () => {
  await withDrive('two-arm-handover', seed, async (here) => {
    const level: Pose = { position: [0.81, 0, 0.7], quatWxyz: [Math.SQRT1_2, 0, -Math.SQRT1_2, 0] };
    const paths = await here.scene.planMove('right', { kind: 'tool', pose: level, approachM: 0.1 });
    let durationS = 0;
    for (const path of paths) {
      durationS += (await here.robot.plan({ paths: [path], speedScale: 1, toolSpeedMPerS: 1.2 })).durationS;
    }
    expect(durationS).toBeLessThan(2.5);
  });
});
