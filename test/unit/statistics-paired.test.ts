// Comparisons on equal seeds: the exact test against sums in whole numbers, the interval against published examples, and
// the sequential test's rate of false alarms and its power, by simulation with seeds that are printed.

import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import {
  mcNemarExact,
  pairedDifferenceInterval95,
  pairedReach,
  SequentialPairedTest,
  smallestDetectableDifference,
} from '../../sim/statistics.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);

/** 2 P(X <= k) for X ~ Binomial(n, 1/2), as a fraction of whole numbers. */
function exactTwoSided(n: number, k: number): number {
  const choose: bigint[] = [1n];
  for (let j = 1; j <= n; j++) choose.push((choose[j - 1] * BigInt(n - j + 1)) / BigInt(j));
  const tail = choose.slice(0, k + 1).reduce((sum, term) => sum + term, 0n);
  return Math.min(1, Number((2n * tail * 10n ** 300n) / 2n ** BigInt(n)) / 1e300);
}

describe("McNemar's exact test, checked with whole numbers", () => {
  it.each([
    [3, 17],
    [40, 75],
    [100, 180],
    [0, 200],
    [320, 410],
  ])('agrees for %i against %i to twelve digits', (onlyFirst, onlySecond) => {
    const exact = exactTwoSided(onlyFirst + onlySecond, Math.min(onlyFirst, onlySecond));
    expect(mcNemarExact(onlyFirst, onlySecond) / exact).toBeCloseTo(1, 12);
  });

  it('raises a false alarm in at most 5 % of cases, exactly counted', () => {
    for (const n of [6, 9, 25, 60, 141]) {
      let alarms = 0;
      for (let k = 0; k <= n; k++) {
        const less = Math.min(k, n - k);
        if (mcNemarExact(k, n - k) > 0.05) continue;
        alarms += (exactTwoSided(n, less) - exactTwoSided(n, less - 1)) / 2;
      }
      expect(alarms).toBeLessThanOrEqual(0.05);
    }
  });
});

