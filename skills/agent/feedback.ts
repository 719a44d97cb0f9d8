// Owns what a model is told about its last program: diagnostics of the check, calls and what they gave, output, errors,
// the operator's words, the critics' findings. All of it is data and stands in fences. Must never say whether the goal was
// reached, and never leave anything out without saying so.

import type { CheckResult } from '../check/check-result.ts';
import { fence } from './fence.ts';
import { fill, type PromptFiles } from './prompt-files.ts';
import type { BlockFailure, BlockStory, Rehearsal } from './workbench.ts';

/** What became of a turn, for the model and, shortened, for later. */
export interface Feedback {
  readonly text: string;
  /** One line for the time when the turn is no longer shown. */
  readonly summary: string;
}

/** Calls and lines of output that are shown: the first and the last, as most faults show at either end. */
const SHOWN_FIRST = 12;
const SHOWN_LAST = 28;
/** A printed line, a value of a call: longer ones are cut (characters). */
const LONGEST_LINE = 600;
const LONGEST_VALUE = 300;
/** A list of numbers longer than this is a picture or a cloud, and is only counted. */
const LONGEST_LIST = 16;
const MOST_DIAGNOSTICS = 20;

export function checkFailed(prompts: PromptFiles, check: CheckResult): Feedback {
  const errors = check.diagnostics.filter(({ severity }) => severity === 'error').length;
  const first = check.diagnostics.find(({ severity }) => severity === 'error');
  return {
    text: fill(prompts, 'check-failed', { check: fence('check', diagnosticLines(check).join('\n')) }),
    summary: `failed the check with ${errors} ${errors === 1 ? 'error' : 'errors'}: ${cut(first?.message ?? '', LONGEST_VALUE)}`,
  };
}

export function blockEnded(
  prompts: PromptFiles,
  check: CheckResult,
  story: Exclude<BlockStory, { kind: 'stopped' }>,
  offered: string,
): Feedback {
  return story.kind === 'rejected' ? rejected(prompts, story) : ran(prompts, check, story, offered);
}

function rejected(
  prompts: PromptFiles,
  { comment, preview, findings }: Extract<BlockStory, { kind: 'rejected' }>,
): Feedback {
  const reasons = [
    ...(comment.trim() === '' ? [] : [fence('operator', comment)]),
    ...(preview === undefined ? [] : [fence('preview', previewLines(preview).join('\n'))]),
    ...criticsText(findings),
  ];
  const failure = preview?.failure;
  return {
    text: fill(prompts, 'rejected', { reasons: reasons.join('\n') || 'No reason was given.' }),
    summary: `was rejected: ${cut(comment || failure?.message || 'no reason was given', LONGEST_VALUE)}`,
  };
}

function ran(
  prompts: PromptFiles,
  check: CheckResult,
  story: Extract<BlockStory, { kind: 'ran' }>,
  offered: string,
): Feedback {
  const { failure, calls, output, remarks, robotTimeS, source, findings } = story;
  const warnings = diagnosticLines(check);
  const lines = [
    ...(failure === undefined ? [] : failureLines(failure)),
    ...(warnings.length === 0 ? [] : ['Warnings of the check:', ...warnings]),
    calls.length === 0 ? 'It called no function of the robot.' : 'Calls:',
    ...shortened(calls.map(callLine), 'calls'),
    ...(output.length === 0 ? ['It printed nothing.'] : ['Printed:', ...shortened(output.map(outputLine), 'lines')]),
  ];
  const how = `${calls.length} ${calls.length === 1 ? 'call' : 'calls'}, ${robotTimeS.toFixed(1)} s of robot time`;
  const outcome =
    failure === undefined
      ? `The program ran to its end: ${how}.`
      : `The program failed at stage ${failure.stage}${failure.line === undefined ? '' : `, line ${failure.line}`}: ${how}. The arm is at rest.`;
  const run = [
    fence('run', lines.join('\n')),
    ...(source === offered
      ? []
      : ['The operator had changed the program; this is what ran:', fence('operator', source)]),
    ...(remarks.length === 0 ? [] : ['The operator said while it ran:', fence('operator', remarks.join('\n'))]),
    ...criticsText(findings),
  ];
  return {
    text: fill(prompts, 'ran', { outcome, run: run.join('\n') }),
    summary:
      failure === undefined
        ? `ran to its end (${how})`
        : `failed at stage ${failure.stage}: ${cut(failure.message, LONGEST_VALUE)}`,
  };
}

