// Owns the figures of one headless trial: wall time against bare physics steps of the same process, and against the
// simulated time. Trials and bare stepping alternate, so that a drifting machine touches both alike.

import { runTrial, type TrialOptions } from '../../electron/session/trial.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { STEPS_PER_TICK, TaskWorld } from '../../sim/tasks/task-world.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { type Figure, median } from './figure.ts';
import { trialParts } from './trial-parts.ts';

const TASKS = ['cube-lift', 'cube-stack', 'cube-restack'];
const ROUNDS = 12;

export async function measureTrials(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const sandbox = new ProcessSandbox();
  for (const taskName of TASKS) {
    const { options, block } = await trialParts(taskName, sandbox);
    // Warms the engine, the sandbox and the compiler.
    for (let seed = 900; seed < 906; seed++) await runTrial({ ...options, seed }, block);
    const ratios: number[] = [];
    const factors: number[] = [];
    const totals: number[] = [];
    const stepUs: number[] = [];
    for (let seed = 0; seed < ROUNDS; seed++) {
      const controls: Float64Array[] = [];
      const started = performance.now();
      const trial = await runTrial({ ...options, seed }, block, (cell) => {
        cell.observe({ onTick: () => controls.push(cell.world.physics.views.ctrl.slice()) });
      });
      const totalS = (performance.now() - started) / 1000;
      const bareS = bareSeconds(options, seed, controls);
      ratios.push(trial.wallSeconds / bareS);
      factors.push(trial.simSeconds / trial.wallSeconds);
      totals.push(trial.simSeconds / totalS);
      stepUs.push((bareS / controls.length / STEPS_PER_TICK) * 1e6);
    }
    figures.push(
      {
        what: `${taskName}: wall time / (steps x bare mj_step)`,
        value: median(ratios),
        unit: '',
        budget: { kind: 'at most', value: 1.3 },
      },
      {
        what: `${taskName}: real-time factor of run and judgement`,
        value: median(factors),
        unit: 'x',
        budget: { kind: 'at least', value: 36 },
      },
      { what: `${taskName}: real-time factor with opening the world`, value: median(totals), unit: 'x' },
      { what: `${taskName}: bare mj_step`, value: median(stepUs), unit: 'us' },
    );
  }
  await sandbox.dispose();
  return figures;
}

/**
 * Seconds of bare physics for the very motion of a trial: the controls of every tick, played back into a fresh world
 * with nothing around the engine.
 */
function bareSeconds(
  { mujoco, task }: Omit<TrialOptions, 'seed'>,
  seed: number,
  controls: readonly Float64Array[],
): number {
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
