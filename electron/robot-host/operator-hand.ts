// Owns what the operator may do with the arm and the program while a session is live: drive by hand when nothing else
// drives, let a paused program go on, or end it where it stands. Must never take the arm from a program that moves it.

import type { BlockPermit } from '../../drivers/gate/block-permit.ts';
import type { Jog, JogGripper } from '../ipc/operator-pace.ts';
import { type Cell, type CheckedBlock, PLAIN_RUN } from '../session/cell.ts';
import { monotonicS } from './monotonic-clock.ts';
import { OperatorJog } from './operator-jog.ts';
import { type OperatorPace, PaceRefusal } from './operator-pace.ts';

/** What an operator's hand is approved for: no program, and the closed-loop bounds of the cell. */
const NO_PROGRAM: CheckedBlock = {
  name: 'operator',
  source: '// The operator drives by hand.',
  javascript: '// The operator drives by hand.',
  loops: [],
};

export interface OperatorHandOptions {
  readonly cell: Cell;
  readonly pace: OperatorPace;
  readonly isRunning: () => boolean;
  /** Ends the program that runs, without a stop. */
  readonly endProgram: (why: string) => void;
  /** The operator of this name has begun to drive, or has let go. */
  readonly onDriving: (by: string, drives: boolean) => void;
}

export class OperatorHand {
  readonly #options: OperatorHandOptions;
  readonly #jog: OperatorJog;
  #by = 'operator';

  constructor(options: OperatorHandOptions) {
    const { cell, onDriving } = options;
    this.#options = options;
    this.#jog = new OperatorJog({
      robot: cell.robot,
      planner: cell.side.planner,
      nowS: monotonicS,
      borrow: () => this.#borrow(),
      onDriving: (drives) => onDriving(this.#by, drives),
    });
  }

  get drives(): boolean {
    return this.#jog.drives;
  }

  /** @throws PaceRefusal, GateRefusal */
  async jog(jog: Jog, by: string): Promise<void> {
    this.#by = by;
    await this.#jog.hear(jog);
  }

  /** @throws PaceRefusal, GateRefusal */
  async grip(grip: JogGripper, by: string): Promise<void> {
    this.#by = by;
    await this.#jog.grip(grip);
  }

  /** The paused program goes on, once the hand has left the arm. @throws PaceRefusal */
  letGoOn(): void {
    if (this.drives) {
      const hint = 'Let the keys go and wait a moment.';
      throw new PaceRefusal('NOT_PAUSED', 'The operator is still driving the arm.', hint);
    }
    this.#options.pace.goOn();
  }

  /** Ends a paused program where it stands. @throws PaceRefusal */
  endProgram(by: string): void {
    if (!this.#options.pace.isPaused) {
      throw new PaceRefusal('NOT_PAUSED', 'The program is not paused.', 'Pause it first; Stop ends it at once.');
    }
    this.#options.endProgram(`${by} ended the paused program`);
  }

  /** Under what the operator drives: the paused program's permit, or one of the operator's own. */
  async #borrow(): Promise<{ readonly permit: BlockPermit; giveBack(): Promise<void> }> {
    const { cell, pace, isRunning } = this.#options;
    if (isRunning()) {
      const { permit } = cell;
      if (permit === undefined || !pace.isPaused) {
        const hint = 'Pause the program first; Stop ends it at once.';
        throw new PaceRefusal('NOT_PAUSED', 'The program drives the arm.', hint);
      }
      return { permit, giveBack: async () => undefined };
    }
    const claims = await cell.claims(NO_PROGRAM, PLAIN_RUN);
    const offer = cell.gate.offer(claims);
    cell.gate.approve(offer.id, offer.digest, { kind: 'person', name: this.#by });
    const permit = await cell.gate.begin(offer.id, claims);
    return { permit, giveBack: () => permit.end() };
  }
}
