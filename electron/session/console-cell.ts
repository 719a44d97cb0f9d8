// Owns one open cell of the console: its session, its workbench, its writer, and the question before the operator. Must
// never start a block without an answer, nor let two works run at once.

import { drawScene } from '../../sim/tasks/layout.ts';
import { namesIn } from '../../skills/agent/known-objects.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import type { CheckedProgram, Workbench } from '../../skills/agent/workbench.ts';
import type { CellChoice, ConsoleDecision, ConsoleProposal, ConsoleState, OpenCell } from '../ipc/console-contract.ts';
import type { ModelSource } from './agent-models.ts';
import { AGENT_FILE } from './agent-settings.ts';
import type { ConsoleBoard } from './console-board.ts';
import { blockEnd, cardPreview } from './console-card.ts';
import { Cancelled, ConsoleDesk } from './console-desk.ts';
import type { ConsolePiece } from './console-pieces.ts';
import { ConsoleQuestion } from './console-question.ts';
import { ConsoleRefusal, problemOf } from './console-refusal.ts';
import { agentSettingsOf, ConsoleWriter } from './console-writer.ts';
import { openTask, readExpert, readRig, type TaskFile } from './installation.ts';
import { Session } from './session.ts';
import { type OfferStep, type SessionStory, SessionWorkbench } from './session-workbench.ts';

export interface ConsoleCellOptions {
  readonly choice: CellChoice;
  readonly board: ConsoleBoard;
  readonly models: ModelSource;
  /** Of the rig, as the model is to see them; null without any. */
  readonly notes: string | null;
  readonly recordFolder: string;
  readonly onPiece: (piece: ConsolePiece) => void;
  readonly onNotice: (level: 'info' | 'warning' | 'error', message: string, hint: string) => void;
  /** The robot host has ended by itself. */
  readonly onGone: (reason: string) => void;
}

/** Real time: a person watches. */
const PACE = 1;

/** How an episode ended. */
export interface CellEnd {
  readonly outcome: 'succeeded' | 'failed' | 'interrupted';
  readonly message: string;
}

export class ConsoleCell {
  readonly desk: ConsoleDesk;
  readonly #options: ConsoleCellOptions;
  readonly #taskFile: TaskFile;
  readonly #writer: ConsoleWriter | undefined;
  readonly #startedAt = new Date().toISOString();
  readonly #question: ConsoleQuestion;
  #session!: Session;
  #workbench!: SessionWorkbench;
  #speedScale = 1;
  #about: Pick<ConsoleProposal, 'origin' | 'claim'> = { origin: 'operator', claim: '' };
  #previous: ConsoleProposal['previous'] = null;
  #closing = false;

