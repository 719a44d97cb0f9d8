// Owns which of several candidates is taken, and the record of why: votes, what became of each in the twin, the choice.
// Must never take a claim for evidence.

import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import type { WrittenFunction } from './complete-program.ts';
import type { ModelError, ModelReply, TokenUsage } from './model.ts';
import type { Decision } from './reply.ts';
import { compareStandings, type Standing, standingOf } from './selection.ts';
import type { Voice } from './voices.ts';
import type { CheckedProgram, Rehearsal } from './workbench.ts';

/** What became of one voice's reply. */
export interface Candidate {
  readonly voice: Voice;
  readonly origin: 'candidate' | 'synthesis';
  readonly reply?: ModelReply;
  readonly decision?: Decision;
  readonly error?: ModelError;
  /** With the functions that were written for it. */
  readonly program?: CheckedProgram;
  readonly written?: readonly WrittenFunction[];
  /** Why functions that it calls are still missing. */
  readonly problem?: string;
  readonly rehearsal?: Rehearsal;
}

export interface Choice {
  readonly index: number;
  readonly reason: string;
}

/** FINISH by most votes; else the program that did best in the twin; else the first reply that can be read. */
export function choose(candidates: readonly Candidate[]): Choice {
  const votes = votesOf(candidates);
  const finish = candidates.findIndex(({ decision }) => decision?.kind === 'finish');
  if (votes.finish > votes.program) {
    return { index: finish, reason: `${votes.finish} of ${votes.finish + votes.program} voices say FINISH` };
  }
  const ranked = candidates
    .flatMap((candidate, index) => {
      const standing = standingAmong(candidate, candidates);
      return standing === undefined ? [] : [{ index, standing }];
    })
    .sort((a, b) => compareStandings(a.standing, b.standing) || a.index - b.index);
  if (ranked.length > 0) return { index: ranked[0].index, reason: ranked[0].standing.words };
  const program = candidates.findIndex(({ decision }) => decision?.kind === 'program');
  const readable = program >= 0 ? program : candidates.findIndex(({ reply }) => reply !== undefined);
  return { index: readable, reason: 'no program passed the check: the first reply is taken' };
}

/** What became of a candidate's program, in words. */
export function fateOf(candidate: Candidate, all: readonly Candidate[]): string {
  const standing = standingAmong(candidate, all);
  if (standing !== undefined) return `In the twin: ${standing.words}.`;
  if (candidate.problem !== undefined) return `Functions that it calls are missing: ${candidate.problem}`;
  const error = candidate.program?.check.diagnostics.find(({ severity }) => severity === 'error');
  return `The check refused it: ${error?.message ?? 'it could not be read'}`;
}

/** Undefined for a candidate that was not run. */
function standingAmong(candidate: Candidate, all: readonly Candidate[]): Standing | undefined {
  if (candidate.rehearsal === undefined) return undefined;
  const others = all.flatMap((one) => (one === candidate || one.rehearsal === undefined ? [] : [one.rehearsal]));
  return standingOf(candidate.rehearsal, others);
}

function votesOf(candidates: readonly Candidate[]): EnsembleMessage['votes'] {
  const voiced = candidates.filter(({ origin }) => origin === 'candidate');
  const count = (kind: Decision['kind']) => voiced.filter(({ decision }) => decision?.kind === kind).length;
  return { program: count('program'), finish: count('finish') };
}

/** What all replies used together. */
export function totalUsage(candidates: readonly Candidate[]): TokenUsage {
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

/** Everything about one choice, for the episode. */
export function recordOf(
  candidates: readonly Candidate[],
  { index, reason }: Choice,
  times: Pick<EnsembleMessage, 'durationS' | 'slowestReplyS' | 'twinS'>,
): EnsembleMessage {
  return {
    candidates: candidates.map((candidate) => recordedCandidate(candidate, candidates)),
    votes: votesOf(candidates),
    chosen: index,
    reason,
    ...times,
  };
}

function recordedCandidate(candidate: Candidate, all: readonly Candidate[]): EnsembleMessage['candidates'][number] {
  const { voice, origin, reply, decision, error, program, written = [], rehearsal } = candidate;
  return {
    model: voice.model.name,
    ...(voice.temperature === undefined ? {} : { temperature: voice.temperature }),
    origin,
    decision: decision?.kind ?? 'none',
    reply: reply?.text ?? '',
    ...(error === undefined ? {} : { error: error.message }),
    // Otherwise it is the one in the reply.
    ...(written.length === 0 || program === undefined ? {} : { completed: program.source }),
    ...(decision?.kind === 'program' ? { fate: fateOf(candidate, all) } : {}),
    ...(rehearsal === undefined
      ? {}
      : {
          preview: {
            previewId: rehearsal.previewId,
            outcome: rehearsal.outcome,
            ...(rehearsal.world === undefined ? {} : { world: rehearsal.world }),
            predictedSuccess: rehearsal.predictedSuccess ?? 'unknown',
            things: rehearsal.things ?? [],
          },
        }),
  };
}
