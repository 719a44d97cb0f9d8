// Owns several models behind the face of one: their programs are checked and run in the twin, and what happened there
// decides. Must never send one request twice under two names, nor let one outlive the call.

import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import { completeProgram } from './complete-program.ts';
import { type Candidate, choose, fateOf, recordOf, totalUsage } from './ensemble-choice.ts';
import { fence } from './fence.ts';
import type { FunctionWriter } from './function-writer.ts';
import { type Model, ModelError, type ModelReply, type ModelRequest, type ReplyPiece } from './model.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import { parseReply } from './reply.ts';
import { rehearsalInWords } from './selection.ts';
import { distinctVoices, stillDistinct, type Voice } from './voices.ts';
import type { CheckedProgram, Rehearsal, Workbench } from './workbench.ts';

export interface EnsembleOptions {
  readonly voices: readonly Voice[];
  /** Writes one more program from those of the voices and what became of them; nobody unless given. */
  readonly synthesiser?: Voice;
  readonly workbench: Pick<Workbench, 'checkDraft' | 'rehearse'>;
  /** Of the session: each voice writes the functions its own program lacks, and those of the taken one are kept here. */
  readonly functionWriter?: FunctionWriter;
  readonly prompts: PromptFiles;
  /** Told as candidates come in, in the order in which that happens. */
  readonly onNews?: (news: CandidateNews) => void;
  /** Told of everything, for the episode. */
  readonly onChoice: (record: EnsembleMessage) => void;
}

/** What became of one candidate so far; what is said of it is never its own claim. */
export interface CandidateNews {
  readonly model: string;
  readonly temperature?: number | undefined;
  readonly origin: Candidate['origin'];
  readonly step: 'asked' | 'answered' | 'failed' | 'rehearsed';
  /** The step in words; may hold words of a model or a server. */
  readonly words: string;
}

