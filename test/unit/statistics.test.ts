import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import {
  bootstrapMeanInterval95,
  mcNemarExact,
  mean,
  median,
  quantile,
  smallestDetectableDifference,
  trialsNeeded,
  wilsonInterval95,
} from '../../sim/statistics.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);

describe('the Wilson interval', () => {
  // R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is the published one', (successes, trials, low, high) => {
    const interval = wilsonInterval95(successes, trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('mirrors when successes and failures change places', () => {
    const interval = wilsonInterval95(37, 100);
    const mirrored = wilsonInterval95(63, 100);
    expect(mirrored.low).toBeCloseTo(1 - interval.high, 14);
    expect(mirrored.high).toBeCloseTo(1 - interval.low, 14);
  });

  it('says nothing about no trials, and everything is possible at the ends', () => {
    expect(wilsonInterval95(0, 0)).toEqual({ low: 0, high: 1 });
    expect(wilsonInterval95(100, 100).high).toBe(1);
    expect(wilsonInterval95(100, 100).low).toBeCloseTo(0.963, 3);
  });

  it('refuses counts that cannot be', () => {
    expect(() => wilsonInterval95(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval95(-1, 2)).toThrow(RangeError);
    expect(() => wilsonInterval95(0.5, 2)).toThrow(RangeError);
  });
});

describe("McNemar's exact test", () => {
  // Two-sided sign test, from the table of cumulative binomial probabilities for p = 1/2.
  it.each([
    [0, 6, 0.03125],
    [1, 9, 0.021484375],
    [2, 8, 0.109375],
    [5, 15, 0.0413894653],
    [5, 5, 1],
    [0, 0, 1],
  ])('of %i against %i gives the tabulated p', (onlyFirst, onlySecond, p) => {
    expect(mcNemarExact(onlyFirst, onlySecond)).toBeCloseTo(p, 9);
    expect(mcNemarExact(onlySecond, onlyFirst)).toBe(mcNemarExact(onlyFirst, onlySecond));
  });

  it('agrees with the exact sum in whole numbers', () => {
    for (let n = 1; n <= 60; n++) {
      for (let k = 0; 2 * k < n; k++) {
        let sum = 0n;
        let term = 1n;
        for (let j = 0; j <= k; j++) {
          sum += term;
          term = (term * BigInt(n - j)) / BigInt(j + 1);
        }
        const exact = Number((sum * 2n * 10n ** 18n) / 2n ** BigInt(n)) / 1e18;
        expect(mcNemarExact(k, n - k)).toBeCloseTo(Math.min(1, exact), 12);
      }
    }
  });

  it('stays a probability for thousands of differing seeds', () => {
    expect(mcNemarExact(2450, 2550)).toBeCloseTo(0.1615, 3); // normal approximation with continuity correction
    expect(mcNemarExact(0, 5000)).toBe(0);
  });
});

describe('quantiles', () => {
  it('interpolate as type 7 does', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
    expect(quantile([3, 1, 2, 4, 10], 0.9)).toBeCloseTo(7.6, 12);
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it('of nothing are not a number, and a share outside [0, 1] is refused', () => {
    expect(median([])).toBeNaN();
    expect(() => quantile([1], 1.01)).toThrow(RangeError);
    expect(() => quantile([1], Number.NaN)).toThrow(RangeError);
  });

  it('leave the values as they were', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('the bootstrap interval of a mean', () => {
  it('comes near the interval of the normal distribution for many values', () => {
    const random = createRandomStream(SEED, 'statistics test');
    const values = Array.from({ length: 400 }, () => random.gaussian(10, 2));
    const m = mean(values);
    const deviation = Math.sqrt(mean(values.map((value) => (value - m) * (value - m))));
    const half = (1.96 * deviation) / Math.sqrt(values.length);
    const interval = bootstrapMeanInterval95(values, SEED);
    expect(interval.low).toBeGreaterThan(m - 1.15 * half);
    expect(interval.low).toBeLessThan(m - 0.85 * half);
    expect(interval.high).toBeGreaterThan(m + 0.85 * half);
    expect(interval.high).toBeLessThan(m + 1.15 * half);
  });

  it('is the same for the same seed and another for another', () => {
    const values = [1, 2, 4, 8, 16];
    expect(bootstrapMeanInterval95(values, 5, 500)).toEqual(bootstrapMeanInterval95(values, 5, 500));
    expect(bootstrapMeanInterval95([0.1, 0.7, 0.9, 3, 4, 8, 9], 5, 500)).not.toEqual(
      bootstrapMeanInterval95([0.1, 0.7, 0.9, 3, 4, 8, 9], 6, 500),
    );
  });

  it('of equal values is that value, and of none an error', () => {
    expect(bootstrapMeanInterval95([3, 3, 3], 1, 100)).toEqual({ low: 3, high: 3 });
    expect(() => bootstrapMeanInterval95([], 1)).toThrow(RangeError);
  });
});

describe('what a number of trials can show', () => {
  it("needs the trials of R's power.prop.test", () => {
    // The example of its help page: p1 = 0.50, p2 = 0.75, power = 0.90 needs n = 76.7; 0.50 to 0.60 at 0.80 needs 387.3.
    expect(trialsNeeded(0.5, 0.75, 0.9)).toBeCloseTo(76.7, 1);
    expect(trialsNeeded(0.5, 0.6)).toBeCloseTo(387.3, 1);
    expect(trialsNeeded(0.5, 0.5)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is the difference that just needs that many', () => {
    const { rise, fall } = smallestDetectableDifference(100, 0.8);
    expect(trialsNeeded(0.8, 0.8 + rise!)).toBeCloseTo(100, 6);
    expect(trialsNeeded(0.8, 0.8 - fall!)).toBeCloseTo(100, 6);
  });

  it('knows that nothing rises above 1 and that too few trials show nothing', () => {
    expect(smallestDetectableDifference(100, 1).rise).toBeNull();
    expect(smallestDetectableDifference(100, 0.99).rise).toBeNull();
    expect(smallestDetectableDifference(1, 0.5)).toEqual({ rise: null, fall: null });
  });
});
