// Owns the turns of one instruction: ask the model, read its decision, check, offer, look, tell, and ask again. Must never
// approve anything, nor take the model's word for success: FINISH is a claim, and an observer that is unsure says no to it.

import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import type { Budget } from './budget.ts';
import { type Completion, completeProgram, completionText, type WrittenFunction } from './complete-program.ts';
import type { Conversation } from './conversation.ts';
import type { CandidateNews } from './ensemble.ts';
import { blockEnded, checkFailed, type Feedback as Told } from './feedback.ts';
import { fence } from './fence.ts';
import type { FunctionWriter } from './function-writer.ts';
import { type MessagePart, type Model, ModelError, type ModelReply, type Purpose, type ReplyPiece } from './model.ts';
import type { Feedback } from './modes.ts';
import { openingParts } from './opening.ts';
import { cameraNames, pictureParts } from './pictures.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import { type Decision, parseReply } from './reply.ts';
import type { LastFailure, TurnsOutcome } from './turn-outcome.ts';
import { type Difference, differenceText, type Observer } from './visual-difference.ts';
import type { BlockStory, CheckedProgram, View, Workbench } from './workbench.ts';

/** What happens, as it happens, for whoever shows or records it. Turns count from 1. */
export type TurnEvent =
  | { readonly kind: 'turn'; readonly turn: number }
  /** A model is asked; `attempt` counts from 1 within the turn. */
  | { readonly kind: 'asked'; readonly turn: number; readonly purpose: Purpose; readonly attempt: number }
  | { readonly kind: 'piece'; readonly purpose: Purpose; readonly piece: ReplyPiece }
  | { readonly kind: 'replied'; readonly turn: number; readonly reply: ModelReply; readonly decision: Decision }
  /** Of an ensemble: what became of one of its candidates so far, and which was taken. */
  | { readonly kind: 'candidate'; readonly news: CandidateNews }
  | { readonly kind: 'chosen'; readonly choice: EnsembleMessage }
  | { readonly kind: 'described'; readonly text: string }
  /** A function that the program calls was written for it. */
  | { readonly kind: 'function'; readonly turn: number; readonly written: WrittenFunction }
  /** The program as it would be offered, functions that were written for it included. */
  | { readonly kind: 'checked'; readonly turn: number; readonly program: CheckedProgram }
  | { readonly kind: 'offered'; readonly turn: number; readonly program: CheckedProgram }
  | { readonly kind: 'story'; readonly turn: number; readonly story: BlockStory }
  | { readonly kind: 'difference'; readonly turn: number; readonly difference: Difference }
  | { readonly kind: 'ended'; readonly outcome: TurnsOutcome };

export interface TurnLimits {
  readonly turns: number;
  /** Replies to one question before the model counts as failed: the first, and those after it was asked again. */
  readonly replies: number;
}

export const USUAL_REPLIES = 3;

export interface TurnsOptions {
  /** One model, or an ensemble behind the same face. */
  readonly model: Model;
  readonly workbench: Workbench;
  /** Of the session: a second instruction finds the first one there. */
  readonly conversation: Conversation;
  readonly prompts: PromptFiles;
  readonly feedback: Feedback;
  /** Writes the functions that programs call and nobody has declared; without one they are errors. */
  readonly functionWriter?: FunctionWriter;
  /** Needed for feedback 'difference'. */
  readonly observer?: Observer;
  readonly instruction: string;
  /** Names that can be asked for; tier S1 alone may know them. */
  readonly objects?: readonly string[];
  /** 'withheld' shows neither scene nor pictures, to see what a model knows by heart. */
  readonly scene: 'shown' | 'withheld';
  readonly limits: TurnLimits;
  readonly budget?: Pick<Budget, 'startTurn'>;
  readonly onEvent: (event: TurnEvent) => void;
}

/**
 * Runs turns until the model says FINISH and nothing speaks against it, a limit or budget is reached, or somebody stops.
 * @throws what the workbench throws when the session itself fails, and RangeError for options that do not fit
 */
export async function runTurns(options: TurnsOptions, signal: AbortSignal): Promise<TurnsOutcome> {
  const { feedback, scene, observer, model } = options;
  if (feedback === 'difference' && scene === 'shown' && observer === undefined) {
    throw new RangeError('visual differences need a vision model');
  }
  if (feedback === 'image' && scene === 'shown' && !model.seesImages) {
    throw new RangeError(`${model.name} sees no pictures: choose a vision model, or a tier without pictures`);
  }
  const outcome = await new TurnLoop(options, signal).run();
  options.onEvent({ kind: 'ended', outcome });
  return outcome;
}

class TurnLoop {
  readonly #options: TurnsOptions;
  readonly #signal: AbortSignal;
  /** How much of the cameras this loop may use. */
  readonly #eyes: Feedback;
  #turn = 0;
  #lastFailure: LastFailure | undefined;
  #firstLook: readonly View[] = [];
  #lastLook: readonly View[] = [];
  /** What the observer said last, while nothing has moved since. */
  #lastDifference: Difference | undefined;

