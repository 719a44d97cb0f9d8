// Owns the workbench of a session: what the writer of programs may do there, with an operator on the other side who alone
// decides. It checks, previews, asks and runs. Must never approve, reset or raise a limit by itself, nor let what was
// said count as an answer.

import type { ProgramMessage } from '../../drivers/episode/messages.ts';
import { FAILURE_STAGES } from '../../drivers/failure-stage.ts';
import { undoProgram } from '../../skills/agent/undo.ts';
import type { BlockFailure, BlockStory, CheckedProgram, View, Workbench } from '../../skills/agent/workbench.ts';
import type { Tier } from '../../skills/api/definition.ts';
import { type RunPace, STRAIGHT_ON } from '../ipc/operator-pace.ts';
import type { BlockReport, PreviewFacts } from '../ipc/robot-host-contract.ts';
import { RemoteError } from '../ipc/rpc.ts';
import { PLAIN_RUN, type RunSettings } from './cell.ts';
import type { Decision, Operator, Proposal } from './operator.ts';
import type { Session } from './session.ts';

/** What the session is doing for an offered block. */
export type OfferStep = 'previewing' | 'asking' | 'running' | 'ended';

export interface SessionWorkbenchOptions {
  readonly session: Session;
  readonly tier: Tier;
  readonly operator: Operator;
  /** Whether the session was opened with a twin. */
  readonly previews: boolean;
  /** The operator's speed for the next preview and its run: share of the robot's limits, in (0, 1]. */
  readonly speedScale: number;
  /** Who writes the programs, for the record. */
  readonly origin: Exclude<ProgramMessage['origin'], 'edited' | 'operator'>;
  readonly onStep?: (step: OfferStep) => void;
}

/** A story with what the session knows beyond the port: all facts of the preview, and how a stopped program failed. */
export type SessionStory = BlockStory & {
  readonly preview?: PreviewFacts | undefined;
  readonly failure?: BlockFailure | undefined;
};

/** Why nothing can be undone, in a sentence. */
export interface UndoRefusal {
  readonly kind: 'refused';
  readonly reason: string;
}

/** What the writer is told when the operator had the last program undone in place of running its new one. */
const UNDONE = 'In place of your program I had the work of the one before undone; look again before you go on.';

export class SessionWorkbench implements Workbench {
  readonly tier: Tier;
  readonly #options: SessionWorkbenchOptions;
  /** Said by the operator, not yet handed on. */
  #remarks: string[] = [];
  #lastRehearsal: Promise<unknown> = Promise.resolve();
  /** The offer that is open, or was last: the next one waits for its end. */
  #lastOffer: Promise<unknown> = Promise.resolve();
  #hasRun = false;

  constructor(options: SessionWorkbenchOptions) {
    this.tier = options.tier;
    this.#options = options;
  }

  /** Keeps what the operator said while no question was open; it reaches the writer with the next story. */
  async remark(text: string): Promise<void> {
    this.#remarks.push(text);
    await this.#options.session.remark(text);
  }

  async check(source: string, signal: AbortSignal): Promise<CheckedProgram> {
    signal.throwIfAborted();
    return { source, check: await this.#options.session.check(source, this.#options.origin) };
  }

  async checkDraft(source: string, signal: AbortSignal): Promise<CheckedProgram> {
    signal.throwIfAborted();
    return { source, check: await this.#options.session.checkDraft(source) };
  }

  /**
   * Puts a checked program before the operator. A signal that fires before the approval withdraws the program; from the
   * approval on it runs to its end, and only a stop ends it.
   * @throws the reason of the signal when the program was withdrawn
   */
  async offer(program: CheckedProgram, signal: AbortSignal): Promise<SessionStory> {
    if (!program.check.ok) throw new Error('a program that fails its check is never offered');
    return await this.#oneAtATime(() => this.#decided(program, signal));
  }

  /**
   * Offers a block that puts things back to where they stood before the last one: checked, previewed and approved like any.
   * @throws as `offer`
   */
  async proposeUndo(signal: AbortSignal): Promise<SessionStory | UndoRefusal> {
    signal.throwIfAborted();
    return await this.#oneAtATime(async () => {
      const undo = await this.#undo();
      return 'reason' in undo ? undo : await this.#decided(undo, signal);
    });
  }

