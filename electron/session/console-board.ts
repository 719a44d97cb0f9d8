// Owns the state that every window sees: one object, told whole after every change. Must never change it in place, nor
// tell of a change before the one in hand is complete.

import type { ConsoleState } from '../ipc/console-contract.ts';

const EMPTY: ConsoleState = {
  phase: 'empty',
  cell: null,
  proposal: null,
  turn: null,
  budget: null,
  work: null,
  lastBlock: null,
  verdict: null,
  problem: null,
  lastCell: null,
};

/** What one cell may change of the board, as long as it is open. */
export interface BoardBranch {
  readonly state: ConsoleState;
  change(patch: Partial<ConsoleState>): void;
}

export class ConsoleBoard {
  #state: ConsoleState = EMPTY;
  #telling = false;
  readonly #listeners = new Set<(state: ConsoleState) => void>();

  get state(): ConsoleState {
    return this.#state;
  }

  change(patch: Partial<ConsoleState>): void {
    this.#state = { ...this.#state, ...patch };
    if (this.#telling) return;
    this.#telling = true;
    // Several changes of one turn of the event loop are one.
    queueMicrotask(() => {
      this.#telling = false;
      for (const listener of this.#listeners) listener(this.#state);
    });
  }

  /** Back to no cell. */
  clear(patch: Partial<ConsoleState> = {}): void {
    this.change({ ...EMPTY, lastCell: this.#state.lastCell, ...patch });
  }

  /** A way to the board that can be cut: whoever is over says nothing any more. */
  branch(): BoardBranch & { cut(): void } {
    const board = this;
    let isCut = false;
    return {
      get state() {
        return board.#state;
      },
      change: (patch) => {
        if (!isCut) board.change(patch);
      },
      cut: () => {
        isCut = true;
      },
    };
  }

  /** @returns what ends it */
  onChange(listener: (state: ConsoleState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
