// Owns what became of a run, in the words of the command line: from a check, a block's story and the world's judgement to
// one outcome. Must never take what a program says for what the world shows.

import type { CheckResult } from '../../skills/check/check-result.ts';
import type { PreviewFacts } from '../ipc/robot-host-contract.ts';
import type { Session } from '../session/session.ts';
import type { SessionStory } from '../session/session-workbench.ts';
import { printable } from './command.ts';

/** What became of the program. */
export interface RunOutcome {
  readonly success: boolean;
  readonly stage: string | null;
  readonly message: string;
  readonly line?: number;
  readonly hint?: string;
  readonly preview?: Omit<PreviewFacts, 'path' | 'postures' | 'startJointsRad'>;
  readonly goal?: readonly { readonly text: string; readonly holds: boolean }[];
  readonly calls?: number;
}

export function checkFailure(checked: CheckResult): RunOutcome {
  const first = checked.diagnostics.find(({ severity }) => severity === 'error');
  return {
    success: false,
    stage: 'check',
    message: first?.message ?? 'the check failed',
    line: first?.line,
    hint: first?.hint,
  };
}

/** The outcome of one block; a block that ran to its end is judged by the world. */
export async function outcomeOf(session: Session, story: SessionStory): Promise<RunOutcome> {
  const shown = shownPreview(story.preview);
  switch (story.kind) {
    case 'stopped': {
      const { failure } = story;
      if (failure === undefined)
        return { success: false, stage: 'stopped', message: 'stopped by the operator; nothing was run', ...shown };
      return { success: false, ...failureWords(failure), ...shown };
    }
    case 'rejected':
      return { ...rejection(story.preview, story.comment), ...shown };
    case 'ran': {
      const calls = story.calls.length;
      if (story.failure !== undefined) return { success: false, ...failureWords(story.failure), calls, ...shown };
      return { ...(await judged(session)), calls, ...shown };
    }
  }
}

/** Lets the world settle and judges it. */
export async function judged(session: Session): Promise<RunOutcome> {
  const verdict = await session.judge();
  const unmet = verdict.parts.filter(({ holds }) => !holds).map(({ text }) => text);
  return {
    success: verdict.success,
    stage: verdict.success ? null : 'placement',
    message: verdict.success
      ? 'the goal holds, judged from the settled world'
      : `the program ended, but the goal does not hold: ${unmet.join('; ') || 'things still move'}`,
    goal: verdict.parts,
  };
}

function failureWords({ stage, message, line, hint }: NonNullable<SessionStory['failure']>) {
  return { stage, message, line, hint };
}

/** A rejected block failed where its preview failed; a good one was rejected. */
function rejection(facts: PreviewFacts | undefined, comment: string): RunOutcome {
  if (facts?.failure === undefined) return { success: false, stage: 'rejected', message: comment };
  const { stage = 'code', message, line, hint } = facts.failure;
  return {
    success: false,
    stage,
    message: `in the preview: ${message.replace(/[.\s]*$/, '.')} Nothing was run.`,
    line,
    hint,
  };
}

function shownPreview(facts: PreviewFacts | undefined): Pick<RunOutcome, 'preview'> {
  if (facts === undefined) return {};
  const { path: _path, postures: _postures, startJointsRad: _start, ...preview } = facts;
  return { preview };
}

/** The outcome in lines for people: the goal part by part, the verdict, and where the record is. */
export function outcomeInWords(outcome: RunOutcome, episode: string | null, robotTimeS: number): string[] {
  const { success, stage, message, line, hint, goal } = outcome;
  const place = line === undefined ? '' : `, line ${line}`;
  return [
    ...(goal ?? []).map(({ text, holds }) => `  ${holds ? 'yes' : 'NO '}  ${text}`),
    success
      ? `SUCCESS after ${robotTimeS.toFixed(1)} s of robot time: ${message}`
      : `FAILED at ${stage}${place}: ${printable(message)}`,
    ...(success || hint === undefined || hint === '' ? [] : [`  next: ${printable(hint)}`]),
    ...(episode === null ? [] : [`episode: ${episode}`]),
  ];
}
