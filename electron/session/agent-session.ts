// Owns a session with a model that writes the programs: prompt and conversation, the turns, and the record of all that was
// said. What came of it the world tells, not the model. Must never approve, judge or lift a cap.

import type { TurnMessage } from '../../drivers/episode/messages.ts';
import { drawScene } from '../../sim/tasks/layout.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { type Budget, usd } from '../../skills/agent/budget.ts';
import { Conversation } from '../../skills/agent/conversation.ts';
import { Ensemble } from '../../skills/agent/ensemble.ts';
import { FunctionWriter } from '../../skills/agent/function-writer.ts';
import { namesIn } from '../../skills/agent/known-objects.ts';
import type { Model } from '../../skills/agent/model.ts';
import { createModelLog, type ModelLog } from '../../skills/agent/model-record.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import { readNotes } from '../../skills/agent/notes.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { QuestionDesk } from '../../skills/agent/question-desk.ts';
import { functionSystemPrompt, systemPrompt } from '../../skills/agent/system-prompt.ts';
import { runTurns, type TurnEvent, USUAL_REPLIES } from '../../skills/agent/turn-loop.ts';
import type { TurnsOutcome } from '../../skills/agent/turn-outcome.ts';
import { Observer } from '../../skills/agent/visual-difference.ts';
import type { Workbench } from '../../skills/agent/workbench.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import { loadLibrary } from '../../skills/library/load-library.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import type { OpenModels, OpenVoice } from './agent-models.ts';
import type { AgentSettings } from './agent-settings.ts';
import { sha256OfText } from './installation.ts';
import type { Session } from './session.ts';

/** Most tokens of a request, as estimated: half of what models of today take, so that a wrong estimate does no harm. */
const MAX_INPUT_TOKENS = 100_000;
/** Most tokens of a reply with a program, reasoning included. */
const MAX_OUTPUT_TOKENS = 12_000;
/** Most tokens of one function that a program lacks. */
const MAX_FUNCTION_TOKENS = 6000;
/** Most tokens of an answer to what a program asks. */
const MAX_ANSWER_TOKENS = 4000;
/** Most tokens of a description of pictures. */
const MAX_DESCRIPTION_TOKENS = 3000;

export interface AgentSessionOptions {
  readonly session: Session;
  readonly workbench: Workbench;
  readonly task: Task;
  readonly seed: number;
  readonly settings: AgentSettings;
  readonly models: OpenModels;
  readonly budget: Budget;
  /** What happens, as it happens; with what is spent by then. */
  readonly onEvent: (event: TurnEvent) => void;
}

export class AgentSession {
  readonly #options: AgentSessionOptions;
  readonly #prompts = loadPrompts();
  readonly #conversation: Conversation;
  /** One model, or an ensemble behind the same face. */
  readonly #writer: Model;
  readonly #observer: Observer | undefined;
  readonly #functionWriter: FunctionWriter;
  /** What is written into the episode, one after the other. */
  #recording: Promise<void> = Promise.resolve();

