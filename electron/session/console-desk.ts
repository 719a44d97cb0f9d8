// Owns what takes time in an open cell: one work at a time, its phase for the windows, and its cancel. Must never end a
// running block: only a stop does that.

import type { ConsoleState, Phase } from '../ipc/console-contract.ts';
import type { BoardBranch } from './console-board.ts';
import { ConsoleRefusal } from './console-refusal.ts';

/** What a work is at. */
export type DeskStep = Extract<
  Phase,
  'idle' | 'writing' | 'checking' | 'previewing' | 'asking' | 'running' | 'judging'
>;

/** Steps that a cancel ends; a question is answered and a running block stopped instead. */
const CANCELLABLE: readonly DeskStep[] = ['writing', 'checking', 'previewing'];

/** Why a cancelled work ended. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export class ConsoleDesk {
  readonly #board: BoardBranch;
  #work: { readonly abort: AbortController; ended: Promise<unknown> } | undefined;
  #step: DeskStep = 'idle';
  #what: ConsoleState['work'] = null;
  #stopped = false;
  #closed = false;

  constructor(board: BoardBranch) {
    this.#board = board;
  }

  get step(): DeskStep {
    return this.#step;
  }

  get phase(): Phase {
    return this.#stopped ? 'stopped' : this.#step;
  }

  get isBusy(): boolean {
    return this.#work !== undefined;
  }

  /**
   * Begins a work when there is none.
   * @param signal fires when the work is cancelled or the cell is closed
   * @throws ConsoleRefusal BUSY, or STOPPED while a stop is latched
   */
  begin<T>(step: DeskStep, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#stopped) {
      throw new ConsoleRefusal(
        'STOPPED',
        'The robot is stopped, and a stop is latched. Nothing was started.',
        'Look at the robot, then reset the stop; nothing starts by itself after it.',
      );
    }
    if (this.#work !== undefined) {
      const doing = this.#what?.what ?? (this.#step === 'asking' ? 'waiting for the answer to its question' : 'busy');
      throw new ConsoleRefusal(
        'BUSY',
        `The session is ${doing}. Nothing else was started.`,
        this.#step === 'asking' ? 'Answer the question, or reject the block.' : 'Wait for its end, or cancel it.',
      );
    }
    const abort = new AbortController();
    const mine = { abort, ended: Promise.resolve() as Promise<unknown> };
    this.#work = mine;
    this.at(step, what);
    const answer = work(abort.signal);
    mine.ended = answer.then(
      () => undefined,
      () => undefined,
    );
    return answer.finally(() => {
      this.#work = undefined;
      this.at('idle');
    });
  }

  /** The work has come to another step. @param what it does, as "previewing block 2" */
  at(step: DeskStep, what?: string): void {
    this.#step = step;
    const cancellable = CANCELLABLE.includes(step);
    this.#what = what === undefined ? null : { what, sinceMs: Date.now(), share: null, cancellable };
    this.#tell();
  }

  /** Whether a stop is latched. */
  setStopped(stopped: boolean): void {
    this.#stopped = stopped;
    this.#tell();
  }

  /** @throws ConsoleRefusal when nothing is under way that a cancel may end */
  cancel(): void {
    if (this.#work === undefined || !CANCELLABLE.includes(this.#step)) {
      const hints: Partial<Record<DeskStep, string>> = {
        running: 'Stop ends a running block; nothing else does.',
        asking: 'Reject the block instead.',
      };
      const hint = hints[this.#step] ?? '';
      throw new ConsoleRefusal('NOTHING_TO_CANCEL', 'Nothing is under way that could be cancelled.', hint);
    }
    this.#work.abort.abort(new Cancelled('cancelled by the operator'));
  }

  /** Withdraws whatever is under way, and waits for its end. Nothing is shown any more. */
  async close(why: string): Promise<void> {
    this.#closed = true;
    this.#work?.abort.abort(new Cancelled(why));
    await this.#work?.ended;
  }

  #tell(): void {
    if (this.#closed) return;
    this.#board.change({
      phase: this.phase,
      work: this.#stopped ? null : this.#what,
    });
  }
}
