// Owns a model as the writer of a console's cell: its settings, its budget, and its turns as the windows see them. Must never
// hold a key, nor take the model's word for anything.

import type { Task } from '../../sim/tasks/task-schema.ts';
import { Budget, type BudgetState } from '../../skills/agent/budget.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import type { TurnEvent } from '../../skills/agent/turn-loop.ts';
import type { TurnsOutcome } from '../../skills/agent/turn-outcome.ts';
import type { Workbench } from '../../skills/agent/workbench.ts';
import type { CellChoice, ConsoleState } from '../ipc/console-contract.ts';
import { type ModelSource, type OpenModels, openModels } from './agent-models.ts';
import { AgentSession } from './agent-session.ts';
import { type AgentSettings, usualEnsemble } from './agent-settings.ts';
import type { BoardBranch } from './console-board.ts';
import type { ConsoleDesk } from './console-desk.ts';
import { type ConsolePiece, PieceFlow } from './console-pieces.ts';
import type { Operator } from './operator.ts';
import type { Session } from './session.ts';

/** A choice whose writer is a model. */
export type ModelCell = CellChoice & { readonly writer: { readonly kind: 'model' } };

export function isModelCell(choice: CellChoice): choice is ModelCell {
  return choice.writer.kind === 'model';
}

/** What a model is asked to do. @throws VoicesError when there are not as many voices as asked */
function settingsOf({ tier, writer, caps }: ModelCell, notes: string | null): AgentSettings {
  const mode = agentMode(tier);
  const { turns: _, ...kept } = caps;
  return {
    mode: tier,
    model: writer.name,
    visionModel: mode.feedback === 'difference' ? (writer.vision ?? writer.name) : null,
    turns: mode.turns,
    scene: 'shown',
    notes,
    ...(writer.ensemble > 1 ? { ensemble: usualEnsemble(writer.ensemble, writer.name) } : {}),
    caps: kept,
  };
}

type Opened = Awaited<ReturnType<typeof openModels>>;

export interface ConsoleWriterOptions {
  readonly choice: ModelCell;
  /** Of the rig; null without any. */
  readonly notes: string | null;
  readonly models: ModelSource;
  readonly task: Task;
  readonly board: BoardBranch;
  readonly onPiece: (piece: ConsolePiece) => void;
}

export class ConsoleWriter {
  /** As the episode keeps them. */
  readonly settings: AgentSettings;
  /** What the model said about the program that is offered, for the card. */
  claim = '';
  readonly #options: ConsoleWriterOptions;
  readonly #models: OpenModels;
  readonly #budget: Budget;
  readonly #pieces: PieceFlow;
  #agent: AgentSession | undefined;
  #turn = 0;

  private constructor(options: ConsoleWriterOptions, { settings, models }: Opened, budget: Budget) {
    this.#options = options;
    this.settings = settings;
    this.#models = models;
    this.#budget = budget;
    this.#pieces = new PieceFlow(options.onPiece);
  }

  /** @throws ModelError, ModelNameError, VoicesError: before any process is started */
  static async open(options: ConsoleWriterOptions): Promise<ConsoleWriter> {
    const { board, choice, models, notes } = options;
    const budget = new Budget(choice.caps, { onChange: (state) => board.change({ budget: shownBudget(state) }) });
    return new ConsoleWriter(options, await openModels(settingsOf(choice, notes), models, budget), budget);
  }

  /** The same operator, whose time to think the budget does not count. */
  patient(operator: Operator): Operator {
    const budget = this.#budget;
    return {
      get by() {
        return operator.by;
      },
      decide: (proposal, signal) => budget.whileWaiting(() => operator.decide(proposal, signal)),
    };
  }

  /** The session is open; turns may begin. @throws RangeError when the models do not fit the tier */
  attach(session: Session, workbench: Workbench, desk: ConsoleDesk): void {
    const { settings } = this;
    const { task, choice, board } = this.#options;
    this.#agent = new AgentSession({
      session,
      workbench,
      task,
      seed: choice.seed,
      settings,
      models: this.#models,
      budget: this.#budget,
      onEvent: (event) => this.#note(event, session, desk),
    });
    board.change({ turn: { number: 0, of: settings.turns }, budget: shownBudget(this.#budget.state()) });
  }

  async instruct(text: string, signal: AbortSignal): Promise<TurnsOutcome> {
    if (this.#agent === undefined) throw new Error('the cell is not open yet');
    try {
      return await this.#agent.instruct(text, signal);
    } finally {
      this.#pieces.flush();
    }
  }

  #note(event: TurnEvent, session: Session, desk: ConsoleDesk): void {
    const { board } = this.#options;
    const { settings } = this;
    const block = `block ${session.blockIndex + 1}`;
    if (event.kind !== 'piece') this.#pieces.flush();
    switch (event.kind) {
      case 'turn':
        this.#turn = event.turn;
        board.change({ turn: { number: event.turn, of: settings.turns }, budget: shownBudget(this.#budget.state()) });
        return;
      case 'asked':
        desk.at('writing', askedWords(event.purpose, event.attempt, block));
        return;
      case 'piece':
        this.#pieces.add({ purpose: event.purpose, turn: this.#turn, ...event.piece });
        return;
      case 'replied':
        this.claim = event.decision.kind === 'program' ? proseOf(event.reply.text) : '';
        if (event.decision.kind === 'program') desk.at('checking', `checking ${block}`);
        return;
      default:
        return;
    }
  }
}

function askedWords(purpose: string, attempt: number, block: string): string {
  const again = attempt > 1 ? ' again' : '';
  switch (purpose) {
    case 'difference':
      return `asking${again} what the pictures show`;
    case 'function':
      return `asking${again} for a function that ${block} lacks`;
    default:
      return `asking the model${again} for ${block}`;
  }
}

/** The words around the program of a reply. */
function proseOf(reply: string): string {
  return reply
    .replace(/^ {0,3}(```+|~~~+)[^\n]*\n[\s\S]*?^ {0,3}\1[ \t]*$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function shownBudget({ spent, unpricedCalls, caps }: BudgetState): NonNullable<ConsoleState['budget']> {
  return { ...spent, unpricedCalls, caps };
}
