// Owns the statistics of trials: rates with their uncertainty, comparisons of two programs, and what a number of trials
// can show at all. Pure functions of numbers; the same on every machine. Must never read a clock or Math.random.

import { createRandomStream } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % quantile of the normal distribution. */
const Z_95 = 1.959963984540054;
/** One-sided quantiles of the normal distribution, by the power they stand for. */
const Z_POWER = { 0.8: 0.8416212335729143, 0.9: 1.2815515655446004, 0.95: 1.6448536269514722 } as const;

/**
 * 95 % Wilson score interval of a success rate (E. B. Wilson, 1927, without continuity correction). For no trials at
 * all it is [0, 1].
 * @throws RangeError when the counts are not whole or more succeed than tried
 */
export function wilsonInterval95(successes: number, trials: number): Interval {
  assertCount(trials, 'trials');
  assertCount(successes, 'successes');
  if (successes > trials) throw new RangeError(`${successes} successes in ${trials} trials`);
  if (trials === 0) return { low: 0, high: 1 };
  const rate = successes / trials;
  const z2 = Z_95 * Z_95;
  const centre = rate + z2 / (2 * trials);
  const half = Z_95 * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials * trials));
  const scale = 1 + z2 / trials;
  return {
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === trials ? 1 : (centre + half) / scale,
  };
}

/**
 * Exact two-sided McNemar test of two programs on the same seeds: the probability, if both were equally good, of a
 * split at least as uneven as this one.
 * @param onlyFirst seeds on which only the first succeeded
 * @param onlySecond seeds on which only the second succeeded
 * @returns p in (0, 1]; 1 when they never differ
 */
export function mcNemarExact(onlyFirst: number, onlySecond: number): number {
  assertCount(onlyFirst, 'onlyFirst');
  assertCount(onlySecond, 'onlySecond');
  const n = onlyFirst + onlySecond;
  const k = Math.min(onlyFirst, onlySecond);
  if (onlyFirst === onlySecond) return 1;
  return Math.min(1, 2 * binomialTailHalf(n, k));
}

/** P(X <= k) for X ~ Binomial(n, 1/2). The halvings are spread over the product, so that nothing overflows. */
function binomialTailHalf(n: number, k: number): number {
  let halvings = n;
  let largest = 1; // becomes C(n, k) / 2^n
  for (let j = 1; j <= k; j++) {
    largest *= (n - k + j) / j;
    while (largest > 1 && halvings > 0) {
      largest /= 2;
      halvings--;
    }
  }
  for (; halvings > 0 && largest > 0; halvings--) largest /= 2;
  let sum = 0;
  let term = 1; // relative to the largest, going down from k
  for (let j = k; j >= 0 && term > 0; j--) {
    sum += term;
    term *= j / (n - j + 1);
  }
  return largest * sum;
}

