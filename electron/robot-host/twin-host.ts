// Owns the previews of one twin process, one after the other: in a copy of the live world at tier S1, in what was
// perceived above it. Must never drive anything but the worlds it made itself.

import { parseRig } from '../../drivers/rig/rig-file.ts';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { Asker } from '../../skills/api/asks.ts';
import { ServerDetector } from '../../skills/perception/server-detector.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import type { PolicySandbox } from '../../skills/sandbox/policy-sandbox.ts';
import type { OpenParams, PreviewFacts, RehearsalStart } from '../ipc/robot-host-contract.ts';
import { Cell, type CheckedBlock } from '../session/cell.ts';
import { rehearsePerceived, type TwinOptions } from '../session/perceived-twin.ts';
import { rehearse } from '../session/rehearsal.ts';

export class TwinHost {
  readonly #options: TwinOptions;
  /** Tier S1 only: the cell that takes the state of the live one over. */
  readonly #copy: Cell | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: TwinOptions, copy: Cell | undefined) {
    this.#options = options;
    this.#copy = copy;
  }

  /**
   * @param params of the live cell; above tier S1 its seed is not looked at
   * @param asker answers what programs ask, as it does in the live cell
   */
  static async open(params: OpenParams, sandbox: PolicySandbox, asker: Asker): Promise<TwinHost> {
    const options: TwinOptions = {
      mujoco: await loadMujoco(),
      task: parseTask(params.taskText, params.taskPath),
      tier: params.tier,
      rig: parseRig(params.rigText, params.rigPath),
      sandbox,
      modules: GUEST_MODULES,
      detector: params.detector === null ? undefined : new ServerDetector(params.detector),
      asker: params.asks ? asker : undefined,
      pacer: fastPacer(),
      nowS: () => performance.now() / 1000,
      onInternalError: (error) => console.error('a call failed inside the preview:', error),
    };
    const exact = params.tier === 'S1';
    const copy = exact
      ? await Cell.open({ ...options, seed: params.seed, purpose: 'preview', requiredBeats: [] })
      : undefined;
    return new TwinHost(options, copy);
  }

  /** Runs the block from this start, after every rehearsal asked for before. */
  rehearse(block: CheckedBlock, start: RehearsalStart, speedScale: number, previewId: string): Promise<PreviewFacts> {
    const run = this.#last.then(async () => {
      if (start.kind === 'perceived') return rehearsePerceived(this.#options, block, start, speedScale, previewId);
      if (this.#copy === undefined) throw new Error('above tier S1 no preview may copy the world');
      await this.#copy.restore(start.snapshot);
      const { goal } = this.#copy.task;
      return rehearse({ cell: this.#copy, block, speedScale, previewId, goal, wholeGoal: true, guess: undefined });
    });
    this.#last = run.catch(() => undefined);
    return run;
  }
}
