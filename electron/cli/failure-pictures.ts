// Owns the pictures of failed trials: the trial is run again, alone, and drawn as it goes. The same trial moves the same
// way, bit for bit; where it does not, that is said. Looks only.

import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { type TaskWorld, TICK_S } from '../../sim/tasks/task-world.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import { encodeClip, type Frame } from '../../skills/bench/clip.ts';
import type { FailurePictures } from '../../skills/bench/report/report-data.ts';
import type { TrialRecord } from '../../skills/bench/trial-record.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { sceneImage } from '../robot-host/picture.ts';
import { runTrial } from '../session/trial.ts';
import type { PlannedArm } from './bench-plan.ts';

const STILL = { width: 480, height: 360, shadows: 'on', samplesPerPixel: 4 } as const;
const MOVING = { width: 320, height: 240, shadows: 'on', samplesPerPixel: 1 } as const;
/** Frames of a clip, whatever the trial lasts. */
const FRAMES = 22;
const FRAME_MS = 140;

/** Draws trials one after the other, with one engine and one sandbox for all. */
export class FailureArtist {
  readonly #sandbox = new ProcessSandbox();
  /** A sandbox that waits in its child process does not keep this one alive. */
  readonly #alive = setInterval(() => undefined, 1000);

  /** @throws the error of a trial that cannot be run again */
  async draw(arm: PlannedArm, trial: TrialRecord): Promise<FailurePictures> {
    const { taskFile, block } = await arm.inputFor(trial.seed);
    const everyTicks = Math.max(1, Math.round(trial.simSeconds / TICK_S / (FRAMES - 1)));
    const frames: Frame[] = [];
    let still: Frame | undefined;
    let ticks = 0;
    const again = await runTrial(
      {
        mujoco: await loadMujoco(),
        task: taskFile.task,
        seed: trial.seed,
        tier: agentMode(arm.tier).tier,
        rig: arm.rigFile.rig,
        sandbox: this.#sandbox,
        modules: GUEST_MODULES,
        pacer: fastPacer(),
        nowS: () => performance.now() / 1000,
        onInternalError: () => undefined,
      },
      block,
      (cell) => {
        frames.push(frameOf(cell.world, MOVING));
        cell.observe({
          onTick: () => {
            ticks += 1;
            // The last frame is the world as it was judged.
            if (ticks % everyTicks === 0 && frames.length < FRAMES - 1) frames.push(frameOf(cell.world, MOVING));
          },
        });
      },
      (cell) => {
        frames.push(frameOf(cell.world, MOVING));
        still = frameOf(cell.world, STILL);
      },
    );
    return {
      stillPng: encodeClip([still ?? frames[frames.length - 1]]),
      clipPng: encodeClip(frames, FRAME_MS),
      clipSeconds: again.simSeconds,
      sameMotion: again.traceHash === trial.traceHash,
    };
  }

  async close(): Promise<void> {
    await this.#sandbox.dispose();
    clearInterval(this.#alive);
  }
}

function frameOf(world: TaskWorld, options: typeof STILL | typeof MOVING): Frame {
  const { width, height, colorSrgb } = sceneImage(world, options);
  return { width, height, data: colorSrgb };
}
