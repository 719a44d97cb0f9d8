// Owns several models behind the face of one: their programs are checked and run in the twin, and what happened there
// decides. Must never send one request twice under two names, nor take a claim for evidence.

import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import { fence } from './fence.ts';
import {
  type Model,
  ModelError,
  type ModelReply,
  type ModelRequest,
  type ReplyPiece,
  type TokenUsage,
} from './model.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import { type Decision, parseReply } from './reply.ts';
import { compareStandings, type Standing, standingOf } from './selection.ts';
import type { CheckedProgram, Rehearsal, Workbench } from './workbench.ts';

/** One voice: a model at a temperature, its provider's default unless given. */
export interface Voice {
  readonly model: Model;
  readonly temperature?: number;
}

export interface EnsembleOptions {
  readonly voices: readonly Voice[];
  /** Writes one more program from those of the voices and what became of them; nobody unless given. */
  readonly synthesiser?: Voice;
  readonly workbench: Pick<Workbench, 'check' | 'rehearse'>;
  readonly prompts: PromptFiles;
  /** Told of everything, for the episode. */
  readonly onChoice: (record: EnsembleMessage) => void;
}

/** What became of one voice's reply. */
interface Candidate {
  readonly voice: Voice;
  readonly origin: 'candidate' | 'synthesis';
  readonly reply?: ModelReply;
  readonly decision?: Decision;
  readonly error?: ModelError;
  readonly program?: CheckedProgram;
  readonly rehearsal?: Rehearsal;
}

/** Voices that would send the same request are one. */
export function distinctVoices(voices: readonly Voice[]): readonly Voice[] {
  const known = new Map<string, Voice>();
  for (const { model, temperature } of voices) {
    const heard = model.takesTemperature === false ? undefined : temperature;
    const key = `${model.name} ${heard ?? 'default'}`;
    if (!known.has(key)) known.set(key, heard === undefined ? { model } : { model, temperature: heard });
  }
  return [...known.values()];
}

export class Ensemble implements Model {
  readonly name: string;
  readonly seesImages: boolean;
  readonly #options: EnsembleOptions;
  readonly #voices: readonly Voice[];

  /** @throws RangeError for no voice */
  constructor(options: EnsembleOptions) {
    this.#options = options;
    this.#voices = distinctVoices(options.voices);
    if (this.#voices.length === 0) throw new RangeError('an ensemble needs a voice');
    this.name = `ensemble of ${this.#voices.length}`;
    this.seesImages = this.#voices.every(({ model }) => model.seesImages);
  }

  /**
   * Asks every voice at once. Only programs are chosen by what they do; every other question goes to the first voice.
   * @throws ModelError of the first voice when no voice answered
   */
  async ask(request: ModelRequest, onPiece: (piece: ReplyPiece) => void, signal: AbortSignal): Promise<ModelReply> {
    if (request.purpose !== 'program') return this.#voices[0].model.ask(request, onPiece, signal);
    const begunMs = performance.now();
    const hushed = () => undefined;
    const asked = this.#voices.map((voice) => this.#candidate(voice, 'candidate', request, hushed, signal));
    // A cancelled or overspent request ends the others; they are waited for, so that none outlives the call.
    const candidates = await Promise.all(asked);
    const grave = candidates.find(({ error }) => error?.code === 'CANCELLED' || error?.code === 'OVER_BUDGET');
    const answered = candidates.filter(({ reply }) => reply !== undefined);
    if (answered.length === 0 || (grave !== undefined && signal.aborted)) throw grave?.error ?? candidates[0].error;
    const { synthesiser } = this.#options;
    const worthJoining = answered.filter(({ program }) => program !== undefined).length > 1;
    if (synthesiser !== undefined && worthJoining) {
      const joined = this.#synthesisRequest(request, answered);
      candidates.push(await this.#candidate(synthesiser, 'synthesis', joined, hushed, signal));
    }
    const choice = choose(candidates);
    const reply = candidates[choice.index].reply;
    if (reply === undefined) throw candidates[0].error;
    this.#options.onChoice(recordOf(candidates, choice, (performance.now() - begunMs) / 1000));
    onPiece({ kind: 'text', text: reply.text });
    return { ...reply, usage: totalUsage(candidates), durationS: (performance.now() - begunMs) / 1000 };
  }

  /** One voice's reply, checked and run in the twin as soon as it is there. */
  async #candidate(
    voice: Voice,
    origin: Candidate['origin'],
    request: ModelRequest,
    onPiece: (piece: ReplyPiece) => void,
    signal: AbortSignal,
  ): Promise<Candidate> {
    const { workbench } = this.#options;
    const { temperature: _shared, ...plain } = request;
    const own = voice.temperature === undefined ? plain : { ...plain, temperature: voice.temperature };
    let reply: ModelReply;
    try {
      reply = await voice.model.ask(own, onPiece, signal);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return { voice, origin, error };
    }
    const decision = parseReply(reply.text);
    if (decision.kind !== 'program') return { voice, origin, reply, decision };
    const program = await workbench.check(decision.source, signal);
    const rehearsal = program.check.ok ? await workbench.rehearse(program, signal) : undefined;
    return { voice, origin, reply, decision, program, ...(rehearsal === undefined ? {} : { rehearsal }) };
  }

  /** The same conversation, with the programs and what became of them after its last message. */
  #synthesisRequest(request: ModelRequest, answered: readonly Candidate[]): ModelRequest {
    const { prompts } = this.#options;
    const told = answered.map((candidate, index) => {
      const { decision, program, rehearsal } = candidate;
      const what =
        decision?.kind === 'finish'
          ? 'It said FINISH.'
          : program === undefined
            ? 'It could not be read.'
            : `${program.source}\n${fateOf(candidate, answered)}`;
      return `${index + 1}. ${rehearsal === undefined ? 'Not run.' : 'Run in the twin.'}\n${what}`;
    });
    const text = fill(prompts, 'synthesis', { candidates: fence('preview', told.join('\n\n')) });
    const last = request.messages[request.messages.length - 1];
    const messages = [
      ...request.messages.slice(0, -1),
      { ...last, parts: [...last.parts, { kind: 'text' as const, text }] },
    ];
    return { ...request, purpose: 'synthesis', messages };
  }
}