/** How two programs did on the same seeds. */
export interface PairedCounts {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/**
 * 95 % interval of the difference of two success rates on the same seeds, second less first: Newcombe's square-and-add
 * of Wilson intervals with the corrected correlation (R. G. Newcombe, Improved confidence intervals for the difference
 * between binomial proportions based on paired data, Statistics in Medicine 17 (1998), method 10). For no pairs at all
 * it is [-1, 1].
 * @throws RangeError when a count is not whole
 */
export function pairedDifferenceInterval95({ both, onlyFirst, onlySecond, neither }: PairedCounts): Interval {
  for (const count of [both, onlyFirst, onlySecond, neither]) assertCount(count, 'a count of pairs');
  const n = both + onlyFirst + onlySecond + neither;
  if (n === 0) return { low: -1, high: 1 };
  const first = (both + onlyFirst) / n;
  const second = (both + onlySecond) / n;
  const firstWilson = wilsonInterval95(both + onlyFirst, n);
  const secondWilson = wilsonInterval95(both + onlySecond, n);
  const phi = correctedPhi(both, onlyFirst, onlySecond, neither);
  const half = (secondSide: number, firstSide: number) =>
    Math.sqrt(Math.max(0, secondSide * secondSide - 2 * phi * secondSide * firstSide + firstSide * firstSide));
  const difference = second - first;
  return {
    low: difference - half(second - secondWilson.low, firstWilson.high - first),
    high: difference + half(secondWilson.high - second, first - firstWilson.low),
  };
}

/** Correlation of the two outcomes, with Newcombe's correction of a positive one towards 0. */
function correctedPhi(both: number, onlyFirst: number, onlySecond: number, neither: number): number {
  const n = both + onlyFirst + onlySecond + neither;
  const margins =
    Math.sqrt((both + onlyFirst) * (onlySecond + neither)) * Math.sqrt((both + onlySecond) * (onlyFirst + neither));
  if (margins === 0) return 0;
  const products = both * neither - onlyFirst * onlySecond;
  return (products > 0 ? Math.max(products - n / 2, 0) : products) / margins;
}

/** Evidence against "both are equally good", as it stands after some pairs. */
export interface PairedEvidence {
  /** Pairs seen. */
  readonly pairs: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** The e-value: wealth of a bettor who started with 1. Its mean is at most 1 if both are equally good. */
  readonly eValue: number;
  /** The largest e-value so far. */
  readonly peak: number;
  /** Number of pairs after which the e-value first reached 1/alpha; null while it has not. */
  readonly crossedAt: number | null;
}

/**
 * A test of two programs on the same seeds that may be looked at after every pair and stopped at any of them: the
 * probability that it ever crosses is at most alpha if both are equally good.
 *
 * A test martingale on the pairs that differ. If both programs are equally good, each such pair is won by either with
 * probability 1/2 whatever came before; a bettor who stakes on the next winner by the Krichevsky-Trofimov estimate
 * (the mixture over all alternatives with a Beta(1/2, 1/2) prior) then has a fair game, and by Ville's inequality turns
 * 1 into 1/alpha with probability at most alpha. Sources: A. Ramdas, P. Gruenwald, V. Vovk and G. Shafer,
 * Game-theoretic statistics and safe anytime-valid inference, Statistical Science 38 (2023), sections 3 and 4;
 * I. Waudby-Smith and A. Ramdas, Estimating means of bounded random variables by betting, JRSS B 86 (2024);
 * R. E. Krichevsky and V. K. Trofimov, IEEE Transactions on Information Theory 27 (1981).
 */
export class SequentialPairedTest {
  readonly #threshold: number;
  #pairs = 0;
  #onlyFirst = 0;
  #onlySecond = 0;
  #eValue = 1;
  #peak = 1;
  #crossedAt: number | null = null;

