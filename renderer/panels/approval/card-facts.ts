// Owns what the approval card says: facts of the check and the preview as short rows, the loudest first. Pure. Must never
// hold a claim of the program's author, nor soften a failed or missing preview.

import type { CardPreview, CheckSummary, ConsoleProposal } from '../../../electron/ipc/console-contract.ts';
import { linesInWords } from '../program/line-knowledge.ts';
import { type Measured, type ThingFate, wayM } from './fact-diff.ts';

/** 'alarm' is said in a box of its own, 'attention' is marked; both with a word beside the colour. */
export type Weight = 'plain' | 'attention' | 'alarm';

export interface FactRow {
  readonly fact: string;
  readonly text: string;
  readonly weight: Weight;
  /** Lines of the program it is about, rising. */
  readonly lines?: readonly number[];
}

export interface RiskRow {
  readonly risk: string;
  /** As "Moves". */
  readonly label: string;
  /** Calls as they stand in the text; in a loop or a function each may run many times or never. */
  readonly count: number;
  readonly isRepeated: boolean;
  readonly functions: readonly { readonly name: string; readonly lines: readonly number[] }[];
}

const RISK_LABELS: Readonly<Record<string, string>> = {
  move: 'Moves',
  grip: 'Grips',
  look: 'Looks',
  wait: 'Waits',
  say: 'Says',
};
/** What can do most harm comes first. */
const RISK_ORDER = ['move', 'grip', 'look', 'wait', 'say'];

/** Things settle by less than this without being moved, metres. */
const STILL_M = 0.005;
/** What is put down gently is slower, metres per second. */
const FALLS_M_PER_S = 0.5;

/** Functions whose path is decided while they run. */
const CLOSED_LOOP = new Set(['servoTo']);

/** Calls by what they can do to the world. A class that is not known stands first: it is the one to ask about. */
export function riskRows({ calls }: Pick<CheckSummary['effects'], 'calls'>): readonly RiskRow[] {
  const risks = [...new Set(calls.map(({ risk }) => risk))];
  risks.sort((a, b) => RISK_ORDER.indexOf(a) - RISK_ORDER.indexOf(b));
  return risks.map((risk) => {
    const of = calls.filter((call) => call.risk === risk);
    return {
      risk,
      label: RISK_LABELS[risk] ?? risk,
      count: of.reduce((sum, { lines }) => sum + lines.length, 0),
      isRepeated: of.some(({ repeatedLines }) => repeatedLines.length > 0),
      functions: of.map(({ name, lines }) => ({ name, lines })),
    };
  });
}

/** Whether there is a path to look at, and if not, why. */
export type PreviewStanding =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'none'; readonly message: string }
  | { readonly kind: 'stale'; readonly message: string };

/** A stale preview is stale before it is anything else: what it found holds no longer. */
export function previewStanding({ preview, stale }: Pick<ConsoleProposal, 'preview' | 'stale'>): PreviewStanding {
  if (stale !== null) return { kind: 'stale', message: stale };
  if (preview === null) return { kind: 'none', message: 'This session makes no previews.' };
  if (preview.outcome === 'passed') return { kind: 'passed' };
  const why = preview.failure?.message ?? 'No reason was given.';
  return { kind: preview.outcome === 'failed' ? 'failed' : 'none', message: why };
}

/** Where a failed preview failed, and what its author could do. */
export function failureRows({ preview, source }: Pick<ConsoleProposal, 'preview' | 'source'>): readonly FactRow[] {
  const failure = preview?.failure;
  if (failure === undefined || preview?.outcome !== 'failed') return [];
  const { stage, line, message, hint } = failure;
  const text = line === undefined ? '' : (source.split('\n')[line - 1]?.trim() ?? '');
  const place = line === undefined ? '' : ` at line ${line}${text === '' ? '' : `: ${text}`}`;
  return [
    {
      fact: 'Failed',
      text: `${stage ?? 'code'}${place}`,
      weight: 'alarm',
      ...(line === undefined ? {} : { lines: [line] }),
    },
    { fact: 'Because', text: message, weight: 'alarm' },
    ...(hint === undefined || hint === '' ? [] : [{ fact: 'Next', text: hint, weight: 'plain' } as const]),
  ];
}

