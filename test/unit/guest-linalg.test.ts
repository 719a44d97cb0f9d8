import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as linalg from '../../skills/sandbox/modules/linalg.ts';
import { openBench } from './sandbox-bench.ts';

const settings = { seed: Number(process.env.CAPSTAN_TEST_SEED), numRuns: 100 };
const entry = fc.integer({ min: -9, max: 9 });
const number = fc.double({ min: -5, max: 5, noNaN: true });

function matrixOf(rows: number, columns: number, value: fc.Arbitrary<number> = entry): fc.Arbitrary<number[][]> {
  const row = fc.array(value, { minLength: columns, maxLength: columns });
  return fc.array(row, { minLength: rows, maxLength: rows });
}

const size = fc.integer({ min: 1, max: 6 });
const squares = size.chain((n) => matrixOf(n, n));
const oblongs = fc.tuple(size, size).chain(([m, n]) => matrixOf(m, n));

/** Determinant of whole numbers without rounding (Bareiss 1968). */
function exactDeterminant(a: readonly (readonly number[])[]): bigint {
  const m = a.map((row) => row.map(BigInt));
  let [sign, last] = [1n, 1n];
  for (let k = 0; k < m.length - 1; k++) {
    const pivot = m.findIndex((row, i) => i >= k && row[k] !== 0n);
    if (pivot < 0) return 0n;
    if (pivot !== k) {
      [m[k], m[pivot]] = [m[pivot], m[k]];
      sign = -sign;
    }
    for (let i = k + 1; i < m.length; i++) {
      for (let j = k + 1; j < m.length; j++) m[i][j] = (m[i][j] * m[k][k] - m[i][k] * m[k][j]) / last;
    }
    last = m[k][k];
  }
  return sign * m[m.length - 1][m.length - 1];
}

/** The solution by Cramer's rule in whole numbers: exact but for one division each. */
function exactSolution(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const whole = exactDeterminant(a);
  return a.map((_, k) => {
    const replaced = a.map((row, i) => row.map((value, j) => (j === k ? b[i] : value)));
    return Number(exactDeterminant(replaced)) / Number(whole);
  });
}

function expectNear(found: readonly (readonly number[])[], wanted: readonly (readonly number[])[], tolerance: number) {
  expect(found.length).toBe(wanted.length);
  found.forEach((row, i) => {
    expect(row.length).toBe(wanted[i].length);
    row.forEach((value, j) => {
      expect(Math.abs(value - wanted[i][j])).toBeLessThan(tolerance);
    });
  });
}

