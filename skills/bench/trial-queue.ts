// Owns the order of a benchmark's trials, and which of them are no longer needed because a comparison has shown its
// difference. The same outcomes end a comparison at the same seed, whatever the number of workers and the order in which
// trials end. Must never drop a trial of an arm that some open comparison still needs.

import { SequentialPairedTest } from '../../sim/statistics.ts';
import { ALPHA, type ArmPair } from './comparison.ts';
import { type Arm, armKey } from './trial-record.ts';

/** One trial that waits for a worker. */
export interface TrialUnit {
  readonly arm: Arm;
  readonly seed: number;
}

/**
 * Every trial once. Without a comparison arm by arm; with one, the arms of a task side by side, seed by seed.
 */
export function trialUnits(arms: readonly Arm[], seeds: readonly number[], order: 'by arm' | 'by seed'): TrialUnit[] {
  if (order === 'by arm') return arms.flatMap((arm) => seeds.map((seed) => ({ arm, seed })));
  const tasks = [...new Set(arms.map(({ task }) => task))];
  return tasks.flatMap((task) =>
    seeds.flatMap((seed) => arms.filter((arm) => arm.task === task).map((arm) => ({ arm, seed }))),
  );
}

interface OpenComparison {
  readonly first: string;
  readonly second: string;
  readonly test: SequentialPairedTest;
  /** Outcomes that wait for their partner or for an earlier seed. */
  readonly outcomes: Map<number, { first?: boolean; second?: boolean }>;
  /** Index of the next seed the test will see. */
  next: number;
  lastSeed: number | null;
}

/** Watches comparisons seed by seed and says which trials still matter. */
export class EarlyStop {
  readonly #seeds: readonly number[];
  readonly #comparisons: readonly OpenComparison[];

  constructor(pairs: readonly ArmPair[], seeds: readonly number[]) {
    this.#seeds = seeds;
    this.#comparisons = pairs.map(({ first, second }) => ({
      first: armKey(first),
      second: armKey(second),
      test: new SequentialPairedTest(ALPHA),
      outcomes: new Map(),
      next: 0,
      lastSeed: null,
    }));
  }

  observe(arm: Arm, seed: number, success: boolean): void {
    const key = armKey(arm);
    for (const one of this.#comparisons) {
      if (one.lastSeed !== null || (one.first !== key && one.second !== key)) continue;
      const outcome = one.outcomes.get(seed) ?? {};
      outcome[one.first === key ? 'first' : 'second'] = success;
      one.outcomes.set(seed, outcome);
      this.#advance(one);
    }
  }

  /** Whether a trial can still change a result. */
  needs(arm: Arm, seed: number): boolean {
    const last = this.lastSeed(arm);
    return last === null || seed <= last;
  }

  /** The last seed of an arm that counts; null when all of them do. */
  lastSeed(arm: Arm): number | null {
    const key = armKey(arm);
    const mine = this.#comparisons.filter(({ first, second }) => first === key || second === key);
    if (mine.length === 0 || mine.some(({ lastSeed }) => lastSeed === null)) return null;
    return Math.max(...mine.map(({ lastSeed }) => lastSeed ?? 0));
  }

  /** In the order of the seeds: what is known of a later one waits. */
  #advance(one: OpenComparison): void {
    while (one.next < this.#seeds.length) {
      const seed = this.#seeds[one.next];
      const { first, second } = one.outcomes.get(seed) ?? {};
      if (first === undefined || second === undefined) return;
      one.outcomes.delete(seed);
      one.next += 1;
      if (one.test.observe(first, second).crossedAt === null) continue;
      one.lastSeed = seed;
      return;
    }
  }
}
