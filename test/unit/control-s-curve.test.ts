import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SCurveLimits, sCurve } from '../../sim/control/s-curve.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);

/** Numbers spread evenly over their exponents. */
const spread = (low: number, high: number) =>
  fc.integer({ min: 0, max: 1_000_000 }).map((k) => 10 ** (low + ((high - low) * k) / 1_000_000));
const limits: fc.Arbitrary<SCurveLimits> = fc.record({
  speed: spread(-2, 2),
  acceleration: spread(-2, 2),
  jerk: spread(-1, 4),
});
const length = spread(-6, 2);
const STEPS = 400;

describe('the S-curve', () => {
  test('starts at nothing, ends exactly at its length, and never goes back', () => {
    fc.assert(
      fc.property(length, limits, (whole, bounds) => {
        const curve = sCurve(whole, bounds);
        expect(curve.durationS).toBeGreaterThan(0);
        expect(curve.lengthAt(0)).toBe(0);
        expect(curve.lengthAt(-1)).toBe(0);
        expect(curve.lengthAt(curve.durationS)).toBe(whole);
        expect(curve.lengthAt(curve.durationS + 1)).toBe(whole);
        let before = 0;
        let back = 0;
        for (let k = 1; k <= STEPS; k++) {
          const here = curve.lengthAt((curve.durationS * k) / STEPS);
          back = Math.max(back, before - here);
          before = here;
        }
        expect(back).toBeLessThanOrEqual(1e-12 * whole);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('stays inside speed, acceleration and jerk, from rest to rest', () => {
    fc.assert(
      fc.property(length, limits, (whole, bounds) => {
        const curve = sCurve(whole, bounds);
        // A difference quotient is a mean of the derivative, so it cannot exceed its bound; what is left is rounding:
        // a few units in the last place of the length, divided by the powers of the time step.
        const h = curve.durationS / STEPS;
        const rounding = 16 * Number.EPSILON * whole;
        const at = (k: number) => curve.lengthAt(k * h);
        const top = { speed: 0, acceleration: 0, jerk: 0 };
        for (let k = -3; k <= STEPS + 3; k++) {
          top.speed = Math.max(top.speed, Math.abs(at(k + 1) - at(k)) / h);
          top.acceleration = Math.max(top.acceleration, Math.abs(at(k + 1) - 2 * at(k) + at(k - 1)) / (h * h));
          const twist = Math.abs(at(k + 2) - 3 * at(k + 1) + 3 * at(k) - at(k - 1));
          top.jerk = Math.max(top.jerk, twist / (h * h * h));
        }
        expect(top.speed).toBeLessThanOrEqual(bounds.speed * (1 + 1e-9) + rounding / h);
        expect(top.acceleration).toBeLessThanOrEqual(bounds.acceleration * (1 + 1e-9) + rounding / (h * h));
        expect(top.jerk).toBeLessThanOrEqual(bounds.jerk * (1 + 1e-9) + rounding / (h * h * h));
      }),
      { seed, numRuns: 300 },
    );
  });

  test('is symmetric in time', () => {
    fc.assert(
      fc.property(length, limits, fc.integer({ min: 0, max: STEPS }), (whole, bounds, k) => {
        const curve = sCurve(whole, bounds);
        const t = (curve.durationS * k) / STEPS;
        expect((curve.lengthAt(t) + curve.lengthAt(curve.durationS - t)) / whole).toBeCloseTo(1, 9);
      }),
      { seed },
    );
  });

  test('is as fast as the limits allow: each of the textbook cases has its known duration', () => {
    // All three limits reached: length / speed + speed / acceleration + acceleration / jerk.
    expect(sCurve(10, { speed: 1, acceleration: 2, jerk: 8 }).durationS).toBeCloseTo(10 + 0.5 + 0.25, 12);
    // Speed reached before the acceleration limit: length / speed + 2 sqrt(speed / jerk).
    expect(sCurve(10, { speed: 1, acceleration: 100, jerk: 4 }).durationS).toBeCloseTo(10 + 1, 12);
    // Neither reached: four equal pieces of jerk.
    expect(sCurve(2, { speed: 100, acceleration: 100, jerk: 1 }).durationS).toBeCloseTo(4, 12);
    // Acceleration reached, speed not: a/j + sqrt((a/j)^2 + 4 length/a) .
    expect(sCurve(8, { speed: 100, acceleration: 1, jerk: 1 }).durationS).toBeCloseTo(1 + Math.sqrt(1 + 32), 12);
  });

  test('one of the limits is always reached, so no faster profile exists', () => {
    fc.assert(
      fc.property(length, limits, (whole, bounds) => {
        const { durationS, lengthAt } = sCurve(whole, bounds);
        const jerk = (6 * lengthAt(durationS / 64)) / (durationS / 64) ** 3;
        // The first 64th lies inside the first jerk phase, or that phase is short because the acceleration limit is
        // reached at once.
        const jerkTime = bounds.acceleration / bounds.jerk;
        if (durationS / 64 < jerkTime && durationS / 64 < Math.sqrt(bounds.speed / bounds.jerk)) {
          expect(jerk / bounds.jerk).toBeCloseTo(1, 6);
        }
        const bound = Math.max(whole / bounds.speed, 2 * Math.sqrt(whole / bounds.acceleration));
        expect(durationS).toBeGreaterThanOrEqual(bound * (1 - 1e-12));
      }),
      { seed, numRuns: 300 },
    );
  });

  test('a longer way, or a tighter limit, never takes less time', () => {
    fc.assert(
      fc.property(length, limits, fc.constantFrom('speed', 'acceleration', 'jerk'), (whole, bounds, which) => {
        const { durationS } = sCurve(whole, bounds);
        expect(sCurve(whole * 1.01, bounds).durationS).toBeGreaterThan(durationS);
        const tighter = sCurve(whole, { ...bounds, [which]: bounds[which] * 0.9 }).durationS;
        expect(tighter).toBeGreaterThanOrEqual(durationS * (1 - 1e-9));
      }),
      { seed, numRuns: 300 },
    );
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused as length and as limit', (wrong) => {
    const bounds = { speed: 1, acceleration: 1, jerk: 1 };
    expect(() => sCurve(wrong, bounds)).toThrow(RangeError);
    for (const which of ['speed', 'acceleration', 'jerk']) {
      expect(() => sCurve(1, { ...bounds, [which]: wrong })).toThrow(RangeError);
    }
  });
});