  constructor(options: TurnsOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#eyes = options.scene === 'withheld' ? 'text' : options.feedback;
  }

  async run(): Promise<TurnsOutcome> {
    try {
      this.#signal.throwIfAborted();
      await this.#open();
      return await this.#turns();
    } catch (error) {
      if (this.#signal.aborted) return this.#ended({ kind: 'cancelled' });
      if (!(error instanceof ModelError)) throw error;
      if (error.code === 'CANCELLED') return this.#ended({ kind: 'cancelled' });
      return this.#ended({ kind: error.code === 'OVER_BUDGET' ? 'budget' : 'model', error });
    }
  }

  async #turns(): Promise<TurnsOutcome> {
    const { limits, budget, onEvent } = this.#options;
    while (this.#turn < limits.turns) {
      budget?.startTurn();
      this.#turn += 1;
      onEvent({ kind: 'turn', turn: this.#turn });
      const { reply, decision } = await this.#decide();
      const outcome =
        decision.kind === 'finish' ? await this.#claim(reply, decision) : await this.#work(reply, decision);
      if (outcome !== undefined) return outcome;
    }
    return this.#ended({ kind: 'turns' });
  }

  /** Tells the instruction, and what can be seen before the first program. */
  async #open(): Promise<void> {
    const { conversation, prompts, instruction, objects, scene, workbench, onEvent } = this.#options;
    let description: string | undefined;
    if (this.#eyes !== 'text') this.#firstLook = this.#lastLook = await workbench.look(this.#signal);
    if (this.#eyes === 'difference') {
      description = await this.#observer.describe(
        instruction,
        this.#firstLook,
        (piece) => onEvent({ kind: 'piece', purpose: 'difference', piece }),
        this.#signal,
      );
      onEvent({ kind: 'described', text: description });
    }
    conversation.open(
      openingParts({
        prompts,
        isFirst: conversation.isEmpty,
        tier: workbench.tier,
        instruction,
        objects: scene === 'shown' ? objects : undefined,
        description,
        pictures: this.#eyes === 'image' ? this.#firstLook : [],
      }),
    );
  }

  /** A reply that can be read. @throws ModelError, MALFORMED when none came */
  async #decide(): Promise<{ readonly reply: string; readonly decision: Exclude<Decision, { kind: 'malformed' }> }> {
    const { model, conversation, limits, onEvent } = this.#options;
    let again: { readonly reply: string; readonly problem: string } | undefined;
    for (let attempt = 1; ; attempt++) {
      onEvent({ kind: 'asked', turn: this.#turn, purpose: 'program', attempt });
      const reply = await model.ask(
        conversation.request('program', again),
        (piece) => onEvent({ kind: 'piece', purpose: 'program', piece }),
        this.#signal,
      );
      const decision = parseReply(reply.text);
      onEvent({ kind: 'replied', turn: this.#turn, reply, decision });
      if (decision.kind !== 'malformed') return { reply: reply.text, decision };
      if (attempt >= limits.replies) {
        throw new ModelError(
          'MALFORMED',
          `The model replied ${attempt} times without a program or FINISH: ${decision.problem} The arm is still.`,
          'Read its replies, and choose a model that follows the form, or start again.',
        );
      }
      again = { reply: reply.text, problem: decision.problem };
    }
  }

  /** A program: checked, offered, run, looked at. An outcome when the turns end here. */
  async #work(reply: string, { source }: Extract<Decision, { kind: 'program' }>): Promise<TurnsOutcome | undefined> {
    const { workbench, prompts, conversation, onEvent } = this.#options;
    const completion = await this.#completed(await workbench.check(source, this.#signal));
    const { program } = completion;
    const functions = completionText(prompts, completion);
    onEvent({ kind: 'checked', turn: this.#turn, program });
    if (!program.check.ok) {
      const error = program.check.diagnostics.find(({ severity }) => severity === 'error');
      this.#lastFailure = { stage: 'check', message: error?.message ?? 'the check failed', ...pick(error) };
      this.#tell(reply, checkFailed(prompts, program.check), [], functions);
      return undefined;
    }
    onEvent({ kind: 'offered', turn: this.#turn, program });
    const story = await workbench.offer(program, this.#signal);
    onEvent({ kind: 'story', turn: this.#turn, story });
    this.#lastFailure = failureOf(story);
    if (story.kind === 'stopped') {
      const text = fill(prompts, 'stopped', { reason: fence('stop', story.reason) });
      conversation.turn(reply, [{ kind: 'text', text: `${functions}${text}` }], 'was stopped');
      return this.#ended({ kind: 'stopped', reason: story.reason });
    }
    const told = blockEnded(prompts, program.check, story, program.source);
    this.#tell(reply, told, story.kind === 'ran' ? await this.#seen() : [], functions);
    return undefined;
  }

  /** The program with the functions that it calls and nobody has declared, where somebody can write them. */
  async #completed(program: CheckedProgram): Promise<Completion> {
    const { functionWriter: writer, workbench, onEvent } = this.#options;
    if (writer === undefined) return { program, written: [], problem: undefined };
    const ports = {
      writer,
      check: (source: string, signal: AbortSignal) => workbench.check(source, signal),
      onAsked: (_name: string, attempt: number) =>
        onEvent({ kind: 'asked', turn: this.#turn, purpose: 'function', attempt }),
      onPiece: (piece: ReplyPiece) => onEvent({ kind: 'piece', purpose: 'function', piece }),
    };
    const completion = await completeProgram(program, ports, this.#signal);
    for (const written of completion.written) onEvent({ kind: 'function', turn: this.#turn, written });
    return completion;
  }

  /** FINISH: taken when no observer speaks against it. */
  async #claim(reply: string, { reason }: Extract<Decision, { kind: 'finish' }>): Promise<TurnsOutcome | undefined> {
    const { conversation, prompts, instruction, workbench } = this.#options;
    let difference = this.#lastDifference;
    if (this.#eyes === 'difference' && difference?.success !== 'yes') {
      this.#lastLook = await workbench.look(this.#signal);
      difference = await this.#compare(instruction, this.#firstLook, this.#lastLook);
    }
    if (difference === undefined || difference.success === 'yes') {
      conversation.turn(reply, [], `said FINISH: ${reason}`);
      return this.#ended({ kind: 'finished', reason, evidence: difference?.success });
    }
    const description = fence('description', differenceText(difference));
    const text = fill(prompts, 'not-done', { description, success: difference.success });
    this.#tell(reply, { text, summary: 'said FINISH, which was not shown to be true' }, []);
    return undefined;
  }

  /** What the cameras tell about the last program, as this tier may know it. */
  async #seen(): Promise<MessagePart[]> {
    const { prompts, instruction, workbench } = this.#options;
    if (this.#eyes === 'text') return [];
    const before = this.#lastLook;
    this.#lastLook = await workbench.look(this.#signal);
    if (this.#eyes === 'image') {
      const text = fill(prompts, 'pictures', { cameras: cameraNames(this.#lastLook) });
      return [{ kind: 'text', text }, ...pictureParts(this.#lastLook)];
    }
    const difference = await this.#compare(instruction, before, this.#lastLook);
    this.#lastDifference = difference;
    const description = fence('description', differenceText(difference));
    return [{ kind: 'text', text: fill(prompts, 'difference', { description, success: difference.success }) }];
  }

  async #compare(instruction: string, before: readonly View[], after: readonly View[]): Promise<Difference> {
    const { onEvent } = this.#options;
    onEvent({ kind: 'asked', turn: this.#turn, purpose: 'difference', attempt: 1 });
    const difference = await this.#observer.compare(
      instruction,
      { before, after },
      (piece) => onEvent({ kind: 'piece', purpose: 'difference', piece }),
      this.#signal,
    );
    onEvent({ kind: 'difference', turn: this.#turn, difference });
    return difference;
  }

  /** @param functions what is to be said of functions that the program lacked, before everything else */
  #tell(reply: string, told: Told, seen: readonly MessagePart[], functions = ''): void {
    const { conversation, prompts } = this.#options;
    const decide: MessagePart = { kind: 'text', text: fill(prompts, 'decide', {}) };
    const text = `${functions}${told.text}`;
    conversation.turn(reply, [{ kind: 'text', text }, ...seen, decide], told.summary);
  }

  get #observer(): Observer {
    const { observer } = this.#options;
    if (observer === undefined) throw new Error('this tier has no observer');
    return observer;
  }

  #ended(end: EndOf<TurnsOutcome>): TurnsOutcome {
    return { ...end, turns: this.#turn, lastFailure: this.#lastFailure };
  }
}

type EndOf<Outcome> = Outcome extends TurnsOutcome ? Omit<Outcome, 'turns' | 'lastFailure'> : never;

function failureOf(story: BlockStory): LastFailure | undefined {
  switch (story.kind) {
    case 'ran':
      return story.failure;
    case 'rejected': {
      const failure = story.preview?.failure;
      return { stage: failure?.stage ?? 'rejected', message: failure?.message ?? story.comment, ...pick(failure) };
    }
    case 'stopped':
      return { stage: 'stopped', message: story.reason };
  }
}

function pick(one: { readonly hint?: string; readonly line?: number } | undefined): Pick<LastFailure, 'hint' | 'line'> {
  return { ...(one?.hint ? { hint: one.hint } : {}), ...(one?.line === undefined ? {} : { line: one.line }) };
}
