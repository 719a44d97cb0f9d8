// Owns the console's side of a session: at most one open cell, and the state that every window sees. Must never let two
// cells be open, nor take a word from a window that does not hold control.

import { basename } from 'node:path';
import type { CellChoice, ConsoleDecision, ConsoleState } from '../ipc/console-contract.ts';
import type { ModelSource } from './agent-models.ts';
import { ConsoleBoard } from './console-board.ts';
import { ConsoleCell } from './console-cell.ts';
import { Cancelled } from './console-desk.ts';
import { ConsoleHolder } from './console-holder.ts';
import type { ConsolePiece } from './console-pieces.ts';
import { type ConsoleProblem, ConsoleRefusal, problemOf } from './console-refusal.ts';

export interface ConsoleNotice {
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly hint: string;
}

export interface ConsoleSessionOptions {
  /** Models for a choice, with the keys of now. */
  readonly models: (choice: CellChoice) => ModelSource;
  /** Notes of the rig for models; null without any. */
  readonly notes: () => string | null;
  readonly recordFolder: () => string;
  /** Pages that may come to the robot host's sockets. */
  readonly origins: () => readonly string[];
  readonly onPiece: (piece: ConsolePiece) => void;
  readonly onNotice: (notice: ConsoleNotice) => void;
}

export class ConsoleSession {
  readonly board = new ConsoleBoard();
  readonly #options: ConsoleSessionOptions;
  #cell: ConsoleCell | undefined;
  #opening: AbortController | undefined;
  /** Ends of cells that are under way. */
  #ending: Promise<void> | undefined;
  #cut: () => void = () => undefined;
  /** Who holds control at the robot host of the open cell. */
  readonly #holder = new ConsoleHolder();
  #closed = false;

  constructor(options: ConsoleSessionOptions) {
    this.#options = options;
  }

  get state(): ConsoleState {
    return this.board.state;
  }

  /**
   * Who may act: at an open cell the holder of control there; without one, whoever comes first.
   * @throws ConsoleRefusal for anybody else
   */
  async requireControl(client: string): Promise<void> {
    if (this.#cell !== undefined) await this.#holder.require(client);
  }

  /** The open cell. @throws ConsoleRefusal when there is none */
  get cell(): ConsoleCell {
    if (this.#cell !== undefined && this.#ending === undefined) return this.#cell;
    throw new ConsoleRefusal('NO_CELL', 'No cell is open. Nothing was started.', 'Choose a task and open its cell.');
  }

  /**
   * Opens a cell; one that is open is finished first.
   * @throws ConsoleRefusal, or what the cell cannot be opened for, in words
   */
  async openCell(choice: CellChoice): Promise<void> {
    if (this.#closed) throw new ConsoleRefusal('CLOSING', 'The console is being closed.', '');
    if (this.#opening !== undefined) {
      throw new ConsoleRefusal(
        'BUSY',
        'A cell is being opened already. Nothing else was started.',
        'Wait for it, or cancel it.',
      );
    }
    this.#refuseWhileRunning();
    const opening = new AbortController();
    this.#opening = opening;
    try {
      await this.#endCell('another cell is opened');
      const what = `opening ${choice.task}`;
      this.board.clear({ phase: 'opening', work: { what, sinceMs: Date.now(), share: null, cancellable: true } });
      opening.signal.throwIfAborted();
      await this.#open(choice, opening.signal);
    } catch (error) {
      const problem = error instanceof Cancelled ? null : problemOf(error);
      this.board.clear({ phase: this.state.lastCell == null ? 'empty' : 'ended', problem });
      if (error instanceof Cancelled)
        throw new ConsoleRefusal('CANCELLED', 'The opening was cancelled; no cell is open.', '');
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }

  /** Judges the world, completes the episode and closes the cell. @throws ConsoleRefusal */
  async endCell(): Promise<void> {
    void this.cell;
    this.#refuseWhileRunning();
    await this.#endCell('the operator ended the session');
  }

  /** Ends what is under way and may be ended. @throws ConsoleRefusal */
  cancel(): void {
    if (this.#opening !== undefined) this.#opening.abort(new Cancelled('cancelled by the operator'));
    else this.cell.programs.desk.cancel();
  }

  async decide(client: string, proposalId: string, sha256: string, decision: ConsoleDecision): Promise<void> {
    await this.cell.programs.decide(client, proposalId, sha256, decision);
  }

  /** Stops what moves, completes the episode and ends every process. */
  async close(why: string): Promise<void> {
    this.#closed = true;
    this.#opening?.abort(new Cancelled(why));
    await this.#endCell(why);
  }

  async #open(choice: CellChoice, signal: AbortSignal): Promise<void> {
    const { models, notes, recordFolder, origins, onPiece, onNotice } = this.#options;
    const board = this.board.branch();
    this.#holder.note(null);
    let cell: ConsoleCell | undefined;
    cell = await ConsoleCell.open(
      {
        choice,
        board,
        models: models(choice),
        notes: notes(),
        recordFolder: recordFolder(),
        origins: origins(),
        onHolder: (client) => this.#holder.note(client),
        onPiece,
        onNotice: (level, message, hint) => onNotice({ level, message, hint }),
        onGone: (reason) => {
          if (cell !== undefined) this.#noteGone(cell, reason);
        },
      },
      signal,
    );
    this.#cell = cell;
    this.#cut = () => board.cut();
    this.board.change({
      phase: cell.programs.desk.phase,
      work: null,
      cell: cell.shown(),
      lastCell: null,
      problem: null,
    });
  }

  #refuseWhileRunning(): void {
    if (this.#cell?.programs.desk.step !== 'running') return;
    throw new ConsoleRefusal(
      'RUNNING',
      'A block is running. Nothing was changed.',
      'Wait for its end, or stop it; then try again.',
    );
  }

  /** One end for everybody who asks for it. */
  #endCell(why: string): Promise<void> {
    const cell = this.#cell;
    if (cell === undefined) return this.#ending ?? Promise.resolve();
    this.#ending ??= (async () => {
      const what = 'completing the episode';
      this.board.change({
        phase: 'judging',
        proposal: null,
        work: { what, sinceMs: Date.now(), share: null, cancellable: false },
      });
      try {
        this.#noteEnd(cell, await cell.end(why), null);
      } finally {
        this.#ending = undefined;
      }
    })();
    return this.#ending;
  }

  #noteGone(cell: ConsoleCell, reason: string): void {
    if (this.#cell !== cell) return;
    void cell.abandon();
    this.#noteEnd(
      cell,
      { outcome: 'interrupted', message: `the robot host ended (${reason})` },
      {
        code: 'ROBOT_HOST_GONE',
        message: `The process that drives the robot has ended (${reason}). The simulated arm is gone with it: nothing moves. What was recorded is kept.`,
        hint: 'Open the cell again to go on.',
      },
    );
  }

  #noteEnd(
    cell: ConsoleCell,
    { outcome, message }: Awaited<ReturnType<ConsoleCell['end']>>,
    problem: ConsoleProblem | null,
  ) {
    if (this.#cell !== cell) return;
    this.#cell = undefined;
    this.#cut();
    const { episodeId, episodePath } = cell.session;
    const { verdict, lastBlock } = this.state;
    const lastCell = {
      id: episodeId,
      file: basename(episodePath ?? ''),
      title: cell.task.name,
      choice: cell.choice,
      outcome,
      message,
    };
    this.board.clear({ phase: 'ended', lastCell, verdict, lastBlock, problem });
  }
}
