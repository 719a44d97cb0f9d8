// Owns the comparison of two arms on equal seeds: which trials are pairs, what the pairs show, and the words for it.
// Must never count a seed that only one of the two has run.

import {
  type Interval,
  mcNemarExact,
  type PairedCounts,
  type PairedEvidence,
  pairedDifferenceInterval95,
  pairedReach,
  SequentialPairedTest,
  smallestDetectableDifference,
} from '../../sim/statistics.ts';
import { type Arm, armKey, armName, policyName, type TrialRecord } from './trial-record.ts';
import type { ModelUse } from './trial-result.ts';

/** Probability of calling two equally good arms different. */
export const ALPHA = 0.05;

export const DIMENSIONS = ['tiers', 'policies', 'perturbations'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const FIELD_OF = { tiers: 'tier', policies: 'policy', perturbations: 'perturbation' } as const;

/** Two arms whose trials are paired by seed. */
export interface ArmPair {
  readonly first: Arm;
  readonly second: Arm;
}

/** One seed that both arms have run. */
export interface SeedPair {
  readonly task: string;
  readonly seed: number;
  readonly first: boolean;
  readonly second: boolean;
  /** What the models of either used; absent where none wrote the programs. */
  readonly used?: { readonly first?: SpentOnTrial; readonly second?: SpentOnTrial };
}

/** What the model of a trial used. */
export interface SpentOnTrial extends ModelUse {
  /** Absent where a price was not known. */
  readonly costUsd?: number;
}

export interface Comparison {
  /** What is compared, as "cube-lift S1". */
  readonly what: string;
  readonly first: string;
  readonly second: string;
  readonly counts: PairedCounts;
  readonly pairs: number;
  /** Success rate of the second less that of the first, and its 95 % interval. */
  readonly difference: number;
  readonly interval95: Interval;
  /** Exact two-sided McNemar test, valid for a number of seeds fixed before. */
  readonly p: number;
  /** The anytime-valid test over the pairs in the order of their seeds. */
  readonly evidence: PairedEvidence;
  /** Trials on which only one succeeded, as "seed 12" or "cube-lift seed 12". */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** Seeds that only one of the two has run; not counted. */
  readonly dropped: { readonly first: number; readonly second: number };
  /** Which test decides: a fixed number of seeds, or one that may stop at any seed. */
  readonly rule: 'fixed' | 'anytime';
  readonly shown: 'first better' | 'second better' | 'no difference shown';
  /** Means over the counted trials; absent where no model wrote the programs of either. */
  readonly modelUse?: { readonly first: SpentOnTrial | null; readonly second: SpentOnTrial | null };
}

/** Pairs of arms that differ in one respect only: the first value of it against each other one. */
export function armPairs(arms: readonly Arm[], by: Dimension): ArmPair[] {
  const field = FIELD_OF[by];
  const pairs: ArmPair[] = [];
  const groups = new Map<string, Arm[]>();
  for (const arm of arms) {
    const rest = armKey({ ...arm, [field]: '' });
    groups.set(rest, [...(groups.get(rest) ?? []), arm]);
  }
  for (const group of groups.values()) {
    const first = by === 'perturbations' ? group.find(({ perturbation }) => perturbation === 'none') : group[0];
    if (first === undefined) continue;
    for (const second of group) if (second !== first) pairs.push({ first, second });
  }
  return pairs;
}

/** Seeds that both have run, in order, and how many only one has. */
export function pairSeeds(
  first: readonly TrialRecord[],
  second: readonly TrialRecord[],
): { readonly pairs: readonly SeedPair[]; readonly dropped: Comparison['dropped'] } {
  const bySeed = new Map(second.map((trial) => [trial.seed, trial]));
  const pairs = first
    .flatMap((trial): SeedPair[] => {
      const { task, seed, success } = trial;
      const other = bySeed.get(seed);
      if (other === undefined) return [];
      const used = { ...usedBy('first', trial), ...usedBy('second', other) };
      const pair = { task, seed, first: success, second: other.success };
      return [Object.keys(used).length === 0 ? pair : { ...pair, used }];
    })
    .sort((a, b) => a.seed - b.seed);
  return { pairs, dropped: { first: first.length - pairs.length, second: second.length - pairs.length } };
}

function usedBy(which: 'first' | 'second', { modelUse, costUsd }: TrialRecord): SeedPair['used'] {
  if (modelUse === undefined) return {};
  return { [which]: { ...modelUse, ...(costUsd === undefined ? {} : { costUsd }) } };
}

/** Means; a cost only where every trial has one. */
function meanUse(pairs: readonly SeedPair[], which: 'first' | 'second'): SpentOnTrial | null {
  const uses = pairs.flatMap(({ used }) => used?.[which] ?? []);
  if (uses.length === 0) return null;
  const mean = (of: (use: SpentOnTrial) => number) => uses.reduce((sum, use) => sum + of(use), 0) / uses.length;
  return {
    turns: mean(({ turns }) => turns),
    requests: mean(({ requests }) => requests),
    tokens: mean(({ tokens }) => tokens),
    ...(uses.every(({ costUsd }) => costUsd !== undefined) ? { costUsd: mean(({ costUsd = 0 }) => costUsd) } : {}),
  };
}

export interface ComparisonOptions {
  readonly what: string;
  readonly first: string;
  readonly second: string;
  readonly dropped: Comparison['dropped'];
  readonly rule: Comparison['rule'];
}

/**
 * What paired outcomes show. With the rule 'anytime' only the pairs up to the one at which the test crossed count.
 * @param pairs in the order of their seeds
 */
export function compare(pairs: readonly SeedPair[], options: ComparisonOptions): Comparison {
  const test = new SequentialPairedTest(ALPHA);
  const counted: SeedPair[] = [];
  for (const pair of pairs) {
    counted.push(pair);
    const { crossedAt } = test.observe(pair.first, pair.second);
    if (options.rule === 'anytime' && crossedAt !== null) break;
  }
  const only = (which: 'first' | 'second') => counted.filter((pair) => pair[which] && pair.first !== pair.second);
  const [onlyFirst, onlySecond] = [only('first'), only('second')];
  const counts = {
    both: counted.filter((pair) => pair.first && pair.second).length,
    onlyFirst: onlyFirst.length,
    onlySecond: onlySecond.length,
    neither: counted.filter((pair) => !pair.first && !pair.second).length,
  };
  const p = mcNemarExact(counts.onlyFirst, counts.onlySecond);
  const significant = options.rule === 'fixed' ? p <= ALPHA : test.evidence.crossedAt !== null;
  const tasks = new Set(counted.map(({ task }) => task));
  const modelUse = { first: meanUse(counted, 'first'), second: meanUse(counted, 'second') };
  const named = ({ task, seed }: SeedPair) => (tasks.size > 1 ? `${task} seed ${seed}` : String(seed));
  return {
    ...options,
    counts,
    pairs: counted.length,
    difference: counted.length === 0 ? 0 : (counts.onlySecond - counts.onlyFirst) / counted.length,
    interval95: pairedDifferenceInterval95(counts),
    p,
    evidence: test.evidence,
    onlyFirst: onlyFirst.map(named),
    onlySecond: onlySecond.map(named),
    shown: !significant
      ? 'no difference shown'
      : counts.onlyFirst > counts.onlySecond
        ? 'first better'
        : 'second better',
    ...(modelUse.first === null && modelUse.second === null ? {} : { modelUse }),
  };
}

/** Every comparison inside one run, task by task and then over all tasks where there are several. */
export function comparisonsOf(
  arms: readonly Arm[],
  trialsOf: (arm: Arm) => readonly TrialRecord[],
  by: Dimension,
  rule: Comparison['rule'],
): Comparison[] {
  const single: Comparison[] = [];
  const overall = new Map<string, { pairs: SeedPair[]; options: ComparisonOptions; tasks: number }>();
  for (const { first, second } of armPairs(arms, by)) {
    const { pairs, dropped } = pairSeeds(trialsOf(first), trialsOf(second));
    const names = namesOf(first, second, by);
    const options = { ...names, what: whatOf(first, by), dropped, rule };
    const one = compare(pairs, options);
    single.push(one);
    const key = armKey({ ...first, task: '' }) + armKey({ ...second, task: '' });
    const sum = overall.get(key) ?? {
      pairs: [],
      options: { ...options, what: 'all tasks', dropped: { first: 0, second: 0 } },
      tasks: 0,
    };
    sum.pairs.push(...pairs.slice(0, one.pairs));
    sum.tasks += 1;
    overall.set(key, sum);
  }
  const sums = [...overall.values()]
    .filter(({ tasks }) => tasks > 1)
    // Each task's pairs may have ended early: their sum is described, not tested again seed by seed.
    .map(({ pairs, options }) => compare(pairs, { ...options, rule: 'fixed' }));
  return [...single, ...sums];
}

function whatOf(arm: Arm, by: Dimension): string {
  const rest = {
    ...arm,
    ...(by === 'policies' && { policy: 'expert' }),
    ...(by === 'perturbations' && { perturbation: 'none' }),
  };
  return by === 'tiers' ? arm.task : armName(rest);
}

function namesOf(first: Arm, second: Arm, by: Dimension): { first: string; second: string } {
  const field = FIELD_OF[by];
  const name = (arm: Arm) => (by === 'policies' ? policyName(arm.policy) : arm[field]);
  const [one, other] = [name(first), name(second)];
  return one === other ? { first: first[field], second: second[field] } : { first: one, second: other };
}

/** Discordant trials listed in words; more are counted. */
const LISTED = 20;

/** A comparison for people, line by line. */
export function comparisonInWords(comparison: Comparison): string[] {
  const { what, first, second, counts, pairs, difference, interval95, p, evidence, dropped, rule } = comparison;
  const points = (share: number) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;
  const lines = [
    `${what}: "${first}" against "${second}" on ${pairs} equal seeds`,
    `  succeeded: ${counts.both + counts.onlyFirst} and ${counts.both + counts.onlySecond}; difference ${points(difference)} points (95 %: ${points(interval95.low)} to ${points(interval95.high)})`,
    rule === 'fixed'
      ? `  exact McNemar ${pInWords(p)}: ${shownInWords(comparison)}`
      : `  anytime-valid test: e = ${evidence.eValue.toPrecision(3)} after ${pairs} seeds${evidence.crossedAt === null ? '' : `, over ${1 / ALPHA}, so it may stop here`}: ${shownInWords(comparison)}`,
  ];
  if (comparison.onlyFirst.length > 0) lines.push(`  only "${first}": ${listed(comparison.onlyFirst)}`);
  if (comparison.onlySecond.length > 0) lines.push(`  only "${second}": ${listed(comparison.onlySecond)}`);
  const { modelUse } = comparison;
  if (modelUse !== undefined) {
    lines.push(`  per trial: "${first}" ${spentInWords(modelUse.first)}; "${second}" ${spentInWords(modelUse.second)}`);
  }
  if (dropped.first > 0 || dropped.second > 0) {
    lines.push(
      `  not counted, because the other has not run them: ${dropped.first} seeds of "${first}", ${dropped.second} of "${second}"`,
    );
  }
  return lines;
}

function spentInWords(use: SpentOnTrial | null): string {
  if (use === null) return 'asked no model';
  const cost = use.costUsd === undefined ? 'cost unknown' : `${use.costUsd.toPrecision(2)} USD`;
  return `${use.turns.toFixed(1)} turns, ${use.requests.toFixed(1)} requests, ${use.tokens.toFixed(0)} tokens, ${cost}`;
}

export function shownInWords({ shown, first, second }: Comparison): string {
  switch (shown) {
    case 'first better':
      return `"${first}" is better`;
    case 'second better':
      return `"${second}" is better`;
    default:
      return shown;
  }
}

/** A probability in words, never 0: "p = 0.031", "p < 0.0001". */
export function pInWords(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${p < 0.1 ? p.toPrecision(2) : p.toFixed(2)}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return `${names.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What a number of equal seeds can show at all, said before they are run. */
export function reachInWords(seeds: number): string {
  const { fewestDiffering, smallestDifference, likelyDifference } = pairedReach(seeds);
  if (smallestDifference === null || likelyDifference === null) {
    return `${seeds} seeds cannot show any difference: at least ${fewestDiffering} seeds must differ, all one way (exact McNemar test, 5 %)`;
  }
  const { fall } = smallestDetectableDifference(seeds, 0.9);
  return (
    `${seeds} seeds: no difference below ${(100 * smallestDifference).toFixed(1)} points can show (exact McNemar test, 5 %), ` +
    `one of ${(100 * likelyDifference).toFixed(1)} points shows in four of five comparisons if it goes one way only` +
    (fall === null ? '' : `, and on unequal seeds it would take ${(100 * fall).toFixed(1)} points below 90 %`)
  );
}