export interface Headline {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
}

/** The numbers that are read first, from an arm's length away. Empty where nothing was measured. */
export function headlines(preview: Measured | null): readonly Headline[] {
  if (preview === null || preview.outcome === 'skipped') return [];
  const { durationS, topToolSpeedMPerS, calls } = preview;
  const way = wayM(preview);
  return [
    ...(durationS === undefined ? [] : [{ label: 'Duration', value: durationS.toFixed(1), unit: 's' }]),
    ...(topToolSpeedMPerS === undefined
      ? []
      : [{ label: 'Top speed', value: topToolSpeedMPerS.toFixed(2), unit: 'm/s' }]),
    ...(way === undefined ? [] : [{ label: 'Way', value: way.toFixed(2), unit: 'm' }]),
    { label: 'Calls', value: String(calls), unit: '' },
  ];
}

/** What the preview measured besides. Empty where there is none. */
export function motionRows(preview: Measured | null): readonly FactRow[] {
  if (preview === null || preview.outcome === 'skipped') return [];
  const rows: FactRow[] = [];
  const plain = (fact: string, text: string | undefined) => {
    if (text !== undefined) rows.push({ fact, text, weight: 'plain' });
  };
  const { workspace, grips } = preview;
  const meant = preview.predictedSuccess ?? 'unknown';
  if (preview.outcome === 'passed') {
    if (meant === 'no') rows.push({ fact: 'Goal', text: 'would not hold afterwards', weight: 'attention' });
    else plain('Goal', meant === 'yes' ? 'would hold afterwards' : 'was not judged');
  }
  plain('Room', workspace === undefined ? undefined : boxInWords(workspace));
  plain('Grips', (grips ?? []).length === 0 ? 'nothing' : (grips ?? []).map(gripInWords).join('; '));
  for (const { a, b, timeS, kind } of preview.contacts ?? []) {
    if (kind !== 'unexpected') continue;
    rows.push({ fact: 'Unexpected contact', text: `${a} with ${b} at ${timeS.toFixed(2)} s`, weight: 'alarm' });
  }
  const expected = (preview.contacts ?? []).filter(({ kind }) => kind === 'expected');
  plain('Contacts', contactsInWords(expected, preview));
  const moved = (preview.things ?? []).filter((fate) => wentM(fate) > STILL_M || fate.heldBy !== undefined);
  if (preview.things !== undefined) plain('Things', moved.map(fateInWords).join('; ') || 'nothing is moved');
  return rows;
}

/** What the text alone says, and what only the run will decide. */
export function codeRows({ effects, missingFunctions }: CheckSummary): readonly FactRow[] {
  const rows: FactRow[] = [];
  if (effects.objectNames.length > 0) {
    rows.push({ fact: 'Objects', text: effects.objectNames.join(', '), weight: 'plain' });
  }
  if (effects.computedNameLines.length > 0) {
    const lines = effects.computedNameLines;
    rows.push({
      fact: 'Names',
      text: `computed in ${linesInWords(lines)}: which object is meant shows only in the run`,
      weight: 'attention',
      lines,
    });
  }
  const endless = effects.loops.filter(({ kind }) => kind === 'unbounded').map(({ line }) => line);
  if (endless.length > 0) {
    rows.push({
      fact: 'Loops',
      text: `without a bound in ${linesInWords(endless)}: ended by the limits on calls and robot time at the latest`,
      weight: 'attention',
      lines: endless,
    });
  }
  if (missingFunctions.length > 0) {
    rows.push({ fact: 'Missing', text: missingFunctions.join(', '), weight: 'attention' });
  }
  return rows;
}

