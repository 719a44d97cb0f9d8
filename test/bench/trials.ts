// Owns the figures of headless trials, for every task and tier that has an expert: wall time against bare physics steps
// of the same process, and against the simulated time. Trials and bare stepping alternate, so that a drifting machine
// touches both alike.

import { runTrial } from '../../electron/session/trial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { STEPS_PER_TICK, TaskWorld } from '../../sim/tasks/task-world.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { type Figure, median } from './figure.ts';
import { type TrialParts, tasksWithExperts, trialParts } from './trial-parts.ts';

/** Measured well, at every tier that differs in speed; S4 runs what S3 runs. */
const CORE_TASKS = [
  'cube-lift',
  'cube-stack',
  'cube-restack',
  'nut-assembly',
  'spill-wipe',
  'two-arm-lift',
  'two-arm-handover',
];
const CORE = { tiers: ['S1', 'S2', 'S3'], warmUp: 1, trials: 8, enoughS: 2.5 } as const;
/** Every other task: one trial at each end, to see that none is out of line. */
const OTHERS = { tiers: ['S1', 'S3'], warmUp: 0, trials: 1, enoughS: 0 } as const;
/** Trials before everything else; they warm the engine, the sandbox and the compiler. */
const WARM_UP = { task: 'cube-restack', trials: 6 };

type Plan = Pick<typeof CORE | typeof OTHERS, 'warmUp' | 'trials' | 'enoughS'>;

/** One task at one tier: medians over its trials. */
interface Speed {
  readonly what: string;
  readonly isBudgeted: boolean;
  readonly trials: number;
  /** Simulated seconds per second, once the world is open. */
  readonly factor: number;
  /** The same with opening the world. */
  readonly openFactor: number;
  /** Wall time by that of the same steps of bare physics. */
  readonly ratio: number;
  readonly stepUs: number;
}

export async function measureTrials(): Promise<Figure[]> {
  const sandbox = new ProcessSandbox();
  const speeds: Speed[] = [];
  const others = tasksWithExperts(OTHERS.tiers).filter(({ task }) => !CORE_TASKS.includes(task));
  const all = [
    ...tasksWithExperts(CORE.tiers)
      .filter(({ task }) => CORE_TASKS.includes(task))
      .map((one) => ({ ...one, plan: CORE })),
    ...others.map((one) => ({ ...one, plan: OTHERS })),
  ];
  try {
    const { options, block } = await trialParts(WARM_UP.task, sandbox, 'S1');
    for (let seed = 0; seed < WARM_UP.trials; seed++) await runTrial({ ...options, seed }, block);
    console.log(
      '  task and tier                        real time  with opening  bare mj_step  us a step  trials   (medians)',
    );
    for (const { task, tier, plan } of all) {
      try {
        const speed = await measureOne(`${task} ${tier}`, await trialParts(task, sandbox, tier), plan);
        speeds.push(speed);
        console.log(rowOf(speed));
      } catch (error) {
        // One broken expert must not cost the figures of all others.
        console.log(`  ${task} ${tier}: not measured: ${error instanceof Error ? error.message : error}`);
      }
    }
  } finally {
    await sandbox.dispose();
  }
  return speeds.filter(({ isBudgeted }) => isBudgeted).flatMap(figuresOf);
}

function rowOf({ what, factor, openFactor, ratio, stepUs, trials }: Speed): string {
  const cells = [
    `${factor.toFixed(1)}x`.padStart(9),
    `${openFactor.toFixed(1)}x`.padStart(12),
    `${(100 / ratio).toFixed(0)} %`.padStart(12),
    stepUs.toFixed(0).padStart(9),
    String(trials).padStart(6),
  ];
  return `  ${what.padEnd(36)} ${cells.join('  ')}`;
}

function figuresOf({ what, factor, openFactor, ratio }: Speed): Figure[] {
  return [
    { what: `${what}: wall time / (steps x bare mj_step)`, value: ratio, unit: '', budget: AT_MOST_RATIO },
    {
      what: `${what}: real-time factor, with opening the world`,
      value: openFactor,
      unit: 'x',
      budget: AT_LEAST_FACTOR,
      note: `${factor.toFixed(1)}x once it is open`,
    },
  ];
}

const AT_MOST_RATIO = { kind: 'at most', value: 1.3 } as const;
const AT_LEAST_FACTOR = { kind: 'at least', value: 36 } as const;

async function measureOne(what: string, { options, block }: TrialParts, plan: Plan): Promise<Speed> {
  for (let seed = 900; seed < 900 + plan.warmUp; seed++) await runTrial({ ...options, seed }, block);
  const ratios: number[] = [];
  const factors: number[] = [];
  const openFactors: number[] = [];
  const stepUs: number[] = [];
  const started = performance.now();
  for (let seed = 0; seed < plan.trials; seed++) {
    if (seed > 0 && performance.now() - started > plan.enoughS * 1000) break;
    const controls: Float64Array[] = [];
    const trial = await runTrial({ ...options, seed }, block, (cell) => {
      cell.observe({ onTick: () => controls.push(cell.world.physics.views.ctrl.slice()) });
    });
    const bareS = bareSeconds(options, seed, controls);
    ratios.push(trial.wallSeconds / bareS);
    factors.push(trial.simSeconds / trial.wallSeconds);
    openFactors.push(trial.simSeconds / (trial.wallSeconds + trial.openSeconds));
    stepUs.push((bareS / controls.length / STEPS_PER_TICK) * 1e6);
  }
  const { tier, task } = options;
  return {
    what,
    // What looks pays for its camera as well, and two arms are two robots.
    isBudgeted: tier === 'S1' && task.robot.arms === 1 && CORE_TASKS.includes(task.name),
    trials: ratios.length,
    factor: median(factors),
    openFactor: median(openFactors),
    ratio: median(ratios),
    stepUs: median(stepUs),
  };
}

/**
 * Seconds of bare physics for the very motion of a trial: the controls of every tick, played back into a fresh world
 * with nothing around the engine.
 */
function bareSeconds({ mujoco, task }: TrialParts['options'], seed: number, controls: readonly Float64Array[]): number {
  const world = new TaskWorld(mujoco, drawScene(task, seed));
  try {
    const { physics } = world;
    const started = performance.now();
    for (const control of controls) {
      physics.views.ctrl.set(control);
      physics.step(STEPS_PER_TICK);
    }
    return (performance.now() - started) / 1000;
  } finally {
    world.dispose();
  }
}
