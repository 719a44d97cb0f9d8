import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JointCurve, jointCurve } from '../../sim/control/joint-curve.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const WIDTH = 3;

const angle = fc.integer({ min: -2_000, max: 2_000 }).map((k) => k / 1000);
const rows = fc.array(fc.tuple(angle, angle, angle), { minLength: 2, maxLength: 12 });

function at(curve: JointCurve, parameter: number) {
  const position = new Float64Array(WIDTH);
  const [first, second, third] = [1, 2, 3].map(() => new Float64Array(WIDTH));
  curve.evaluate(parameter, position, first, second, third);
  return { position, first, second, third };
}

/** The rows that differ from the one before. */
function distinct(points: readonly (readonly number[])[]) {
  return points.filter((row, i) => i === 0 || row.some((value, j) => value !== points[i - 1][j]));
}

function step(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, j) => Math.abs(value - b[j])));
}

describe('a joint curve', () => {
  test('passes through every point, at the parameter its length says', () => {
    fc.assert(
      fc.property(rows, (points) => {
        const curve = jointCurve(points.flat(), WIDTH);
        let parameter = 0;
        distinct(points).forEach((row, i, all) => {
          if (i > 0) parameter += step(row, all[i - 1]);
          expect(curve.knots[i]).toBeCloseTo(parameter, 12);
          const { position } = at(curve, parameter);
          row.forEach((value, j) => {
            expect(position[j]).toBeCloseTo(value, 10);
          });
        });
        expect(curve.length).toBeCloseTo(parameter, 12);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('has a continuous speed and curvature, and no curvature at its ends', () => {
    fc.assert(
      fc.property(rows, (points) => {
        const curve = jointCurve(points.flat(), WIDTH);
        fc.pre(curve.length > 0);
        const tiny = 1e-9;
        for (const knot of curve.knots.slice(1, -1)) {
          const [before, after] = [at(curve, knot - tiny), at(curve, knot + tiny)];
          for (let j = 0; j < WIDTH; j++) {
            const scale = 1 + Math.abs(after.second[j]) + Math.abs(after.third[j]) + Math.abs(before.third[j]);
            expect(Math.abs(after.first[j] - before.first[j])).toBeLessThan(1e-7 * scale);
            expect(Math.abs(after.second[j] - before.second[j])).toBeLessThan(1e-7 * scale);
          }
        }
        for (const end of [0, curve.length]) {
          for (const value of at(curve, end).second) expect(Math.abs(value)).toBeLessThan(1e-6);
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  test('reports the derivatives of what it evaluates', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 999 }), (points, permille) => {
        const curve = jointCurve(points.flat(), WIDTH);
        fc.pre(curve.length > 0.01);
        const parameter = (curve.length * permille) / 1000;
        // Away from the knots, where the third derivative jumps.
        const gap = Math.min(...curve.knots.map((knot) => Math.abs(knot - parameter)));
        const h = Math.min(1e-4, gap / 2);
        fc.pre(h > 1e-6);
        const [before, here, after] = [at(curve, parameter - h), at(curve, parameter), at(curve, parameter + h)];
        for (let j = 0; j < WIDTH; j++) {
          const scale = 1 + Math.abs(here.second[j]) + Math.abs(here.third[j]);
          expect((after.position[j] - before.position[j]) / (2 * h) / scale).toBeCloseTo(here.first[j] / scale, 5);
          expect((after.first[j] - before.first[j]) / (2 * h) / scale).toBeCloseTo(here.second[j] / scale, 5);
          expect((after.second[j] - before.second[j]) / (2 * h) / scale).toBeCloseTo(here.third[j] / scale, 5);
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  test('between two points is a straight line', () => {
    fc.assert(
      fc.property(fc.tuple(angle, angle, angle), fc.tuple(angle, angle, angle), angle, (a, b, share) => {
        const curve = jointCurve([...a, ...b], WIDTH);
        fc.pre(curve.length > 0);
        const t = Math.abs(share) / 2;
        const { position, second, third } = at(curve, t * curve.length);
        for (let j = 0; j < WIDTH; j++) expect(position[j]).toBeCloseTo(a[j] + (b[j] - a[j]) * t, 12);
        expect([...second, ...third].every((value) => Math.abs(value) === 0)).toBe(true);
      }),
      { seed },
    );
  });

  test('points that repeat change nothing', () => {
    const plain = jointCurve([0, 0, 0, 1, 0.5, 0, 1.5, 0.5, -1], WIDTH);
    const repeated = jointCurve([0, 0, 0, 0, 0, 0, 1, 0.5, 0, 1, 0.5, 0, 1, 0.5, 0, 1.5, 0.5, -1, 1.5, 0.5, -1], WIDTH);
    expect(repeated.length).toBe(plain.length);
    for (const parameter of [0, 0.3, 1, 1.7, 2]) expect(at(repeated, parameter)).toEqual(at(plain, parameter));
  });

  test('a single point, alone or repeated, is a curve of no length', () => {
    for (const points of [
      [1, 2, 3],
      [1, 2, 3, 1, 2, 3],
    ]) {
      const curve = jointCurve(points, WIDTH);
      expect(curve.length).toBe(0);
      expect([...at(curve, 0).position]).toEqual([1, 2, 3]);
      expect([...at(curve, 0).first]).toEqual([0, 0, 0]);
    }
  });

  test('no point at all, and points that are not finite, are refused', () => {
    expect(() => jointCurve([], WIDTH)).toThrow(RangeError);
    expect(() => jointCurve([0, 0, Number.NaN], WIDTH)).toThrow('point 0 is not finite');
    expect(() => jointCurve([0, 0, 0, 1, Number.POSITIVE_INFINITY, 0], WIDTH)).toThrow('point 1 is not finite');
    expect(() => jointCurve([0, 0, 0, 0, Number.NaN, 0], WIDTH)).toThrow('point 1 is not finite');
  });
});
