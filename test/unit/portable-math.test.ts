import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as portable from '../../sim/portable-math.ts';
import * as reference from './high-precision.ts';
import { bitsOf, digestOfAllFunctions, PINNED_BITS, PINNED_DIGEST, PINNED_FUNCTIONS } from './portable-math-pins.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

/** Distance to the next larger double. */
function ulp(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0) - Math.abs(x);
}

/** Error of a result against the 300-bit reference, in units of its last place. */
function ulpsOff(value: number, exact: bigint): number {
  return Math.abs(reference.toNumber(reference.exactly(value) - exact)) / ulp(reference.toNumber(exact));
}

/** Numbers spread evenly over their exponents, of both signs. */
function spread(lowExponent: number, highExponent: number): fc.Arbitrary<number> {
  return fc
    .tuple(fc.double({ min: lowExponent, max: highExponent, noNaN: true }), fc.constantFrom(1, -1))
    .map(([exponent, sign]) => sign * 10 ** exponent);
}

/** Evenly spread numbers, none so small that the fixed-point reference could not hold it. */
const between = (min: number, max: number) =>
  fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((k) => min + ((max - min) * (k + 0.5)) / 2 ** 31);

/** Function, its reference, the engine's own, where they are compared, and how many units in the last place it may be off. */
const ACCURACY: readonly (readonly [
  name: string,
  ours: (x: number) => number,
  exact: (x: bigint) => bigint,
  own: (x: number) => number,
  inputs: fc.Arbitrary<number>,
  ulps: number,
])[] = [
  ['sin', portable.sin, reference.sin, Math.sin, spread(-6, 5), 2],
  ['cos', portable.cos, reference.cos, Math.cos, spread(-6, 5), 2],
  ['tan', portable.tan, reference.tan, Math.tan, between(-20, 20), 4],
  ['atan', portable.atan, reference.atan, Math.atan, spread(-6, 6), 1],
  ['asin', portable.asin, reference.asin, Math.asin, between(-0.999, 0.999), 3],
  ['acos', portable.acos, reference.acos, Math.acos, between(-0.999, 0.999), 3],
  ['exp', portable.exp, reference.exp, Math.exp, between(-100, 150), 1],
  ['log', portable.log, reference.log, Math.log, spread(-60, 60).map(Math.abs), 1],
  ['cbrt', portable.cbrt, reference.cbrt, Math.cbrt, spread(-20, 20), 1.5],
  ['tanh', portable.tanh, reference.tanh, Math.tanh, spread(-6, 1.2), 12],
];