const hushed = () => undefined;

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
    const round = new Round(this.#options, request, signal);
    const candidates = await round.candidates(stillDistinct(this.#voices));
    const grave = candidates.find(({ error }) => error?.code === 'CANCELLED' || error?.code === 'OVER_BUDGET');
    const answered = candidates.filter(({ reply }) => reply !== undefined);
    if (answered.length === 0 || (grave !== undefined && signal.aborted)) throw grave?.error ?? candidates[0].error;
    const { synthesiser } = this.#options;
    const worthJoining = answered.filter(({ program }) => program !== undefined).length > 1;
    if (synthesiser !== undefined && worthJoining) candidates.push(await round.synthesis(synthesiser, answered));
    const choice = choose(candidates);
    const { reply, written = [] } = candidates[choice.index];
    if (reply === undefined) throw candidates[0].error;
    for (const { name, source } of written) this.#options.functionWriter?.keep(name, source);
    const times = round.times(candidates);
    this.#options.onChoice(recordOf(candidates, choice, times));
    onPiece({ kind: 'text', text: reply.text });
    return { ...reply, usage: totalUsage(candidates), durationS: times.durationS };
  }
}

/** One request to all voices, and what it leads to. */
class Round {
  readonly #options: EnsembleOptions;
  readonly #request: ModelRequest;
  readonly #signal: AbortSignal;
  readonly #begunMs = performance.now();
  /** Runs in the twin by their source: what is the same program is run once. */
  readonly #rehearsals = new Map<string, Promise<Rehearsal>>();
  #inTwin = 0;
  #twinSinceMs = 0;
  #twinMs = 0;

  constructor(options: EnsembleOptions, request: ModelRequest, signal: AbortSignal) {
    this.#options = options;
    this.#request = request;
    this.#signal = signal;
  }

  async candidates(voices: readonly Voice[]): Promise<Candidate[]> {
    // One that fails beyond its own reply ends the round, but not before the others are over: none outlives the call.
    const asked = voices.map((voice) => this.#candidate(voice, 'candidate', this.#request));
    return (await Promise.allSettled(asked)).map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }

  synthesis(voice: Voice, answered: readonly Candidate[]): Promise<Candidate> {
    return this.#candidate(voice, 'synthesis', this.#synthesisRequest(answered));
  }

  times(candidates: readonly Candidate[]) {
    return {
      durationS: (performance.now() - this.#begunMs) / 1000,
      slowestReplyS: Math.max(0, ...candidates.map(({ reply }) => reply?.durationS ?? 0)),
      twinS: this.#twinMs / 1000,
    };
  }

  /** One voice's reply, checked and run in the twin as soon as it is there. */
  async #candidate(voice: Voice, origin: Candidate['origin'], request: ModelRequest): Promise<Candidate> {
    const { temperature: _shared, ...plain } = request;
    const own = voice.temperature === undefined ? plain : { ...plain, temperature: voice.temperature };
    this.#tell(voice, origin, 'asked', 'is asked');
    let reply: ModelReply;
    try {
      reply = await voice.model.ask(own, hushed, this.#signal);
    } catch (error) {
      return this.#failed(voice, { voice, origin }, error);
    }
    const decision = parseReply(reply.text);
    if (decision.kind !== 'program') {
      this.#tell(voice, origin, 'answered', decision.kind === 'finish' ? 'says FINISH' : 'replied without a program');
      return { voice, origin, reply, decision };
    }
    const read: Candidate = { voice, origin, reply, decision };
    let completed: Candidate;
    try {
      completed = { ...read, ...(await this.#completed(voice, decision.source)) };
    } catch (error) {
      return this.#failed(voice, read, error);
    }
    const { program } = completed;
    if (program === undefined || !program.check.ok) {
      this.#tell(voice, origin, 'answered', fateOf(completed, []));
      return completed;
    }
    this.#tell(voice, origin, 'answered', 'its program passes the check');
    const rehearsal = await this.#rehearsed(program);
    this.#tell(voice, origin, 'rehearsed', `in the twin: ${rehearsalInWords(rehearsal)}`);
    return { ...completed, rehearsal };
  }

  /** @throws what is no fault of a model */
  #failed(voice: Voice, candidate: Candidate, error: unknown): Candidate {
    if (!(error instanceof ModelError)) throw error;
    this.#tell(voice, candidate.origin, 'failed', error.message);
    return { ...candidate, error };
  }

  /** The program with the functions that it lacks, where somebody can write them. */
  async #completed(voice: Voice, source: string): Promise<Pick<Candidate, 'program' | 'written' | 'problem'>> {
    const { workbench, functionWriter } = this.#options;
    const check = (text: string, signal: AbortSignal) => workbench.checkDraft(text, signal);
    const program = await check(source, this.#signal);
    if (functionWriter === undefined) return { program };
    const writer = functionWriter.fork(voice.model, voice.temperature);
    const { problem, ...completion } = await completeProgram(program, { writer, check }, this.#signal);
    return problem === undefined ? completion : { ...completion, problem };
  }

  #rehearsed(program: CheckedProgram): Promise<Rehearsal> {
    const known = this.#rehearsals.get(program.source);
    if (known !== undefined) return known;
    if (this.#inTwin++ === 0) this.#twinSinceMs = performance.now();
    const rehearsal = this.#options.workbench.rehearse(program, this.#signal).finally(() => {
      if (--this.#inTwin === 0) this.#twinMs += performance.now() - this.#twinSinceMs;
    });
    this.#rehearsals.set(program.source, rehearsal);
    return rehearsal;
  }

  /** The same conversation, with the programs and what became of them after its last message. */
  #synthesisRequest(answered: readonly Candidate[]): ModelRequest {
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
    const request = this.#request;
    const text = fill(this.#options.prompts, 'synthesis', { candidates: fence('preview', told.join('\n\n')) });
    const last = request.messages[request.messages.length - 1];
    const messages = [
      ...request.messages.slice(0, -1),
      { ...last, parts: [...last.parts, { kind: 'text' as const, text }] },
    ];
    return { ...request, purpose: 'synthesis', messages };
  }

  #tell({ model, temperature }: Voice, origin: Candidate['origin'], step: CandidateNews['step'], words: string): void {
    this.#options.onNews?.({ model: model.name, temperature, origin, step, words });
  }
}
