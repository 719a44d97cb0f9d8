// Owns the programs of an open cell: where they come from, the question about each, what became of it, and the judgement of
// the world. Must never start one without an answer, nor take what a program or a model says for success.

import type { Task } from '../../sim/tasks/task-schema.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import type { CheckedProgram, Workbench } from '../../skills/agent/workbench.ts';
import type { CheckResult } from '../../skills/check/check-result.ts';
import type { CellChoice, ConsoleDecision, ConsoleProposal, ConsoleState } from '../ipc/console-contract.ts';
import type { BoardBranch } from './console-board.ts';
import { blockEnd, cardPreview } from './console-card.ts';
import { Cancelled, ConsoleDesk } from './console-desk.ts';
import { ConsoleQuestion } from './console-question.ts';
import { type ConsoleProblem, ConsoleRefusal, problemOf } from './console-refusal.ts';
import type { ConsoleWriter } from './console-writer.ts';
import { readExpert } from './installation.ts';
import type { Session } from './session.ts';
import { type OfferStep, type SessionStory, SessionWorkbench } from './session-workbench.ts';

type Verdict = NonNullable<ConsoleState['verdict']>;

export interface ConsoleProgramsOptions {
  readonly choice: CellChoice;
  readonly task: Task;
  readonly board: BoardBranch;
  readonly session: Session;
  /** Undefined where no model writes. */
  readonly writer: ConsoleWriter | undefined;
}

export class ConsolePrograms {
  readonly desk: ConsoleDesk;
  readonly #options: ConsoleProgramsOptions;
  readonly #question: ConsoleQuestion;
  readonly #workbench: SessionWorkbench;
  #speedScale = 1;
  /** Of the program that is offered. */
  #about: About = { origin: 'operator', claim: '' };
  /** Of the program that an undo was asked for in place of. */
  #replaced = this.#about;
  #previous: ConsoleProposal['previous'] = null;
  #closed = false;

  /** @throws RangeError when a model does not fit the tier */
  constructor(options: ConsoleProgramsOptions) {
    const { choice, board, session, writer } = options;
    this.#options = options;
    this.desk = new ConsoleDesk(board);
    this.#question = new ConsoleQuestion({
      board,
      session,
      context: ({ refusedUndo }) => {
        // The program from before stands again.
        if (refusedUndo !== undefined && this.#about === UNDO) this.#about = this.#replaced;
        const claim = this.#about.origin === 'model' ? (writer?.claim ?? '') : this.#about.claim;
        return { origin: this.#about.origin, claim, previous: this.#previous };
      },
      speedScale: () => this.#speedScale,
    });
    const programs = this;
    this.#workbench = new SessionWorkbench({
      session,
      tier: agentMode(choice.tier).tier,
      operator: writer?.patient(this.#question.operator) ?? this.#question.operator,
      previews: true,
      get speedScale() {
        return programs.#speedScale;
      },
      origin: choice.writer.kind === 'expert' ? 'expert' : 'model',
      onStep: (step) => this.#noteStep(step),
    });
    writer?.attach(session, this.#noting(), this.desk);
  }

  get speedScale(): number {
    return this.#speedScale;
  }