  /** Two programs are never asked about at once. */
  async #oneAtATime<Story>(offer: () => Promise<Story>): Promise<Story> {
    const story = this.#lastOffer.then(async () => {
      try {
        return await offer();
      } finally {
        this.#options.onStep?.('ended');
      }
    });
    this.#lastOffer = story.catch(() => undefined);
    return await story;
  }

  /** The checked program that undoes the last one, or why there is none. */
  async #undo(): Promise<CheckedProgram | UndoRefusal> {
    const { session } = this.#options;
    const { before, now, hand } = await session.known();
    if (before === null) {
      const why = this.#hasRun ? 'Where things stood before the last program was not seen' : 'No program has run yet';
      return { kind: 'refused', reason: `${why}: there is nothing that could be undone.` };
    }
    const undo = undoProgram({ api: session.api, before, after: now, ...(hand === undefined ? {} : { hand }) });
    if (undo.kind === 'refused') return undo;
    const check = await session.check(undo.source, 'operator', 'undo');
    if (check.ok) return { source: undo.source, check };
    const error = check.diagnostics.find(({ severity }) => severity === 'error');
    return {
      kind: 'refused',
      reason: `The program that undoes the last one does not pass the check: ${error?.message}`,
    };
  }

  async #decided(program: CheckedProgram, signal: AbortSignal): Promise<SessionStory> {
    const { session, operator } = this.#options;
    let proposal = await this.#proposal(program, signal);
    let findings: readonly string[] | undefined;
    for (;;) {
      if (proposal === undefined) return await this.#notRun(signal, undefined);
      this.#options.onStep?.('asking');
      const decision: Decision | undefined = await this.#unlessVoid(signal, (until) =>
        operator.decide(proposal as Proposal, until),
      );
      switch (decision?.kind) {
        case undefined:
          return await this.#notRun(signal, proposal.preview);
        case 'stop':
          if (!session.stopped.aborted) await session.stop('the operator chose stop at the prompt');
          return this.#stopped(proposal.preview);
        case 'reject': {
          findings = decision.findings ?? findings;
          await session.reject(operator.by, decision.comment, findings);
          const comment = [decision.comment, ...this.#takeRemarks()].join('\n');
          return { kind: 'rejected', comment, preview: proposal.preview ?? undefined, ...told(findings) };
        }
        case 'undo': {
          const undo = await this.#undo();
          if ('reason' in undo) {
            proposal = { ...proposal, refusedUndo: undo.reason };
            continue;
          }
          this.#remarks.push(UNDONE);
          proposal = await this.#proposal(undo, signal);
          continue;
        }
        case 'edit': {
          findings = decision.findings ?? findings;
          const check = await session.check(decision.source, 'edited');
          if (check.ok) proposal = await this.#proposal({ source: decision.source, check }, signal);
          else proposal = { ...proposal, refusedEdit: check };
          continue;
        }
        case 'renew':
          proposal = await this.#proposal(proposal, signal);
          continue;
        case 'approve':
          return await this.#run(proposal, decision.findings ?? findings, decision.pace ?? STRAIGHT_ON);
      }
    }
  }

  async look(signal: AbortSignal): Promise<readonly View[]> {
    signal.throwIfAborted();
    return (await this.#options.session.look()).views;
  }

  /**
   * One after the other: the twin has one world, and what is withdrawn while it waits never enters it.
   * @throws the reason of the signal, or of the stop, as soon as one comes
   */
  async rehearse({ source, check }: CheckedProgram, signal: AbortSignal): Promise<PreviewFacts> {
    const { session, speedScale } = this.#options;
    const turn = this.#lastRehearsal;
    const run = async (until: AbortSignal) => {
      await turn;
      until.throwIfAborted();
      return await session.rehearse(session.blockOf(source, check), speedScale);
    };
    const facts = this.#unlessVoid(signal, run);
    this.#lastRehearsal = facts.catch(() => undefined);
    const known = await facts;
    if (known === undefined) throw signal.aborted ? signal.reason : new Error(String(session.stopped.reason));
    return known;
  }

  /** What the operator is asked; undefined when a stop or a withdrawal came before there was anything to ask. */
  async #proposal({ source, check }: CheckedProgram, signal: AbortSignal): Promise<Proposal | undefined> {
    const { session, speedScale, previews } = this.#options;
    if (session.stopped.aborted || signal.aborted) return undefined;
    const canUndo = this.#hasRun;
    if (!previews) return { source, check, preview: null, speedScale, canUndo };
    this.#options.onStep?.('previewing');
    const block = session.blockOf(source, check);
    const preview = await this.#unlessVoid(signal, () => session.preview(block, speedScale));
    return preview === undefined ? undefined : { source, check, preview, speedScale, canUndo };
  }

  async #run(
    { source, check, preview, speedScale }: Proposal,
    findings: readonly string[] | undefined,
    pace: RunPace,
  ): Promise<SessionStory> {
    const { session, operator, onStep } = this.#options;
    const settings: RunSettings = {
      ...PLAIN_RUN,
      previewId: preview?.previewId ?? null,
      startJointsRad: preview?.startJointsRad ?? null,
      speedScale,
      stepMode: pace.mode === 'step' ? 'each-motion' : 'none',
      // A person saw them on the card; the rule approves nothing that asks for any.
      grants: operator.by.kind === 'person' ? (preview?.softExcesses ?? []).map(({ limit }) => limit) : [],
    };
    onStep?.('running');
    let report: BlockReport;
    try {
      const block = session.blockOf(source, check);
      const offer = await session.offer(block, settings);
      await session.approve(offer, operator.by, settings, findings);
      report = await session.run(block, offer.offerId, settings, check, pace);
      this.#hasRun = true;
    } catch (error) {
      if (session.stopped.aborted) return this.#stopped(preview);
      const nothing = { failure: refusalOf(error), callStory: [], output: [], robotTimeS: 0 };
      return { ...this.#ran(source, preview, nothing), ...told(findings) };
    }
    if (session.stopped.aborted) return this.#stopped(preview, report);
    return { ...this.#ran(source, preview, report), ...told(findings) };
  }

  #ran(
    source: string,
    preview: PreviewFacts | null,
    { failure, callStory, output, robotTimeS }: Pick<BlockReport, 'failure' | 'callStory' | 'output' | 'robotTimeS'>,
  ): SessionStory {
    return {
      kind: 'ran',
      source,
      failure: failureOf(failure),
      calls: callStory,
      output,
      robotTimeS,
      remarks: this.#takeRemarks(),
      preview: preview ?? undefined,
    };
  }

  #stopped(preview: PreviewFacts | null | undefined, report?: BlockReport): SessionStory {
    const failure = failureOf(report?.failure);
    const where = failure?.line === undefined ? '' : ` (at line ${failure.line} of the program)`;
    const reason = `${this.#options.session.stopped.reason}${where}`;
    return { kind: 'stopped', reason, failure, preview: preview ?? undefined };
  }

  /** The question became void: by a stop, or because its writer withdrew it. */
  async #notRun(signal: AbortSignal, preview: PreviewFacts | null | undefined): Promise<SessionStory> {
    const { session } = this.#options;
    if (session.stopped.aborted) return this.#stopped(preview);
    await session.reject({ kind: 'automatic' }, 'withdrawn before it was approved');
    throw signal.reason;
  }

  /** The answer, or undefined as soon as a stop or the signal makes it void. */
  async #unlessVoid<T>(signal: AbortSignal, work: (until: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const until = AbortSignal.any([signal, this.#options.session.stopped]);
    if (until.aborted) return undefined;
    const isVoid = new Promise<undefined>((resolve) => {
      until.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const answer = work(until);
    answer.catch(() => undefined); // when the question is void nobody waits for it any more
    return await Promise.race([answer, isVoid]);
  }

  #takeRemarks(): readonly string[] {
    const remarks = this.#remarks;
    this.#remarks = [];
    return remarks;
  }
}

function told(findings: readonly string[] | undefined): { readonly findings?: readonly string[] } {
  return findings === undefined || findings.length === 0 ? {} : { findings };
}

/** What the gate would not start, as an outcome like any other. @throws what is no refusal */
function refusalOf(error: unknown): BlockFailure {
  if (!(error instanceof RemoteError)) throw error;
  const stage = FAILURE_STAGES.find((one) => one === error.stage);
  if (stage === undefined) throw error;
  return { stage, code: error.code, message: error.message, hint: error.hint };
}

function failureOf(failure: BlockReport['failure']): BlockFailure | undefined {
  return failure === undefined ? undefined : { ...failure, stage: failure.stage ?? 'code' };
}