describe('portable mathematics', () => {
  test('the reference itself agrees with the digits of the tables', () => {
    // Abramowitz and Stegun, tables 1.1 and 4.
    const digits = (x: bigint, count: number) => {
      const text = ((x * 10n ** BigInt(count)) >> 300n).toString();
      return text.slice(0, -count).concat('.', text.slice(-count));
    };
    expect(digits(reference.PI, 40)).toBe('3.1415926535897932384626433832795028841971');
    expect(digits(reference.exp(reference.exactly(1)), 40)).toBe('2.7182818284590452353602874713526624977572');
    expect(digits(reference.log(reference.exactly(10)), 40)).toBe('2.3025850929940456840179914546843642076011');
    expect(digits(10n * reference.sin(reference.exactly(1)), 30)).toBe('8.414709848078965066525023216302');
    expect(digits(10n * reference.cos(reference.exactly(1)), 30)).toBe('5.403023058681397174009366074429');
    expect(digits(10n * reference.atan(reference.exactly(0.5)), 30)).toBe('4.636476090008061162142562314612');
  });

  test.each(ACCURACY)(
    '%s is within a few units in the last place of the exact value',
    (_name, ours, exact, _own, inputs, ulps) => {
      fc.assert(
        fc.property(inputs, (x) => {
          expect(ulpsOff(ours(x), exact(reference.exactly(x)))).toBeLessThanOrEqual(ulps);
        }),
        { seed, numRuns: 400 },
      );
    },
  );

  test.each(ACCURACY)(
    "%s is within a few units in the last place of the engine's own function",
    (_name, ours, _exact, own, inputs, ulps) => {
      fc.assert(
        fc.property(inputs, (x) => {
          const theirs = own(x);
          expect(Math.abs(ours(x) - theirs) / ulp(theirs)).toBeLessThanOrEqual(ulps + 2);
        }),
        { seed, numRuns: 2000 },
      );
    },
  );

  test('sine and cosine are within 1e-15 of the exact value, next to the multiples of a quarter turn too', () => {
    for (let n = -60_000; n <= 60_000; n += 37) {
      const x = n * (Math.PI / 2);
      const exact = reference.exactly(x);
      const offSin = reference.toNumber(reference.exactly(portable.sin(x)) - reference.sin(exact));
      const offCos = reference.toNumber(reference.exactly(portable.cos(x)) - reference.cos(exact));
      expect(Math.max(Math.abs(offSin), Math.abs(offCos))).toBeLessThan(1e-15);
    }
  });

  test('atan2 gives the angle of every direction, on the axes too', () => {
    fc.assert(
      fc.property(spread(-8, 8), spread(-8, 8), (y, x) => {
        expect(Math.abs(portable.atan2(y, x) - Math.atan2(y, x))).toBeLessThan(1e-15);
      }),
      { seed, numRuns: 2000 },
    );
    const special = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    for (const y of special) {
      for (const x of special) {
        const angle = portable.atan2(y, x);
        const own = Math.atan2(y, x);
        expect(Object.is(angle, own) || Math.abs(angle - own) < 1e-15, `atan2(${y}, ${x}) = ${angle}`).toBe(true);
      }
    }
  });

  test('special values come out as IEEE 754 has them', () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const table: readonly (readonly [string, number, number])[] = [
      ['sin(0)', portable.sin(0), 0],
      ['sin(-0)', portable.sin(-0), -0],
      ['sin(Infinity)', portable.sin(inf), nan],
      ['cos(0)', portable.cos(0), 1],
      ['cos(NaN)', portable.cos(nan), nan],
      ['cos(-Infinity)', portable.cos(-inf), nan],
      ['tan(0)', portable.tan(0), 0],
      ['atan(Infinity)', portable.atan(inf), Math.PI / 2],
      ['atan(-Infinity)', portable.atan(-inf), -Math.PI / 2],
      ['atan(1)', portable.atan(1), Math.PI / 4],
      ['atan(NaN)', portable.atan(nan), nan],
      ['asin(1)', portable.asin(1), Math.PI / 2],
      ['asin(1.1)', portable.asin(1.1), nan],
      ['acos(1)', portable.acos(1), 0],
      ['acos(-1)', portable.acos(-1), Math.PI],
      ['acos(-1.1)', portable.acos(-1.1), nan],
      ['exp(0)', portable.exp(0), 1],
      ['exp(710)', portable.exp(710), inf],
      ['exp(-746)', portable.exp(-746), 0],
      ['exp(NaN)', portable.exp(nan), nan],
      ['log(1)', portable.log(1), 0],
      ['log(0)', portable.log(0), -inf],
      ['log(-1)', portable.log(-1), nan],
      ['log(Infinity)', portable.log(inf), inf],
      ['pow(2, 10)', portable.pow(2, 10), 1024],
      ['pow(2, -3)', portable.pow(2, -3), 0.125],
      ['pow(-2, 3)', portable.pow(-2, 3), -8],
      ['pow(-1, 101)', portable.pow(-1, 101), -1],
      ['pow(-1, 1000)', portable.pow(-1, 1000), 1],
      ['pow(-2, 0.5)', portable.pow(-2, 0.5), nan],
      ['pow(0, 2.5)', portable.pow(0, 2.5), 0],
      ['pow(0, 0)', portable.pow(0, 0), 1],
      ['pow(9, 0.5)', portable.pow(9, 0.5), 3],
      ['cbrt(27)', portable.cbrt(27), 3],
      ['cbrt(-8)', portable.cbrt(-8), -2],
      ['cbrt(0)', portable.cbrt(0), 0],
      ['tanh(0)', portable.tanh(0), 0],
      ['tanh(40)', portable.tanh(40), 1],
      ['tanh(-40)', portable.tanh(-40), -1],
      ['hypot(3, 4)', portable.hypot(3, 4), 5],
      ['hypot()', portable.hypot(), 0],
    ];
    for (const [call, got, wanted] of table) expect(Object.is(got, wanted), `${call} = ${got}`).toBe(true);
  });

  test('the smallest and the largest numbers survive exponential and logarithm', () => {
    expect(portable.log(5e-324)).toBeCloseTo(-744.4400719213812, 12);
    expect(portable.log(Number.MAX_VALUE)).toBeCloseTo(709.782712893384, 12);
    expect(portable.exp(-745)).toBe(5e-324);
    expect(portable.exp(-708.5) / Math.exp(-708.5)).toBeCloseTo(1, 13);
    expect(portable.exp(709.7) / Math.exp(709.7)).toBeCloseTo(1, 13);
  });

  test('whole powers follow multiplication and other powers follow the exponential', () => {
    fc.assert(
      fc.property(between(0.05, 20), between(-30, 30), (x, y) => {
        expect(portable.pow(x, y) / x ** y).toBeCloseTo(1, 12);
      }),
      { seed, numRuns: 500 },
    );
  });

  test.each(PINNED_BITS)('%s(%d) is pinned bit for bit', (name, x, bits) => {
    expect(bitsOf(PINNED_FUNCTIONS[name](x))).toBe(bits);
  });

  test('fifty thousand outputs of all functions have the pinned digest', () => {
    expect(digestOfAllFunctions()).toBe(PINNED_DIGEST);
  });
});
