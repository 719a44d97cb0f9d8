// Owns the approval card of the command line: facts first, in words. Must never show what a program or a model claims as
// a fact.

import type { CheckResult } from '../../skills/check/check-result.ts';
import type { PreviewFacts } from '../ipc/robot-host-contract.ts';
import { findingInWords, type Proposal } from '../session/operator.ts';
import { printable } from './command.ts';

const HEADINGS = {
  none: '--- no preview ---',
  copied: '--- preview in the twin ---',
  perceived: '--- preview in a twin built from what was perceived ---',
} as const;

export function diagnosticLines({ diagnostics }: CheckResult): string[] {
  return diagnostics.map(
    ({ line, column, severity, message, hint, code }) =>
      `${severity} at line ${line}, column ${column}: ${printable(message)} [${code}]${hint === '' ? '' : `\n  next: ${printable(hint)}`}`,
  );
}

/** What check and preview found, and what they could not know; without a preview, what the code alone says. */
export function approvalCard({ check: checked, preview: facts, source }: Proposal): string {
  const { effects } = checked;
  const isPreviewed = facts !== null && facts.outcome !== 'skipped';
  const lines = ['', HEADINGS[isPreviewed ? (facts.world ?? 'copied') : 'none']];
  const calls = effects.calls.map(({ name, risk, lines: at }) => `${name} x${at.length} (${risk})`);
  lines.push(row('calls', calls.join(', ') || 'none'));
  if (effects.objectNames.length > 0) lines.push(row('objects', effects.objectNames.join(', ')));
  if (!isPreviewed) {
    const why = facts?.failure?.message ?? 'this session makes no previews';
    lines.push(row('known', `nothing in advance: ${why}`));
    lines.push(row('limits', 'every motion still passes the gate: room, speed, force, calls and time of the rig'));
    return lines.join('\n');
  }
  if (facts.durationS !== undefined) lines.push(row('duration', `${facts.durationS.toFixed(1)} s of robot time`));
  if (facts.topToolSpeedMPerS !== undefined)
    lines.push(row('top speed', `${facts.topToolSpeedMPerS.toFixed(2)} m/s at the fingertip`));
  if (facts.workspace !== undefined) {
    const { min, max } = facts.workspace;
    lines.push(
      row(
        'space',
        `${[0, 1, 2].map((axis) => `${'xyz'[axis]} ${min[axis].toFixed(2)}..${max[axis].toFixed(2)}`).join(', ')} m`,
      ),
    );
  }
  for (const { object, timeS, widthM, arm } of facts.grips ?? []) {
    const by = arm === undefined ? '' : ` by the ${arm} arm`;
    lines.push(row('grip', `${object}${by} at ${timeS.toFixed(1)} s, ${(widthM * 1000).toFixed(0)} mm wide`));
  }
  const contacts = (facts.contacts ?? []).filter(({ kind }) => kind === 'unexpected');
  lines.push(
    row(
      'contacts',
      contacts.length === 0
        ? 'none unexpected'
        : contacts.map(({ a, b, timeS }) => `${a} with ${b} at ${timeS.toFixed(2)} s`).join(', '),
    ),
  );
  for (const { limit, value, soft, where } of facts.softExcesses) {
    const asked = Number(value.toPrecision(4));
    lines.push(row('asks for', `${limit} ${asked}, over the soft limit ${soft}: ${where}; to approve is to allow it`));
  }
  for (const finding of facts.findings ?? []) lines.push(row('look at', findingInWords(finding)));
  for (const text of facts.output ?? []) lines.push(row('prints', text));
  lines.push(...knowledge(checked, facts).map((text) => row('known', text)));
  lines.push(...outcomeLines(facts, source));
  return lines.join('\n');
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(10)} ${printable(text)}`;
}

/** Lines of API calls by what the preview knows of them, and what motions go by. */
function knowledge({ effects }: CheckResult, { lines = [], world, motions }: PreviewFacts): string[] {
  const calling = new Set(effects.calls.flatMap(({ lines: at }) => at));
  const of = (kind: string) => lines.filter(({ knowledge: known }) => known === kind);
  const reached = new Set(lines.filter(({ knowledge: kind }) => kind !== 'not-reached').map(({ line }) => line));
  const missed = [...calling].filter((line) => !reached.has(line)).sort((a, b) => a - b);
  const rest = missed.length === 0 ? 'none left out' : `not reached: line ${missed.join(', ')}`;
  const exact = `${of('exact').length} of ${calling.size} calling lines exact`;
  if (world !== 'perceived') return [`${exact} (the twin copies the world), ${rest}`];
  const predicted = `${of('predicted').length} predicted (the twin is built from what the cameras saw), ${rest}`;
  if (motions === undefined || motions.count === 0) return [`${exact}, ${predicted}`];
  const { count, onPredictedLooks } = motions;
  const depends = `${onPredictedLooks} of ${count} motions depend on what the camera sees after the first touch`;
  return [`${exact}, ${predicted}`, depends];
}

function outcomeLines({ outcome, failure, predictedSuccess }: PreviewFacts, source: string): string[] {
  if (failure === undefined) {
    const goal = { yes: 'the goal would hold', no: 'the goal would NOT hold', unknown: 'the goal was not judged' };
    return [row('outcome', `${outcome}; ${goal[predictedSuccess ?? 'unknown']}`)];
  }
  const { stage, line, message, hint } = failure;
  const text = line === undefined ? undefined : source.split('\n')[line - 1]?.trim();
  const place = line === undefined ? '' : `, line ${line}${text === undefined ? '' : `: ${text}`}`;
  const lines = [row('outcome', `FAILED at ${stage ?? 'code'}${place}`), row('', message)];
  return hint === undefined ? lines : [...lines, row('', `next: ${hint}`)];
}