describe('the interval of a difference on equal seeds', () => {
  // Second less first. M. W. Fagerland, S. Lydersen, P. Laake, Statistical Analysis of Contingency Tables (2017), chapter
  // 8 (Cavo 2012); D. G. Altman and others, Statistics with Confidence (2000), table 6.2; Newcombe (1998), table II.
  it.each([
    [59, 6, 16, 80, 0.0046, 0.1186],
    [14, 5, 0, 22, -0.226, -0.011],
    [20, 12, 2, 16, -0.3292, -0.0562],
  ])('of %i, %i, %i, %i is the published one', (both, onlyFirst, onlySecond, neither, low, high) => {
    const interval = pairedDifferenceInterval95({ both, onlyFirst, onlySecond, neither });
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  it('mirrors when the programs change places, and never leaves [-1, 1]', () => {
    const random = createRandomStream(SEED, 'paired interval test');
    for (let i = 0; i < 300; i++) {
      const [both, onlyFirst, onlySecond, neither] = [0, 0, 0, 0].map(() => random.integer(i % 2 === 0 ? 4 : 60));
      const one = pairedDifferenceInterval95({ both, onlyFirst, onlySecond, neither });
      const other = pairedDifferenceInterval95({ both, onlyFirst: onlySecond, onlySecond: onlyFirst, neither });
      expect(one.low).toBeCloseTo(-other.high, 12);
      const n = both + onlyFirst + onlySecond + neither;
      if (n === 0) continue;
      const difference = (onlySecond - onlyFirst) / n;
      expect(one.low).toBeLessThanOrEqual(difference);
      expect(one.high).toBeGreaterThanOrEqual(difference);
      expect(one.low).toBeGreaterThanOrEqual(-1 - 1e-12);
      expect(one.high).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  it('says nothing about no pairs, and never claims certainty of no difference', () => {
    expect(pairedDifferenceInterval95({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 })).toEqual({
      low: -1,
      high: 1,
    });
    const same = pairedDifferenceInterval95({ both: 100, onlyFirst: 0, onlySecond: 0, neither: 0 });
    expect(same.low).toBeLessThan(-0.03);
    expect(same.high).toBeGreaterThan(0.03);
  });
});

describe('the test that may be looked at after every pair', () => {
  /** Runs pairs until the test crosses or the pairs end. @returns the pair at which it crossed */
  function run(name: string, pairs: number, rates: { onlyFirst: number; onlySecond: number }): number | null {
    const random = createRandomStream(SEED, name);
    const test = new SequentialPairedTest(0.05);
    for (let i = 0; i < pairs; i++) {
      const draw = random.next();
      const onlyFirst = draw < rates.onlyFirst;
      const onlySecond = !onlyFirst && draw < rates.onlyFirst + rates.onlySecond;
      test.observe(!onlySecond, !onlyFirst);
      if (test.evidence.crossedAt !== null) return test.evidence.crossedAt;
    }
    return null;
  }

  it('raises a false alarm in at most 5 % of runs although it is looked at after each of 1000 pairs', () => {
    const runs = 3000;
    for (const differing of [0.1, 0.6, 1]) {
      let alarms = 0;
      for (let i = 0; i < runs; i++) {
        if (run(`alarm ${differing}/${i}`, 1000, { onlyFirst: differing / 2, onlySecond: differing / 2 }) !== null)
          alarms += 1;
      }
      console.log(`false alarms, ${differing} of the pairs differ: ${alarms} of ${runs} (seed ${SEED})`);
      // Three standard deviations of the count at exactly 5 %.
      expect(alarms).toBeLessThan(runs * 0.05 + 3 * Math.sqrt(runs * 0.05 * 0.95));
    }
  });

  it('would not be valid if it were an ordinary test looked at after every pair', () => {
    let alarms = 0;
    for (let i = 0; i < 300; i++) {
      const random = createRandomStream(SEED, `peeking ${i}`);
      let first = 0;
      for (let n = 1; n <= 300; n++) {
        if (random.next() < 0.5) first += 1;
        if (mcNemarExact(first, n - first) > 0.05) continue;
        alarms += 1;
        break;
      }
    }
    expect(alarms).toBeGreaterThan(300 * 0.12);
  });

  it('finds a real difference, and mostly before the planned end', () => {
    const ends = Array.from({ length: 400 }, (_, i) => run(`power ${i}`, 200, { onlyFirst: 0.04, onlySecond: 0.2 }));
    const found = ends.filter((end) => end !== null).sort((a, b) => a - b);
    console.log(`found in ${found.length} of 400, half of them by pair ${found[200]} of 200 (seed ${SEED})`);
    expect(found.length).toBeGreaterThan(0.85 * 400);
    expect(found[200]).toBeLessThan(120);
  });

  it('needs seven differing pairs in a row, and is never moved by pairs that agree', () => {
    const test = new SequentialPairedTest();
    for (let i = 0; i < 50; i++) test.observe(i % 2 === 0, i % 2 === 0);
    expect(test.evidence).toMatchObject({ eValue: 1, peak: 1, crossedAt: null });
    for (let i = 0; i < 6; i++) test.observe(true, false);
    expect(test.evidence.crossedAt).toBeNull();
    test.observe(true, false);
    expect(test.evidence).toMatchObject({ pairs: 57, onlyFirst: 7, onlySecond: 0, crossedAt: 57 });
  });

  it('is the mixture of all alternatives: 2^n times the Beta(1/2, 1/2) average of p^k (1-p)^(n-k)', () => {
    const random = createRandomStream(SEED, 'mixture test');
    const test = new SequentialPairedTest();
    let k = 0;
    for (let n = 1; n <= 40; n++) {
      const first = random.next() < 0.3;
      if (first) k += 1;
      test.observe(first, !first);
      // With p = sin^2(t) the prior is uniform in t, and the mean over equal steps is exact for such polynomials.
      let sum = 0;
      const steps = 400;
      for (let s = 0; s < steps; s++) {
        const t = ((s + 0.5) * Math.PI) / steps;
        sum += Math.sin(t) ** (2 * k) * Math.cos(t) ** (2 * (n - k));
      }
      expect(test.evidence.eValue / ((2 ** n * sum) / steps)).toBeCloseTo(1, 9);
    }
  });

  it('has a mean of 1 if both are equally good, summed over every course of twelve pairs', () => {
    let sum = 0;
    for (let course = 0; course < 4096; course++) {
      const test = new SequentialPairedTest();
      for (let i = 0; i < 12; i++) test.observe(((course >> i) & 1) === 1, ((course >> i) & 1) === 0);
      sum += test.evidence.eValue;
    }
    expect(sum / 4096).toBeCloseTo(1, 12);
  });

  it('does not overflow, and refuses an alpha that is none', () => {
    const test = new SequentialPairedTest();
    for (let i = 0; i < 3000; i++) test.observe(true, false);
    expect(Number.isFinite(test.evidence.eValue)).toBe(true);
    expect(() => new SequentialPairedTest(0)).toThrow(RangeError);
    expect(() => new SequentialPairedTest(1)).toThrow(RangeError);
  });
});

describe('what equal seeds can show', () => {
  it('is nothing below six seeds that differ', () => {
    expect(pairedReach(5)).toEqual({ fewestDiffering: 6, smallestDifference: null, likelyDifference: null });
    expect(pairedReach(6)).toMatchObject({ smallestDifference: 1 });
    expect(pairedReach(100).smallestDifference).toBe(0.06);
  });

  it('shows the likely difference in four of five simulated comparisons', () => {
    const { likelyDifference } = pairedReach(100);
    let shown = 0;
    for (let i = 0; i < 2000; i++) {
      const random = createRandomStream(SEED, `reach ${i}`);
      let differing = 0;
      for (let k = 0; k < 100; k++) if (random.next() < (likelyDifference ?? 0)) differing += 1;
      if (mcNemarExact(0, differing) <= 0.05) shown += 1;
    }
    console.log(`a difference of ${likelyDifference} shows in ${shown} of 2000 (seed ${SEED})`);
    expect(Math.abs(shown / 2000 - 0.8)).toBeLessThan(0.04);
  });

  it('shows more than unequal seeds do', () => {
    const { likelyDifference } = pairedReach(100);
    expect(likelyDifference).toBeLessThan(smallestDetectableDifference(100, 0.9).fall ?? 1);
  });
});