  private constructor(options: ConsoleCellOptions, taskFile: TaskFile, writer: ConsoleWriter | undefined) {
    this.#options = options;
    this.#taskFile = taskFile;
    this.#writer = writer;
    this.desk = new ConsoleDesk(options.board);
    this.#question = new ConsoleQuestion({
      board: options.board,
      session: () => this.#session,
      context: () => ({
        ...this.#about,
        ...(this.#about.origin === 'model' ? { claim: writer?.claim ?? '' } : {}),
        previous: this.#previous,
      }),
      speedScale: () => this.#speedScale,
    });
  }

  /**
   * @throws NotFoundError, YamlFileError, ModelError, ModelNameError, RemoteError in words; no process is left then
   */
  static async open(options: ConsoleCellOptions, signal: AbortSignal): Promise<ConsoleCell> {
    const { choice, board, models, notes, onPiece } = options;
    const taskFile = openTask(choice.task).taskFor(choice.seed);
    const { task } = taskFile;
    const settings = agentSettingsOf(choice, notes);
    const { writer } = choice;
    // A missing expert or key is better known before a robot is there.
    if (writer.kind === 'expert') readExpert(task.name, agentMode(choice.tier).tier, task);
    const hand =
      writer.kind === 'model' && settings !== undefined
        ? await ConsoleWriter.open({ choice: { ...choice, writer }, settings, models, task, board, onPiece })
        : undefined;
    const cell = new ConsoleCell(options, taskFile, hand);
    await cell.#open(settings === undefined ? [] : [settingsFile(settings)], signal);
    return cell;
  }

  async #open(attachments: readonly ReturnType<typeof settingsFile>[], signal: AbortSignal): Promise<void> {
    const { choice, recordFolder, onNotice, onGone } = this.#options;
    const { task } = this.#taskFile;
    const { tier } = agentMode(choice.tier);
    const session = await Session.open(
      {
        taskFile: this.#taskFile,
        rigFile: readRig(undefined, task),
        seed: choice.seed,
        tier,
        pace: PACE,
        recordFolder,
        previews: true,
        asks: choice.writer.kind === 'model',
        policy: choice.writer.kind === 'model' ? choice.writer.name : choice.writer.kind,
        attachments: [...attachments],
        events: {
          stopped: () => this.#noteStops(),
          recordingFailed: ({ message, hint }) => onNotice('error', message, hint),
        },
      },
      signal,
    );
    this.#session = session;
    const cell = this;
    this.#workbench = new SessionWorkbench({
      session,
      tier,
      operator: this.#writer?.patient(this.#question.operator) ?? this.#question.operator,
      previews: true,
      get speedScale() {
        return cell.#speedScale;
      },
      origin: choice.writer.kind === 'expert' ? 'expert' : 'model',
      onStep: (step) => this.#noteStep(step),
    });
    session.gone.addEventListener('abort', () => {
      if (!this.#closing) onGone(String(session.gone.reason));
    });
    try {
      this.#writer?.attach(session, this.#noting(), this.desk);
    } catch (error) {
      this.#closing = true;
      await session.close();
      throw error;
    }
    this.#noteStops();
  }

  get choice(): CellChoice {
    return this.#options.choice;
  }

  get session(): Session {
    return this.#session;
  }

  get task() {
    return this.#taskFile.task;
  }

  /** What windows are told of the cell. */
  shown(): OpenCell {
    const { choice } = this.#options;
    const { task } = this.#taskFile;
    return {
      id: this.#session.episodeId,
      choice,
      title: task.name,
      instruction: task.instruction.trim(),
      arms: task.robot.arms,
      robotId: this.#session.robot.robotId,
      robotKind: this.#session.robot.robotKind,
      objects: agentMode(choice.tier).tier === 'S1' ? namesIn(drawScene(task, choice.seed)) : [],
      sockets: { url: '', token: '' },
      block: this.#session.blockIndex,
      speedScale: this.#speedScale,
      startedAt: this.#startedAt,
    };
  }

  /** Words for the writer; returns as soon as the work has begun. @throws ConsoleRefusal */
  instruct(text: string): void {
    const { writer } = this.#options.choice;
    const block = this.#block();
    switch (writer.kind) {
      case 'operator':
        throw new ConsoleRefusal(
          'NO_WRITER',
          'In this cell you write the programs yourself. Nothing was started.',
          'Write a program and submit it, or open the cell again with the expert or a model as the writer.',
        );
      case 'expert':
        this.#begin('checking', `checking ${block}`, async (signal) => {
          const { source } = readExpert(this.task.name, agentMode(this.#options.choice.tier).tier, this.task);
          await this.#offer(source, 'expert', 'the reference program of this task', signal);
        });
        return;
      case 'model':
        this.#begin('writing', `asking the model for ${block}`, (signal) => this.#turns(text, signal));
        return;
    }
  }

  /** A program of the operator's own. @throws ConsoleRefusal */
  submit(source: string, claim = ''): void {
    this.#begin('checking', `checking ${this.#block()}`, (signal) => this.#offer(source, 'operator', claim, signal));
  }

  async remark(text: string): Promise<void> {
    await this.#workbench.remark(text);
  }

  setSpeed(speedScale: number): void {
    this.#speedScale = speedScale;
    const { board } = this.#options;
    if (board.state.cell !== null) board.change({ cell: { ...board.state.cell, speedScale } });
    this.#question.speedChanged();
  }

  judge(): Promise<NonNullable<ConsoleState['verdict']>> {
    return this.desk.begin('judging', 'judging what the world shows', () => this.#judge());
  }

  cancel(): void {
    this.desk.cancel();
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

  /** The robot host is gone: ends what is left of the cell. */
  async abandon(): Promise<void> {
    this.#closing = true;
    await this.desk.close('the robot host is gone');
    await this.#session.close();
  }

  /** Ends what is under way, judges what the world shows unless a stop forbids it, and completes the episode. */
  async end(why: string): Promise<CellEnd> {
    const session = this.#session;
    this.#closing = true;
    if (this.desk.step === 'running') await session.stop(why).catch(() => undefined);
    await this.desk.close(why);
    let end: CellEnd = { outcome: 'interrupted', message: 'the robot host was gone before the episode was complete' };
    try {
      if (!session.gone.aborted) end = await this.#finish();
    } catch (error) {
      end = { outcome: 'interrupted', message: problemOf(error).message };
    }
    await session.close();
    return end;
  }

  async #finish(): Promise<CellEnd> {
    const session = this.#session;
    if (session.stopped.aborted) {
      const message = `stopped: ${session.stopped.reason}`;
      await session.finish({ outcome: 'failed', stage: 'stopped', message });
      return { outcome: 'failed', message };
    }
    const { success, message } = await this.#judge();
    const outcome = success ? 'succeeded' : 'failed';
    await session.finish({ outcome, stage: success ? undefined : 'placement', message });
    return { outcome, message };
  }

  async #turns(text: string, signal: AbortSignal): Promise<void> {
    this.#about = { origin: 'model', claim: '' };
    const outcome = await this.#writer?.instruct(text, signal);
    if (outcome?.kind === 'budget' || outcome?.kind === 'model') {
      this.#options.board.change({ problem: problemOf(outcome.error) });
    }
    if (outcome?.kind === 'finished' || outcome?.kind === 'turns') await this.#judgeAfter();
  }

  /** One program from its check to its end; a good end is judged where the program was to reach the goal. */
  async #offer(source: string, origin: 'expert' | 'operator', claim: string, signal: AbortSignal): Promise<void> {
    const { board } = this.#options;
    this.#about = { origin, claim };
    const check = await this.#session.check(source, origin);
    signal.throwIfAborted();
    if (!check.ok) {
      const first = check.diagnostics.find(({ severity }) => severity === 'error');
      const where = first === undefined ? '' : ` (line ${first.line}: ${first.message})`;
      board.change({
        problem: {
          code: 'CHECK_FAILED',
          message: `The program does not pass the check, so it is not offered${where}. The arm is still.`,
          hint: first?.hint ?? 'Mend the program and submit it again.',
        },
      });
      return;
    }
    const story = await this.#put({ source, check }, signal);
    if (origin === 'expert' && story.kind === 'ran' && story.failure === undefined) await this.#judgeAfter();
  }

  async #judgeAfter(): Promise<void> {
    if (this.#session.stopped.aborted) return;
    this.desk.at('judging', 'judging what the world shows');
    await this.#judge();
  }

  async #judge(): Promise<NonNullable<ConsoleState['verdict']>> {
    const { success, parts } = await this.#session.judge();
    const unmet = parts.filter(({ holds }) => !holds).map(({ text }) => text);
    const message = success
      ? 'the goal holds, judged from the settled world'
      : `the goal does not hold: ${unmet.join('; ') || 'things still move'}`;
    const verdict = { success, message, parts: [...parts] };
    this.#options.board.change({ verdict });
    return verdict;
  }

  #begin(step: 'checking' | 'writing', what: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { board } = this.#options;
    const done = this.desk.begin(step, what, async (signal) => {
      board.change({ problem: null, verdict: null });
      await work(signal);
    });
    done.catch((error: unknown) => {
      // Who cancelled knows it, and a robot host that is gone is told by its own event.
      if (error instanceof Cancelled || this.#session.gone.aborted || this.#closing) return;
      board.change({ problem: problemOf(error) });
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
    const { board } = this.#options;
    const block = this.#session.blockIndex;
    const story = await this.#workbench.offer(program, signal);
    if (story.kind === 'ran') {
      this.#previous = { source: story.source, preview: cardPreview(story.preview ?? null) };
    }
    const { cell } = board.state;
    board.change({
      lastBlock: blockEnd(block, story),
      ...(cell === null ? {} : { cell: { ...cell, block: this.#session.blockIndex } }),
    });
    return story;
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

  #noteStops(): void {
    // A stop may come before the cell is open.
    if (this.#session === undefined) return;
    this.desk.setStopped(this.#session.stops.length > 0);
  }

  /** As people count. */
  #block(): string {
    return `block ${this.#session.blockIndex + 1}`;
  }
}

function settingsFile(settings: NonNullable<ReturnType<typeof agentSettingsOf>>) {
  return { name: AGENT_FILE, mediaType: 'application/json', text: `${JSON.stringify(settings, null, 2)}\n` };
}