function criticsText(findings: readonly string[] = []): string[] {
  return findings.length === 0 ? [] : ['About the way it moves:', fence('critics', findings.join('\n'))];
}

/** One line for each, the first ones of very many. */
export function diagnosticLines({ diagnostics }: CheckResult): string[] {
  const lines = diagnostics.map(
    ({ line, column, severity, code, message, hint }) =>
      `line ${line}, column ${column}: ${severity} ${code}: ${cut(oneLine(message), LONGEST_LINE)}${hint === '' ? '' : ` ${hint}`}`,
  );
  return lines.length <= MOST_DIAGNOSTICS
    ? lines
    : [...lines.slice(0, MOST_DIAGNOSTICS), `(${lines.length - MOST_DIAGNOSTICS} more are left out)`];
}

function failureLines({ stage, code, message, hint, line }: BlockFailure): string[] {
  const where = line === undefined ? '' : `line ${line}: `;
  return [
    `Error: ${where}${code} (${stage}): ${cut(oneLine(message), LONGEST_LINE)}`,
    ...(hint === undefined || hint === '' ? [] : [`Hint: ${cut(oneLine(hint), LONGEST_LINE)}`]),
  ];
}

function previewLines({ outcome, failure, output }: Rehearsal): string[] {
  return [
    `The preview ${outcome === 'passed' ? 'passed' : outcome}.`,
    ...(failure === undefined ? [] : failureLines({ stage: 'code', ...failure })),
    ...(output === undefined || output.length === 0
      ? []
      : [
          'Printed in the preview:',
          ...shortened(
            output.map((text) => cut(oneLine(text), LONGEST_LINE)),
            'lines',
          ),
        ]),
  ];
}

type StoryOf<Kind extends BlockStory['kind']> = Extract<BlockStory, { kind: Kind }>;

function callLine({ name, line, arguments: args, outcome, result, error }: StoryOf<'ran'>['calls'][number]): string {
  const where = line === undefined ? '' : `line ${line}: `;
  const call = `${where}${name}(${args.map((one) => compact(one)).join(', ')})`;
  if (outcome === 'threw')
    return `${call} -> ${error?.code ?? 'an error'}: ${cut(oneLine(error?.message ?? ''), LONGEST_VALUE)}`;
  return result === undefined || result === null ? call : `${call} -> ${compact(result)}`;
}

function outputLine({ channel, text, line }: StoryOf<'ran'>['output'][number]): string {
  return `${line === undefined ? '' : `line ${line} `}${channel}: ${cut(text, LONGEST_LINE)}`;
}

/** A value in a line: numbers rounded, long lists counted. */
export function compact(value: unknown): string {
  const text = JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === 'number') return Number(one.toFixed(4));
    if (Array.isArray(one) && one.length > LONGEST_LIST) {
      return `[${one.length} ${typeof one[0] === 'number' ? 'numbers' : 'entries'}]`;
    }
    return one;
  });
  return cut(text ?? 'undefined', LONGEST_VALUE);
}

function shortened(lines: readonly string[], what: string): readonly string[] {
  if (lines.length <= SHOWN_FIRST + SHOWN_LAST) return lines;
  const hidden = lines.length - SHOWN_FIRST - SHOWN_LAST;
  return [...lines.slice(0, SHOWN_FIRST), `(${hidden} ${what} are left out here)`, ...lines.slice(-SHOWN_LAST)];
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length - longest} characters more)`;
}