function fateOf({ program, rehearsal }: Candidate, all: readonly Candidate[]): string {
  if (rehearsal !== undefined) return `In the twin: ${standingAmong(rehearsal, all).words}.`;
  const error = program?.check.diagnostics.find(({ severity }) => severity === 'error');
  return `The check refused it: ${error?.message ?? 'it could not be read'}`;
}

function standingAmong(rehearsal: Rehearsal, all: readonly Candidate[]): Standing {
  const others = all.flatMap((one) =>
    one.rehearsal === undefined || one.rehearsal === rehearsal ? [] : [one.rehearsal],
  );
  return standingOf(rehearsal, others);
}

interface Choice {
  readonly index: number;
  readonly reason: string;
}

/** FINISH by most votes; else the program that did best in the twin; else the first reply that can be read. */
function choose(candidates: readonly Candidate[]): Choice {
  const votes = votesOf(candidates);
  const finish = candidates.findIndex(({ decision }) => decision?.kind === 'finish');
  if (votes.finish > votes.program) {
    return { index: finish, reason: `${votes.finish} of ${votes.finish + votes.program} voices say FINISH` };
  }
  const ranked = candidates
    .flatMap(({ rehearsal }, index) =>
      rehearsal === undefined ? [] : [{ index, standing: standingAmong(rehearsal, candidates) }],
    )
    .sort((a, b) => compareStandings(a.standing, b.standing) || a.index - b.index);
  if (ranked.length > 0) return { index: ranked[0].index, reason: ranked[0].standing.words };
  const program = candidates.findIndex(({ decision }) => decision?.kind === 'program');
  const readable = program >= 0 ? program : candidates.findIndex(({ reply }) => reply !== undefined);
  return { index: readable, reason: 'no program passed the check: the first reply is taken' };
}

function votesOf(candidates: readonly Candidate[]): { readonly program: number; readonly finish: number } {
  const voiced = candidates.filter(({ origin }) => origin === 'candidate');
  const count = (kind: Decision['kind']) => voiced.filter(({ decision }) => decision?.kind === kind).length;
  return { program: count('program'), finish: count('finish') };
}

function totalUsage(candidates: readonly Candidate[]): TokenUsage {
  const usages = candidates.flatMap(({ reply }) => (reply === undefined ? [] : [reply.usage]));
  const sum = (of: (usage: TokenUsage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  return {
    inputTokens: sum(({ inputTokens }) => inputTokens),
    cachedInputTokens: sum(({ cachedInputTokens }) => cachedInputTokens),
    cacheWriteTokens: sum(({ cacheWriteTokens = 0 }) => cacheWriteTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    ...(usages.some(({ estimated }) => estimated === true) ? { estimated: true as const } : {}),
  };
}

function recordOf(candidates: readonly Candidate[], { index, reason }: Choice, durationS: number): EnsembleMessage {
  return {
    candidates: candidates.map((candidate) => {
      const { voice, origin, reply, decision, error, rehearsal } = candidate;
      return {
        model: voice.model.name,
        ...(voice.temperature === undefined ? {} : { temperature: voice.temperature }),
        origin,
        decision: decision?.kind ?? 'none',
        reply: reply?.text ?? '',
        ...(error === undefined ? {} : { error: error.message }),
        ...(decision?.kind === 'program' ? { fate: fateOf(candidate, candidates) } : {}),
        ...(rehearsal === undefined
          ? {}
          : {
              preview: {
                previewId: rehearsal.previewId,
                outcome: rehearsal.outcome,
                predictedSuccess: rehearsal.predictedSuccess ?? 'unknown',
                things: rehearsal.things ?? [],
              },
            }),
      };
    }),
    votes: votesOf(candidates),
    chosen: index,
    reason,
    durationS,
  };
}