  /** @throws RangeError when the models do not fit the mode */
  constructor(options: AgentSessionOptions) {
    this.#options = options;
    const { task, settings, models } = options;
    const { feedback } = agentMode(settings.mode);
    const log = createModelLog((message) => this.#record('/model', message));
    const writer = log.recorded(models.writer);
    this.#conversation = new Conversation({
      system: systemText(task, settings),
      prompts: this.#prompts,
      maxInputTokens: MAX_INPUT_TOKENS,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
    });
    this.#observer =
      feedback === 'difference' && models.observer !== undefined
        ? new Observer({
            model: log.recorded(models.observer),
            prompts: this.#prompts,
            maxOutputTokens: MAX_DESCRIPTION_TOKENS,
          })
        : undefined;
    this.#functionWriter = new FunctionWriter({
      model: writer,
      prompts: this.#prompts,
      system: functionSystemPrompt({
        prompts: this.#prompts,
        api: apiFor(apiChoice(task, agentMode(settings.mode).tier, true)),
        modules: GUEST_MODULES,
        skills: loadLibrary(),
      }),
      maxOutputTokens: MAX_FUNCTION_TOKENS,
    });
    options.session.answerWith(
      new QuestionDesk({ model: writer, prompts: this.#prompts, maxOutputTokens: MAX_ANSWER_TOKENS }),
    );
    this.#writer = models.ensemble === undefined ? writer : this.#ensemble(models.ensemble, log);
  }

  /** The voices, each recorded by itself, choosing in the twin. */
  #ensemble({ voices, synthesiser }: NonNullable<OpenModels['ensemble']>, log: ModelLog): Ensemble {
    const { workbench, onEvent } = this.#options;
    const heard = (voice: OpenVoice) => ({ ...voice, model: log.recorded(voice.model) });
    return new Ensemble({
      voices: voices.map(heard),
      synthesiser: heard(synthesiser),
      workbench,
      functionWriter: this.#functionWriter,
      prompts: this.#prompts,
      onNews: (news) => onEvent({ kind: 'candidate', news }),
      onChoice: (choice) => {
        this.#record('/ensemble', choice);
        onEvent({ kind: 'chosen', choice });
      },
    });
  }

  /**
   * Works on one instruction until the model claims to be done, or a limit, a cap, a stop or the signal ends it. What was
   * said before in this session stays known.
   */
  async instruct(instruction: string, signal: AbortSignal): Promise<TurnsOutcome> {
    const { session, workbench, task, seed, settings, budget, onEvent } = this.#options;
    const { tier, feedback } = agentMode(settings.mode);
    try {
      return await runTurns(
        {
          model: this.#writer,
          workbench,
          conversation: this.#conversation,
          prompts: this.#prompts,
          feedback,
          observer: this.#observer,
          functionWriter: this.#functionWriter,
          instruction,
          objects: tier === 'S1' ? namesIn(drawScene(task, seed)) : undefined,
          scene: settings.scene,
          limits: { turns: settings.turns, replies: USUAL_REPLIES },
          budget,
          onEvent: (event) => {
            this.#recordTurn(event);
            onEvent(event);
          },
        },
        AbortSignal.any([signal, session.stopped]),
      );
    } finally {
      await this.#recording;
    }
  }

  #recordTurn(event: TurnEvent): void {
    if (event.kind === 'turn') this.#record('/turn', { event: 'started', turn: event.turn, budget: this.#budget() });
    else if (event.kind === 'replied') {
      const { turn, decision } = event;
      const message =
        decision.kind === 'finish' ? decision.reason : decision.kind === 'malformed' ? decision.problem : undefined;
      this.#record('/turn', { event: 'replied', turn, decision: decision.kind, message, budget: this.#budget() });
    } else if (event.kind === 'function') {
      const { name, source, depth } = event.written;
      const block = this.#options.session.blockIndex;
      this.#record('/function', { block, name, source, sha256: sha256OfText(source), depth });
    } else if (event.kind === 'ended') {
      const { outcome } = event;
      const { turns, kind } = outcome;
      this.#record('/turn', {
        event: 'ended',
        turn: turns,
        outcome: kind,
        message: endWords(outcome),
        budget: this.#budget(),
      });
    }
  }

  #budget(): TurnMessage['budget'] {
    const { spent, unpricedCalls, caps } = this.#options.budget.state();
    return { ...spent, unpricedCalls, caps };
  }

  #record(...message: Parameters<Session['record']>): void {
    this.#recording = this.#recording
      .then(() => this.#options.session.record(...message))
      // A robot host that is gone is told by the session; a recording that failed has stopped the arm.
      .catch(() => undefined);
  }
}

/** What the model is told once and for all. */
export function systemText(task: Task, { mode, scene, notes, turns }: Omit<AgentSettings, 'caps'>): string {
  const { tier, feedback } = agentMode(mode);
  return systemPrompt({
    prompts: loadPrompts(),
    api: apiFor(apiChoice(task, tier, true)),
    modules: GUEST_MODULES,
    skills: loadLibrary(),
    notes: notes === null ? undefined : readNotes(notes, 'the notes'),
    feedback: scene === 'withheld' ? 'text' : feedback,
    turns,
  });
}

function endWords(outcome: TurnsOutcome): string | undefined {
  switch (outcome.kind) {
    case 'finished':
    case 'stopped':
      return outcome.reason;
    case 'budget':
    case 'model':
      return outcome.error.message;
    case 'turns':
    case 'cancelled':
      return undefined;
  }
}

/** What is spent, and of what, on one line. */
export function spendingInWords(budget: Budget): string {
  const { spent, caps, unpricedCalls } = budget.state();
  const of = (used: string, cap: string | undefined) => (cap === undefined ? used : `${used} of ${cap}`);
  const cost = of(usd(spent.costUsd), caps.costUsd === undefined ? undefined : usd(caps.costUsd));
  return [
    `${of(String(spent.calls), caps.calls?.toString())} requests`,
    `${of(String(spent.tokens), caps.tokens?.toString())} tokens`,
    unpricedCalls === 0 ? cost : `${cost} and ${unpricedCalls} requests of unknown price`,
    `${of(spent.wallS.toFixed(0), caps.wallS?.toString())} s`,
  ].join(', ');
}