  /** @param alpha largest probability of a false alarm, in (0, 1) */
  constructor(alpha = 0.05) {
    if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha lies in (0, 1), not ${alpha}`);
    this.#threshold = 1 / alpha;
  }

  /** Takes in the next pair; the order must not depend on its outcome. */
  observe(firstSucceeded: boolean, secondSucceeded: boolean): PairedEvidence {
    this.#pairs += 1;
    if (firstSucceeded !== secondSucceeded) {
      const differing = this.#onlyFirst + this.#onlySecond;
      const sameSide = firstSucceeded ? this.#onlyFirst : this.#onlySecond;
      // Even odds pay twice the share of the wealth that was staked on the side that won.
      this.#eValue = Math.min(Number.MAX_VALUE, this.#eValue * ((2 * sameSide + 1) / (differing + 1)));
      if (firstSucceeded) this.#onlyFirst += 1;
      else this.#onlySecond += 1;
      this.#peak = Math.max(this.#peak, this.#eValue);
      if (this.#crossedAt === null && this.#eValue >= this.#threshold) this.#crossedAt = this.#pairs;
    }
    return this.evidence;
  }

  get evidence(): PairedEvidence {
    return {
      pairs: this.#pairs,
      onlyFirst: this.#onlyFirst,
      onlySecond: this.#onlySecond,
      eValue: this.#eValue,
      peak: this.#peak,
      crossedAt: this.#crossedAt,
    };
  }
}

/** What a comparison on equal seeds can show at the most, by the exact McNemar test at 5 %. */
export interface PairedReach {
  /** Fewest seeds that must differ, all in one direction. */
  readonly fewestDiffering: number;
  /** That as a difference of the success rates; null when there are not so many seeds. */
  readonly smallestDifference: number | null;
  /**
   * The difference that shows with a probability of 80 % when every seed that differs, differs in the same direction;
   * null when none does.
   */
  readonly likelyDifference: number | null;
}

/** @param pairs seeds that both programs run */
export function pairedReach(pairs: number): PairedReach {
  assertCount(pairs, 'pairs');
  let fewest = 1;
  while (mcNemarExact(0, fewest) > 0.05) fewest += 1;
  if (pairs < fewest) return { fewestDiffering: fewest, smallestDifference: null, likelyDifference: null };
  let low = 0;
  let high = 1;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (binomialAtLeast(pairs, middle, fewest) >= 0.8) high = middle;
    else low = middle;
  }
  return { fewestDiffering: fewest, smallestDifference: fewest / pairs, likelyDifference: high };
}

/** P(X >= least) for X ~ Binomial(trials, rate), for small `least`: one less the few terms below it. */
function binomialAtLeast(trials: number, rate: number, least: number): number {
  if (rate >= 1) return trials >= least ? 1 : 0;
  let term = 1;
  for (let i = 0; i < trials; i++) term *= 1 - rate;
  let below = 0;
  for (let k = 0; k < least; k++) {
    below += term;
    term *= ((trials - k) / (k + 1)) * (rate / (1 - rate));
  }
  return 1 - below;
}

/** Arithmetic mean; NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996, as R and NumPy do).
 * @param share in [0, 1]
 * @returns NaN for no values
 */
export function quantile(values: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share lies in [0, 1], not ${share}`);
  if (values.length === 0) return Number.NaN;
  return quantileOfSorted(Float64Array.from(values).sort(), share);
}

function quantileOfSorted(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  return low + (position - below) * (high - low);
}

/** The middle value; NaN for no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * 95 % interval of the mean by the percentile bootstrap (B. Efron, 1979).
 * @param seed of the resampling; the same seed gives the same interval
 * @param resamples how often the values are drawn anew
 * @throws RangeError for no values
 */
export function bootstrapMeanInterval95(values: readonly number[], seed: number, resamples = 10_000): Interval {
  if (values.length === 0) throw new RangeError('a mean needs at least one value');
  const random = createRandomStream(seed, 'bootstrap');
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[random.integer(values.length)];
    means[r] = sum / values.length;
  }
  means.sort();
  return { low: quantileOfSorted(means, 0.025), high: quantileOfSorted(means, 0.975) };
}

/**
 * The smallest difference in success rate that two groups of independent trials would show with the given probability
 * (power) in a two-sided test at 5 %, by the normal approximation for two proportions (J. L. Fleiss, Statistical
 * Methods for Rates and Proportions, without continuity correction; R's power.prop.test).
 * @param trials in each group
 * @param baselineRate success rate of the first group, in [0, 1]
 * @returns the smallest rise and the smallest fall that would show, as positive rates; null where no rate in [0, 1] is
 *   that far away
 */
export function smallestDetectableDifference(
  trials: number,
  baselineRate: number,
  power: keyof typeof Z_POWER = 0.8,
): { readonly rise: number | null; readonly fall: number | null } {
  assertCount(trials, 'trials');
  if (!(baselineRate >= 0 && baselineRate <= 1)) throw new RangeError(`a rate lies in [0, 1], not ${baselineRate}`);
  const toward = (limit: number): number | null => {
    const shows = (difference: number) =>
      trialsNeeded(baselineRate, baselineRate + (limit === 1 ? difference : -difference), power) <= trials;
    const room = limit === 1 ? 1 - baselineRate : baselineRate;
    if (room === 0 || !shows(room)) return null;
    let low = 0;
    let high = room;
    // Halving 60 times reaches the last bit of a float64.
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (shows(middle)) high = middle;
      else low = middle;
    }
    return high;
  };
  return { rise: toward(1), fall: toward(0) };
}

/** Trials in each group to show the difference of two rates; not rounded; Infinity for equal rates. */
export function trialsNeeded(firstRate: number, secondRate: number, power: keyof typeof Z_POWER = 0.8): number {
  const both = (firstRate + secondRate) / 2;
  const underEqual = Z_95 * Math.sqrt(2 * both * (1 - both));
  const underDifferent = Z_POWER[power] * Math.sqrt(firstRate * (1 - firstRate) + secondRate * (1 - secondRate));
  const root = (underEqual + underDifferent) / (firstRate - secondRate);
  return root * root;
}

function assertCount(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is a whole number from 0, not ${value}`);
}
