import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

const anySeed = fc.maxSafeNat();
const anyPurpose = fc.string({ maxLength: 40 });

function draws(streamSeed: number, purpose: string, count: number): number[] {
  const stream = createRandomStream(streamSeed, purpose);
  return Array.from({ length: count }, () => stream.next());
}

/** Share of common variance of two series. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, varA, varB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] - meanA) * (b[i] - meanB);
    varA += (a[i] - meanA) ** 2;
    varB += (b[i] - meanB) ** 2;
  }
  return both / Math.sqrt(varA * varB);
}

describe('random streams', () => {
  test('the first numbers of a stream are pinned', () => {
    expect(draws(0, 'layout', 4).map((value) => value * 2 ** 32)).toEqual([
      2142630066, 4181098521, 3354435089, 1415509616,
    ]);
    expect(draws(12345, 'layout of cube-lift', 4).map((value) => value * 2 ** 32)).toEqual([
      319230085, 1807158521, 1499091785, 4284400371,
    ]);
    const stream = createRandomStream(7, 'noise');
    expect([stream.gaussian(0, 1), stream.gaussian(10, 0.5), stream.integer(100), stream.uniform(-2, 3)]).toEqual([
      -1.3819643290321333, 9.486757453770855, 35, 1.5948023351375014,
    ]);
  });

  test('the same seed and purpose give the same numbers', () => {
    fc.assert(
      fc.property(anySeed, anyPurpose, (streamSeed, purpose) => {
        expect(draws(streamSeed, purpose, 20)).toEqual(draws(streamSeed, purpose, 20));
      }),
      { seed },
    );
  });

  test('another seed or another purpose gives other numbers', () => {
    fc.assert(
      fc.property(anySeed, anySeed, anyPurpose, anyPurpose, (seedA, seedB, purposeA, purposeB) => {
        fc.pre(seedA !== seedB || purposeA !== purposeB);
        // The text that is hashed joins seed and purpose by a slash: digits and a slash in a purpose must not matter.
        expect(draws(seedA, purposeA, 4)).not.toEqual(draws(seedB, purposeB, 4));
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('a hundred thousand neighbouring seeds start differently, and evenly', () => {
    const first = new Set<string>();
    const buckets = new Array<number>(64).fill(0);
    for (let k = 0; k < 100_000; k++) {
      const stream = createRandomStream(k, 'layout');
      const one = stream.next();
      buckets[Math.floor(one * 64)] += 1;
      first.add(`${one}/${stream.next()}/${stream.next()}`);
    }
    expect(first.size).toBe(100_000);
    expect(chiSquare(buckets)).toBeLessThan(CHI_SQUARE_63);
  });

  test('numbers are uniform: buckets, pairs and low bits', () => {
    const stream = createRandomStream(seed, 'uniformity');
    const buckets = new Array<number>(64).fill(0);
    const pairs = new Array<number>(64).fill(0);
    const lowBits = new Array<number>(64).fill(0);
    let before = 0;
    let inside = true;
    for (let k = 0; k < 200_000; k++) {
      const value = stream.next();
      inside &&= value >= 0 && value < 1;
      buckets[Math.floor(value * 64)] += 1;
      pairs[Math.floor(before * 8) * 8 + Math.floor(value * 8)] += 1;
      lowBits[(value * 2 ** 32) % 64] += 1;
      before = value;
    }
    expect(inside).toBe(true);
    expect(chiSquare(buckets)).toBeLessThan(CHI_SQUARE_63);
    expect(chiSquare(pairs)).toBeLessThan(CHI_SQUARE_63);
    expect(chiSquare(lowBits)).toBeLessThan(CHI_SQUARE_63);
  });

  test('streams of neighbouring seeds and of different purposes do not follow one another', () => {
    const count = 20_000;
    const base = draws(seed, 'layout', count);
    // Six standard deviations of the correlation of independent series.
    const bound = 6 / Math.sqrt(count);
    expect(Math.abs(correlation(base, draws(seed + 1, 'layout', count)))).toBeLessThan(bound);
    expect(Math.abs(correlation(base, draws(seed, 'noise', count)))).toBeLessThan(bound);
    expect(Math.abs(correlation(base.slice(1), draws(seed + 1, 'layout', count).slice(0, -1)))).toBeLessThan(bound);
  });

  test('uniform and integer stay in their ranges and reach both ends of them', () => {
    const stream = createRandomStream(seed, 'ranges');
    const seen = new Set<number>();
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = 0; k < 20_000; k++) {
      seen.add(stream.integer(6));
      const value = stream.uniform(-3, 5);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(low).toBeGreaterThanOrEqual(-3);
    expect(high).toBeLessThan(5);
    expect(low).toBeLessThan(-2.98);
    expect(high).toBeGreaterThan(4.98);
  });

  test('normal numbers have the mean, the deviation and the tails that were asked for', () => {
    const stream = createRandomStream(seed, 'normal');
    const count = 100_000;
    const values = Array.from({ length: count }, () => (stream.gaussian(2, 3) - 2) / 3);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / count;
    expect(Math.abs(mean)).toBeLessThan(6 / Math.sqrt(count));
    expect(Math.abs(variance - 1)).toBeLessThan((6 * Math.SQRT2) / Math.sqrt(count));
    // Table of the normal distribution: 4.55 % lie beyond two deviations.
    expect(values.filter((value) => Math.abs(value) > 2).length / count).toBeCloseTo(0.0455, 2);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('a seed of %d is refused', (wrong) => {
    expect(() => createRandomStream(wrong, 'layout')).toThrow(RangeError);
  });
});

/** One in ten million: the 1 - 1e-7 quantile of chi square with 63 degrees of freedom is 140. */
const CHI_SQUARE_63 = 140;

function chiSquare(buckets: readonly number[]): number {
  const expected = buckets.reduce((sum, count) => sum + count, 0) / buckets.length;
  return buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