/** Motion with no path to look at: what bounds it instead. */
export function closedLoopRows({ effects }: CheckSummary, preview: CardPreview | null): readonly FactRow[] {
  const lines = effects.calls.filter(({ name }) => CLOSED_LOOP.has(name)).flatMap((call) => call.lines);
  if (lines.length === 0) return [];
  const rows: FactRow[] = [
    {
      fact: 'Feedback',
      text: `${linesInWords(lines.sort((a, b) => a - b))}: the path is decided while it runs; the preview shows one of many`,
      weight: 'attention',
      lines,
    },
  ];
  const bounds = preview?.closedLoop;
  if (bounds !== undefined) {
    const { volume, toolSpeedMPerS, forceN, seconds, stopCondition } = bounds;
    const condition = {
      none: '',
      contact: '; over at the first contact',
      'object-lost': '; over when the hand loses what it holds',
    }[stopCondition];
    rows.push({
      fact: 'Bounds',
      text: `${boxInWords(volume)}; at most ${toolSpeedMPerS.toFixed(2)} m/s, ${forceN.toFixed(0)} N, ${seconds.toFixed(0)} s${condition}`,
      weight: 'plain',
    });
  }
  return rows;
}

/** Soft limits that the approval would lift for this block, each by name. */
export function grantRows(preview: CardPreview | null): readonly FactRow[] {
  return (preview?.softExcesses ?? []).map(({ limit, value, soft, where }) => ({
    fact: limit,
    text: `${limitInWords(limit)} ${Number(value.toPrecision(4))}, over the soft limit ${soft}: ${where}`,
    weight: 'attention',
  }));
}

const LIMIT_WORDS: Readonly<Record<string, string>> = {
  jointMarginRad: 'distance from a joint limit, rad:',
  jointSpeedShare: 'share of the joint speeds:',
  jointAccelerationShare: 'share of the joint accelerations:',
  jointJerkShare: 'share of the joint jerks:',
  toolSpeedMPerS: 'tool speed, m/s:',
  gripForceN: 'grip force, N:',
  maxCalls: 'calls:',
  maxRobotTimeS: 'robot time, s:',
};

export function limitInWords(limit: string): string {
  return LIMIT_WORDS[limit] ?? limit;
}

export function boxInWords({ min, max }: NonNullable<Measured['workspace']>): string {
  return `${[0, 1, 2].map((axis) => `${'xyz'[axis]} ${min[axis].toFixed(2)} to ${max[axis].toFixed(2)}`).join(', ')} m`;
}

function gripInWords({ object, timeS, widthM, arm }: NonNullable<CardPreview['grips']>[number]): string {
  const by = arm === undefined ? '' : ` by the ${arm} arm`;
  return `${object}${by} at ${timeS.toFixed(1)} s, ${(widthM * 1000).toFixed(0)} mm wide`;
}

function contactsInWords(expected: NonNullable<Measured['contacts']>, preview: Measured): string {
  const unexpected = (preview.contacts?.length ?? 0) - expected.length;
  const pairs = [...new Set(expected.map(({ a, b }) => `${a} with ${b}`))];
  const tail = unexpected === 0 ? 'none unexpected' : `${unexpected} unexpected`;
  return pairs.length === 0 ? tail : `${tail}; ${pairs.join(', ')}`;
}

function wentM({ from, to }: ThingFate): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
}

function fateInWords(fate: ThingFate): string {
  const { name, on, heldBy, fellMPerS } = fate;
  const end = heldBy !== undefined ? `, held by the ${heldBy} arm` : on !== undefined ? `, then on ${on}` : '';
  const fell = fellMPerS > FALLS_M_PER_S ? `, falling at up to ${fellMPerS.toFixed(1)} m/s` : '';
  return `${name} by ${(wentM(fate) * 100).toFixed(1)} cm${end}${fell}`;
}
