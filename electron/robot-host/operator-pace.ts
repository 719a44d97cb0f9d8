// Owns how fast the operator lets an approved program go on: step by step, paused, or only after the hand is on the switch.
// It can only hold a program back. Must never let anything happen that the gate would not, and never goes on by itself:
// a pause has no end but the operator's word or a stop.

import type { StepRequest } from '../../drivers/gate/block-permit.ts';
import type { CommandFacts } from '../../drivers/gate/events.ts';
import type { PaceView, RunPace } from '../ipc/operator-pace.ts';

/** What the operator asked for makes no sense now. Nothing was done. */
export class PaceRefusal extends Error {
  override readonly name = 'PaceRefusal';
  readonly code: 'NOT_RUNNING' | 'NOTHING_WAITS' | 'OTHER_STEP' | 'NOT_PAUSED';
  readonly hint: string;

  constructor(code: PaceRefusal['code'], message: string, hint: string) {
    super(`${message} Nothing was done.`);
    this.code = code;
    this.hint = hint;
  }
}

interface Waiting {
  readonly view: NonNullable<PaceView['waiting']>;
  goOn(): void;
}

export class OperatorPace {
  readonly #onChange: () => void;
  #pace: RunPace | undefined;
  /** Lines at which the program still has to pause; each pauses it once. */
  #lines = new Set<number>();
  #pauseAsked: string | undefined;
  #waiting: Waiting | undefined;
  #call: { readonly name: string; readonly line: number | undefined } | undefined;

  /** @param onChange the view is another one */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  view(): PaceView {
    return {
      mode: this.#pace?.mode ?? 'run',
      pausing: this.#pauseAsked !== undefined && this.#waiting === undefined,
      waiting: this.#waiting?.view ?? null,
    };
  }

  /** Whether the program stands still between two calls, so that the operator may drive. */
  get isPaused(): boolean {
    return this.#waiting?.view.kind === 'pause';
  }

  /**
   * A block is about to run. In hold mode resolves when the hand is on the switch.
   * @param signal of a stop
   */
  async begin(pace: RunPace, signal: AbortSignal): Promise<void> {
    this.#pace = pace;
    this.#lines = new Set(pace.pauseAtLines);
    this.#pauseAsked = undefined;
    this.#call = undefined;
    this.#onChange();
    if (pace.mode === 'hold') await this.#wait('hold', 'hold the switch down to begin', null, signal);
  }

  end(): void {
    this.#pace = undefined;
    this.#pauseAsked = undefined;
    this.#onChange();
  }

  /** Before each call of the program. @throws when the signal fires */
  async beforeCall(call: { readonly name: string; readonly line?: number }, signal: AbortSignal): Promise<void> {
    this.#call = { name: call.name, line: call.line };
    const isUnknown = call.line !== undefined && this.#lines.delete(call.line);
    const why = this.#pauseAsked ?? (isUnknown ? 'the preview could not know what comes from this line on' : undefined);
    if (why === undefined) return;
    await this.#wait('pause', why, null, signal);
    this.#pauseAsked = undefined;
  }

  /** For the gate: one command in step mode. */
  async awaitStep({ commandId, command }: StepRequest, signal: AbortSignal): Promise<void> {
    await this.#wait('step', inWords(command), commandId, signal);
  }

  /** @throws PaceRefusal when no program runs */
  pause(why: string): void {
    if (this.#pace === undefined) throw notRunning();
    if (this.#waiting !== undefined) return;
    this.#pauseAsked = why;
    this.#onChange();
  }

  /** Lets the paused program go on, or takes a pause back that has not begun. @throws PaceRefusal */
  goOn(): void {
    if (this.#pace === undefined) throw notRunning();
    if (this.#waiting?.view.kind === 'pause') this.#waiting.goOn();
    else if (this.#pauseAsked === undefined) {
      throw new PaceRefusal('NOTHING_WAITS', 'The program is not paused.', 'Look at what it is doing now.');
    }
    this.#pauseAsked = undefined;
    this.#onChange();
  }

  /** Lets one command happen, the one that was shown. @throws PaceRefusal */
  step(commandId: string): void {
    const { view } = this.#waiting ?? {};
    if (view?.kind !== 'step') {
      throw new PaceRefusal('NOTHING_WAITS', 'No command waits for a step.', 'Wait for the next command.');
    }
    if (view.commandId !== commandId) {
      throw new PaceRefusal('OTHER_STEP', 'Another command waits now.', 'Look at it, then let it happen.');
    }
    this.#waiting?.goOn();
  }

  /** The hand is on the switch. */
  held(): void {
    if (this.#waiting?.view.kind === 'hold') this.#waiting.goOn();
  }

  #wait(
    kind: NonNullable<PaceView['waiting']>['kind'],
    what: string,
    commandId: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal.removeEventListener('abort', giveUp);
        this.#waiting = undefined;
        this.#onChange();
      };
      const giveUp = () => {
        leave();
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting = {
        view: { kind, what, commandId, call: this.#call?.name ?? null, line: this.#call?.line ?? null },
        goOn: () => {
          leave();
          resolve();
        },
      };
      this.#onChange();
    });
  }
}

function notRunning(): PaceRefusal {
  return new PaceRefusal('NOT_RUNNING', 'No program runs.', 'Approve a block first.');
}

function inWords(command: CommandFacts): string {
  switch (command.kind) {
    case 'motion': {
      const { durationS, topToolSpeedMPerS } = command.figures;
      return `a motion of ${durationS.toFixed(1)} s, up to ${topToolSpeedMPerS.toFixed(2)} m/s at the fingertip`;
    }
    case 'servo':
      return `a closed loop of the ${command.command.arm} arm, up to ${command.command.toolSpeedMPerS.toFixed(2)} m/s`;
    case 'gripper': {
      const { arm, widthM, forceN } = command.command;
      return `the ${arm} gripper to ${(1000 * widthM).toFixed(0)} mm with up to ${forceN.toFixed(0)} N`;
    }
    case 'wait':
      return `waiting ${command.seconds.toFixed(1)} s`;
  }
}