describe('capstan:linalg', () => {
  test('solves, inverts and takes determinants as whole numbers without rounding do', () => {
    fc.assert(
      fc.property(
        squares.chain((a) => fc.tuple(fc.constant(a), fc.array(entry, { minLength: a.length, maxLength: a.length }))),
        ([a, b]) => {
          const exact = exactDeterminant(a);
          expect(Math.abs(linalg.determinant(a) - Number(exact))).toBeLessThan(
            1e-9 * Math.max(1, Math.abs(Number(exact))),
          );
          if (exact === 0n) {
            expect(() => linalg.solve(a, b)).toThrow(/solve: the matrix is singular.*leastSquares/);
            expect(() => linalg.inverse(a)).toThrow(/inverse: the matrix is singular/);
            return;
          }
          const wanted = exactSolution(a, b);
          const reach = Math.max(1, ...wanted.map(Math.abs));
          expectNear([linalg.solve(a, b)], [wanted], 1e-9 * reach);
          const columns = linalg.transpose(linalg.identity(a.length)).map((unit) => exactSolution(a, unit));
          expectNear(linalg.inverse(a), linalg.transpose(columns), 1e-9 * Math.max(1, ...columns.flat().map(Math.abs)));
        },
      ),
      settings,
    );
  });

  test('takes a matrix apart into singular values and puts it together again, of any shape and rank', () => {
    fc.assert(
      fc.property(oblongs, (a) => {
        const { u, singularValues, v } = linalg.svd(a);
        expectNear(linalg.multiply(linalg.multiply(u, linalg.diagonal(singularValues)), linalg.transpose(v)), a, 1e-11);
        expect([...singularValues].sort((x, y) => y - x)).toEqual(singularValues);
        const p = linalg.pseudoInverse(a);
        const [ap, pa] = [linalg.multiply(a, p), linalg.multiply(p, a)];
        const reach = Math.max(1, ...p.flat().map(Math.abs)) ** 2;
        // The four conditions of Penrose.
        expectNear(linalg.multiply(ap, a), a, 1e-9 * reach);
        expectNear(linalg.multiply(pa, p), p, 1e-9 * reach);
        expectNear(linalg.transpose(ap), ap, 1e-9 * reach);
        expectNear(linalg.transpose(pa), pa, 1e-9 * reach);
      }),
      settings,
    );
  });

  test('finds the least squares: what is left stands square on every column', () => {
    fc.assert(
      fc.property(oblongs, (a) => {
        const b = a.map((row, i) => row[0] - 3 * i + 1);
        const { x, residual, rank } = linalg.leastSquares(a, b);
        const miss = linalg.multiplyVector(a, x).map((value, i) => value - b[i]);
        expect(Math.abs(residual - linalg.norm(miss))).toBeLessThan(1e-12);
        const reach = Math.max(1, ...x.map(Math.abs));
        for (const column of linalg.transpose(a)) expect(Math.abs(linalg.dot(column, miss))).toBeLessThan(1e-8 * reach);
        expect(rank).toBe(linalg.rank(a));
      }),
      settings,
    );
  });

  test('finds eigenvalues and eigenvectors of symmetric matrices, smallest first', () => {
    fc.assert(
      fc.property(squares, (a) => {
        const s = linalg.add(a, linalg.transpose(a));
        const { values, vectors } = linalg.eigenSymmetric(s);
        expect([...values].sort((x, y) => x - y)).toEqual(values);
        vectors.forEach((vector, k) => {
          expect(Math.abs(linalg.norm(vector) - 1)).toBeLessThan(1e-12);
          expectNear([linalg.multiplyVector(s, vector)], [vector.map((x) => x * values[k])], 1e-10);
        });
      }),
      settings,
    );
  });

  test('recovers a rigid transform from points, in the plane and in space, never a mirror image', () => {
    const points = fc
      .integer({ min: 2, max: 3 })
      .chain((n) =>
        fc.tuple(
          matrixOf(8, n, number),
          fc.array(number, { minLength: n, maxLength: n }),
          fc.double({ min: -3, max: 3, noNaN: true }),
          fc.double({ min: -1, max: 1, noNaN: true }),
        ),
      );
    fc.assert(
      fc.property(points, ([from, shift, turn, tilt]) => {
        const { singularValues } = linalg.svd(linalg.covariance(from));
        fc.pre(singularValues[from[0].length - 2] > 0.1);
        const [c, s, d, t] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
        const flat = [
          [c, -s],
          [s, c],
        ];
        const wanted =
          shift.length === 2
            ? flat
            : [
                [c, -s * d, s * t],
                [s, c * d, -c * t],
                [0, t, d],
              ];
        const to = from.map((p) => linalg.multiplyVector(wanted, p).map((value, i) => value + shift[i]));
        const { rotation, translation, rms } = linalg.fitRigidTransform(from, to);
        expectNear(rotation, wanted, 1e-8);
        expectNear([translation], [shift], 1e-7);
        expect(rms).toBeLessThan(1e-8);
        // Of mirrored points the fit is bad, but a rotation still.
        const mirrored = from.map(([x, ...rest]) => [-x, ...rest]);
        expect(Math.abs(linalg.determinant(linalg.fitRigidTransform(from, mirrored).rotation) - 1)).toBeLessThan(1e-8);
      }),
      settings,
    );
  });

  test('fits planes, axes and polynomials', () => {
    const points = Array.from({ length: 50 }, (_, k) => {
      const [x, y] = [Math.sin(k * 1.7), 3 * Math.cos(k * 2.3)];
      return [x, y, 0.5 * x - 0.2 * y + 0.7];
    });
    const { point, normal, rms } = linalg.fitPlane(points);
    const upright = normal.map((value) => value / normal[2]);
    expectNear([upright], [[-0.5, 0.2, 1]], 1e-9);
    expect(rms).toBeLessThan(1e-8);
    expect(point[2]).toBeCloseTo(0.5 * point[0] - 0.2 * point[1] + 0.7, 9);
    const { mean, axes, deviations } = linalg.principalAxes(points);
    expect(mean).toEqual(linalg.meanPoint(points));
    expect(Math.abs(axes[0][1])).toBeGreaterThan(0.9);
    expect(deviations[0]).toBeGreaterThan(deviations[1]);
    const x = linalg.linspace(-2, 5, 12);
    const y = x.map((value) => 3 - value + 0.25 * value ** 3);
    expectNear([linalg.fitPolynomial(x, y, 3)], [[3, -1, 0, 0.25]], 1e-9);
    expect(linalg.evaluatePolynomial([3, -1, 0, 0.25], 2)).toBe(3);
  });

  test('knows the small things, and leaves what it is given as it was', () => {
    const a = [
      [1, 2],
      [3, 4],
    ];
    linalg.scale(a, 5);
    linalg.inverse(a);
    linalg.svd(a);
    expect(a).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(linalg.subtract(linalg.add(a, a), a)).toEqual(a);
    expect(linalg.outer([1, 2], [3, 4])).toEqual([
      [3, 4],
      [6, 8],
    ]);
    expect(linalg.zeros(1, 2)).toEqual([[0, 0]]);
    expect(
      linalg.covariance([
        [0, 0],
        [2, 2],
      ]),
    ).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'rows of different length',
      () => linalg.multiply([[1, 2], [3]], [[1]]),
      /multiply: a\[1\] has 1 entries, a\[0\] has 2/,
    ],
    ['sizes that do not fit', () => linalg.multiply([[1, 2]], [[1, 2]]), /a has 2 columns, b has 1 rows/],
    [
      'NaN',
      () =>
        linalg.inverse([
          [1, Number.NaN],
          [0, 1],
        ]),
      /inverse: a\[0\]\[1\] is NaN; every number must be finite/,
    ],
    ['an infinity', () => linalg.norm([1, Number.POSITIVE_INFINITY]), /norm: v\[1\] is Infinity/],
    ['nothing', () => linalg.meanPoint([]), /meanPoint: points has no rows/],
    ['an oblong matrix', () => linalg.determinant([[1, 2]]), /a is 1 x 2; it must be square/],
    [
      'a crooked matrix',
      () =>
        linalg.eigenSymmetric([
          [1, 2],
          [0, 1],
        ]),
      /not symmetric; svd takes any/,
    ],
    ['a vector of the wrong length', () => linalg.solve([[1]], [1, 2]), /solve: b has 2 entries; it must have 1/],
    [
      'points on a line',
      () =>
        linalg.fitPlane([
          [0, 0, 0],
          [1, 1, 1],
          [2, 2, 2],
        ]),
      /lie on one line/,
    ],
    [
      'pairs that do not match',
      () =>
        linalg.fitRigidTransform(
          [
            [0, 0],
            [1, 0],
          ],
          [
            [0, 0],
            [1, 0],
            [2, 2],
          ],
        ),
      /go in pairs/,
    ],
    [
      'points in one spot',
      () =>
        linalg.fitRigidTransform(
          [
            [1, 1],
            [1, 1],
          ],
          [
            [0, 0],
            [1, 0],
          ],
        ),
      /name no rotation/,
    ],
    [
      'a degree too high',
      () => linalg.fitPolynomial([1, 1, 2], [0, 0, 0], 2),
      /degree 2 needs 3 different x; there are 2/,
    ],
    ['a size of nothing', () => linalg.identity(0), /0 is no size/],
    ['an enormous size', () => linalg.zeros(1e6, 1e6), /1000000 is no size/],
    ['a list that is none', () => linalg.norm('abc' as unknown as number[]), /v is a string; it must be a list/],
  ])('says in words what is wrong with %s', (_what, compute, words) => {
    expect(compute).toThrow(RangeError);
    expect(compute).toThrow(words);
  });

  test('computes inside the sandbox what it computes here', async () => {
    const a = Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => 1 / (i + j + 1)));
    const bench = await openBench();
    const [line] = await bench.printed(
      `import { inverse, svd, eigenSymmetric, fitRigidTransform } from 'capstan:linalg';
const a = ${JSON.stringify(a)};
const from = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]];
const to = [[1, 2, 3], [1, 3, 3], [0, 2, 3], [1, 2, 4]];
console.log(JSON.stringify([inverse(a), svd(a).singularValues, eigenSymmetric(a).values, fitRigidTransform(from, to)]));`,
    );
    const [inverse, singular, eigen, rigid] = JSON.parse(line);
    // The inverse of the Hilbert matrix is whole (Choi 1983); its condition is 1.5e7.
    const exact = a.map((_, i) => a.map((_, j) => exactSolution(scaledHilbert(), unitRow(j))[i]));
    expectNear(inverse, exact, 1e-2);
    expectNear([singular], [[...eigen].reverse()], 1e-14);
    expect(rigid.rotation.map((row: number[]) => row.map((x) => Math.round(x * 1e9) / 1e9 + 0))).toEqual([
      [0, -1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
  });
});

/** 27720 times the Hilbert matrix of size 6: whole numbers. */
function scaledHilbert(): number[][] {
  return Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => 27720 / (i + j + 1)));
}

function unitRow(j: number): number[] {
  return Array.from({ length: 6 }, (_, i) => (i === j ? 27720 : 0));
}