  /** Words for the writer; returns as soon as the work has begun. @throws ConsoleRefusal */
  instruct(text: string): void {
    const { choice, task } = this.#options;
    switch (choice.writer.kind) {
      case 'operator':
        throw new ConsoleRefusal(
          'NO_WRITER',
          'In this cell you write the programs yourself. Nothing was started.',
          'Write a program and submit it, or open the cell again with the expert or a model as the writer.',
        );
      case 'expert':
        this.#begin('checking', `checking ${this.#block()}`, async (signal) => {
          const { source } = readExpert(task.name, agentMode(choice.tier).tier, task);
          await this.#offer(source, 'expert', 'the reference program of this task', signal);
        });
        return;
      case 'model':
        this.#begin('writing', `asking the model for ${this.#block()}`, (signal) => this.#turns(text, signal));
        return;
    }
  }

  /** A program of the operator's own. @throws ConsoleRefusal */
  submit(source: string): void {
    this.#begin('checking', `checking ${this.#block()}`, (signal) => this.#offer(source, 'operator', '', signal));
  }

  /**
   * A block that puts things back to where they stood before the last one: in place of the program that is asked about, or
   * by itself.
   * @throws ConsoleRefusal
   */
  proposeUndo(name: string): void {
    const { question } = this.#question.operator;
    if (question !== undefined) {
      if (this.#about !== UNDO) this.#replaced = this.#about;
      this.#about = UNDO;
      this.#question.operator.answer(name, question, { kind: 'undo' });
      this.desk.at('checking', 'looking how things stand');
      return;
    }
    this.#begin('checking', 'looking how things stand', async (signal) => {
      this.#about = UNDO;
      const block = this.#options.session.blockIndex;
      const story = await this.#workbench.proposeUndo(signal);
      if (story.kind !== 'refused') return this.#noteStory(block, story);
      this.#show({ code: 'NO_UNDO', message: `${story.reason} The arm is still.`, hint: 'Move it by a program.' });
    });
  }

  /** Reaches the writer with the next story. */
  async remark(text: string): Promise<void> {
    await this.#workbench.remark(text);
  }

  setSpeed(speedScale: number): void {
    this.#speedScale = speedScale;
    this.#showCell();
    this.#question.speedChanged();
  }

  /** @throws ConsoleRefusal; nothing has changed then */
  async decide(name: string, proposalId: string, sha256: string, decision: ConsoleDecision): Promise<void> {
    await this.#question.decide(name, proposalId, sha256, decision);
    if (decision.kind === 'edit') this.desk.at('checking', `checking the edit of ${this.#block()}`);
  }

  /** @throws ConsoleRefusal */
  renewPreview(name: string, proposalId: string, speedScale: number): void {
    this.#question.operator.questionMeant(proposalId);
    this.setSpeed(speedScale);
    this.#question.renew(name, proposalId);
  }

  /** Lets the world settle and judges it. @throws ConsoleRefusal while something is under way */
  judge(): Promise<Verdict> {
    return this.desk.begin('judging', JUDGING, () => this.judgeNow());
  }

  /** The same at the end of a cell, when nothing else is under way any more. */
  async judgeNow(): Promise<Verdict> {
    const { success, parts } = await this.#options.session.judge();
    const unmet = parts.filter(({ holds }) => !holds).map(({ text }) => text);
    const message = success
      ? 'the goal holds, judged from the settled world'
      : `the goal does not hold: ${unmet.join('; ') || 'things still move'}`;
    const verdict = { success, message, parts: [...parts] };
    this.#options.board.change({ verdict });
    return verdict;
  }

  /** A stop was latched, or reset. */
  noteStops(): void {
    this.desk.setStopped(this.#options.session.stops.length > 0);
  }

  /** Withdraws whatever is under way, and waits for its end. */
  async close(why: string): Promise<void> {
    this.#closed = true;
    await this.desk.close(why);
    this.#question.end();
  }

  async #turns(text: string, signal: AbortSignal): Promise<void> {
    this.#about = { origin: 'model', claim: '' };
    const outcome = await this.#options.writer?.instruct(text, signal);
    if (outcome?.kind === 'budget' || outcome?.kind === 'model') this.#show(problemOf(outcome.error));
    if (outcome?.kind === 'finished' || outcome?.kind === 'turns') await this.#judgeAfter();
  }

  /** One program from its check to its end; a good end is judged where the program was to reach the goal. */
  async #offer(source: string, origin: 'expert' | 'operator', claim: string, signal: AbortSignal): Promise<void> {
    this.#about = { origin, claim };
    const check = await this.#options.session.check(source, origin);
    signal.throwIfAborted();
    if (!check.ok) return this.#show(checkProblem(check));
    const story = await this.#put({ source, check }, signal);
    if (origin === 'expert' && story.kind === 'ran' && story.failure === undefined) await this.#judgeAfter();
  }

  async #judgeAfter(): Promise<void> {
    if (this.#options.session.stopped.aborted) return;
    this.desk.at('judging', JUDGING);
    await this.judgeNow();
  }

  #begin(step: 'checking' | 'writing', what: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { board, session } = this.#options;
    const done = this.desk.begin(step, what, async (signal) => {
      board.change({ problem: null, verdict: null });
      await work(signal);
    });
    done.catch((error: unknown) => {
      // Who cancelled knows it, and a robot host that is gone is told by its own event.
      if (error instanceof Cancelled || session.gone.aborted || this.#closed) return;
      this.#show(problemOf(error));
    });
  }

  /** The workbench of a writer that is no person: what became of its programs is noted. */
  #noting(): Workbench {
    const workbench = this.#workbench;
    return {
      tier: workbench.tier,
      check: (source, signal) => workbench.check(source, signal),
      checkDraft: (source, signal) => workbench.checkDraft(source, signal),
      offer: (program, signal) => this.#put(program, signal),
      look: (signal) => workbench.look(signal),
      rehearse: (program, signal) => workbench.rehearse(program, signal),
    };
  }

  /** Puts a program before the operator, and notes what became of it. */
  async #put(program: CheckedProgram, signal: AbortSignal): Promise<SessionStory> {
    const block = this.#options.session.blockIndex;
    const story = await this.#workbench.offer(program, signal);
    this.#noteStory(block, story);
    return story;
  }

  #noteStory(block: number, story: SessionStory): void {
    if (story.kind === 'ran') {
      this.#previous = { source: story.source, preview: cardPreview(story.preview ?? null) };
    }
    this.#options.board.change({ lastBlock: blockEnd(block, story) });
    this.#showCell();
  }

  #noteStep(step: OfferStep): void {
    switch (step) {
      case 'previewing':
        this.desk.at('previewing', `previewing ${this.#block()}`);
        return;
      case 'running':
        this.desk.at('running', `running ${this.#block()}`);
        return;
      case 'asking':
        this.desk.at('asking');
        return;
      case 'ended':
        this.#question.end();
        return;
    }
  }

  #showCell(): void {
    const { board, session } = this.#options;
    const { cell } = board.state;
    if (cell !== null) board.change({ cell: { ...cell, block: session.blockIndex, speedScale: this.#speedScale } });
  }

  #show(problem: ConsoleProblem): void {
    this.#options.board.change({ problem });
  }

  /** As people count. */
  #block(): string {
    return `block ${this.#options.session.blockIndex + 1}`;
  }
}

type About = Pick<ConsoleProposal, 'origin' | 'claim'>;
const UNDO: About = { origin: 'operator', claim: 'puts things back to where they stood before the last block' };
const JUDGING = 'judging what the world shows';

function checkProblem({ diagnostics }: CheckResult): ConsoleProblem {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  const where = first === undefined ? '' : ` Line ${first.line}: ${first.message}`;
  return {
    code: 'CHECK_FAILED',
    message: `The program does not pass the check, so it is not offered; the arm is still.${where}`,
    hint: first?.hint || 'Mend the program and submit it again.',
  };
}
