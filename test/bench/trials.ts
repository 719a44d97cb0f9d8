// Owns the figures of one headless trial: wall time against bare physics steps of the same process, and against the
// simulated time. Trials and bare stepping alternate, so that a drifting machine touches both alike.

import { runTrial, type TrialOptions } from '../../electron/session/trial.ts';
import { Physics, STEP_S } from '../../sim/engine/physics.ts';
import { sceneMjcf } from '../../sim/scenes/scene.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import { TaskWorld } from '../../sim/tasks/task-world.ts';
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
    await runTrial({ ...options, seed: 999 }, block); // warms the engine, the sandbox and the compiler
    const ratios: number[] = [];
    const factors: number[] = [];
    const totals: number[] = [];
    const stepUs: number[] = [];
    for (let seed = 0; seed < ROUNDS; seed++) {
      const bareStepS = bareStep(options, seed);
      const started = performance.now();
      const trial = await runTrial({ ...options, seed }, block);
      const totalS = (performance.now() - started) / 1000;
      ratios.push(trial.wallSeconds / ((trial.simSeconds / STEP_S) * bareStepS));
      factors.push(trial.simSeconds / trial.wallSeconds);
      totals.push(trial.simSeconds / totalS);
      stepUs.push(bareStepS * 1e6);
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

/** Seconds of one bare step of the same scene, arm held still by its servos. */
function bareStep({ mujoco, task }: Omit<TrialOptions, 'seed'>, seed: number): number {
  const scene = drawScene(task, seed);
  const world = new TaskWorld(mujoco, scene);
  const physics = new Physics(mujoco, sceneMjcf(scene, 'physics'));
  try {
    physics.restore(world.physics.snapshot());
    const steps = 1500;
    const started = performance.now();
    physics.step(steps);
    return (performance.now() - started) / 1000 / steps;
  } finally {
    physics.dispose();
    world.dispose();
  }
}
