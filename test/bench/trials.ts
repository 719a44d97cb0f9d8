// Owns the figures of headless trials, for every task and tier that has an expert: wall time against bare physics steps
// of the same process, and against the simulated time. Trials and bare stepping alternate, so that a drifting machine
// touches both alike.

import { runTrial } from '../../electron/session/trial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { STEPS_PER_TICK, TaskWorld } from '../../sim/tasks/task-world.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { type Figure, median } from './figure.ts';
import { type TrialParts, tasksWithExperts, trialParts } from './trial-parts.ts';

const TIERS = ['S1', 'S3'] as const;
/** Rounds of a task at a tier, and the time after which no further one is begun, seconds. */
const ROUNDS = 12;
const ENOUGH_S = 12;
/** Trials before the first round; they warm the engine, the sandbox and the compiler. */
const WARM_UP = 3;

export async function measureTrials(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const sandbox = new ProcessSandbox();
  for (const { task, tier } of tasksWithExperts(TIERS)) {
    try {
      figures.push(...(await measureOne(`${task} ${tier}`, await trialParts(task, sandbox, tier))));
    } catch (error) {
      // One broken expert must not cost the figures of all others.
      console.log(`  ${task} ${tier}: not measured: ${error instanceof Error ? error.message : error}`);
    }
  }
  await sandbox.dispose();
  return figures;
}

async function measureOne(name: string, { options, block }: TrialParts): Promise<Figure[]> {
  for (let seed = 900; seed < 900 + WARM_UP; seed++) await runTrial({ ...options, seed }, block);
  const ratios: number[] = [];
  const factors: number[] = [];
  const totals: number[] = [];
  const stepUs: number[] = [];
  const started = performance.now();
  for (let seed = 0; seed < ROUNDS && (seed === 0 || performance.now() - started < ENOUGH_S * 1000); seed++) {
    const controls: Float64Array[] = [];
    const trial = await runTrial({ ...options, seed }, block, (cell) => {
      cell.observe({ onTick: () => controls.push(cell.world.physics.views.ctrl.slice()) });
    });
    const bareS = bareSeconds(options, seed, controls);
    ratios.push(trial.wallSeconds / bareS);
    factors.push(trial.simSeconds / trial.wallSeconds);
    totals.push(trial.simSeconds / (trial.wallSeconds + trial.openSeconds));
    stepUs.push((bareS / controls.length / STEPS_PER_TICK) * 1e6);
  }
  const { tier, task } = options;
  const ratio = median(ratios);
  // What looks pays for its camera as well: that figure stands beside the others, without their budget.
  const isBlind = tier === 'S1';
  return [
    {
      what: `${name}: wall time / (steps x bare mj_step)`,
      value: ratio,
      unit: '',
      ...(isBlind && { budget: { kind: 'at most', value: 1.3 } as const }),
      note: `bare mj_step is ${(100 / ratio).toFixed(0)} % of the trial, ${median(stepUs).toFixed(0)} us a step${isBlind ? '' : ', camera included'}`,
    },
    {
      what: `${name}: real-time factor`,
      value: median(factors),
      unit: 'x',
      ...(isBlind && task.robot.arms === 1 && { budget: { kind: 'at least', value: 36 } as const }),
      note: `${median(totals).toFixed(0)}x with opening the world, ${ratios.length} trials`,
    },
  ];
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
