// Owns the module `capstan:linalg` of policy programs: matrices, decompositions and fits on plain lists of numbers, computed
// by ml-matrix. Bundled into one text for the sandbox; its declarations are printed from this file. Must never give out a
// class of the library, nor a number that is not finite.
//
// The engine of the sandbox brings its own mathematics, compiled once and equal on every machine, so that this module may
// use `Math` where the code outside may not (sim/portable-math.ts).

import { EigenvalueDecomposition, LuDecomposition, Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';
import { fail, readMatrix, readPoints, readVector, sizeOf } from './linalg/reading.ts';

/** Rows of equal length. */
export type Matrix = number[][];

/** A matrix whose inverse would magnify errors by more than this has none that means anything. */
const MAX_CONDITION = 1e14;

/** Zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return sizeOf('zeros', rows, columns);
}

/** Ones on the diagonal, zeros elsewhere. */
export function identity(size: number): Matrix {
  return sizeOf('identity', size, size).map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
}

/** These numbers on the diagonal, zeros elsewhere. */
export function diagonal(values: number[]): Matrix {
  readVector('diagonal', 'values', values);
  return values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));
}

/** `count` numbers from `start` to `end`, both included. */
export function linspace(start: number, end: number, count: number): number[] {
  readVector('linspace', 'start and end', [start, end]);
  if (!(Number.isInteger(count) && count >= 2)) fail('linspace', `count must be a whole number from 2, not ${count}`);
  return Array.from({ length: count }, (_, i) => start + ((end - start) * i) / (count - 1));
}

function sameSize(name: string, a: Matrix, b: Matrix): void {
  const [ma, mb] = [readMatrix(name, 'a', a), readMatrix(name, 'b', b)];
  if (ma.rows !== mb.rows || ma.columns !== mb.columns) {
    fail(name, `a is ${ma.rows} x ${ma.columns}, b is ${mb.rows} x ${mb.columns}: they must be of one size`);
  }
}

/** a + b, entry by entry. */
export function add(a: Matrix, b: Matrix): Matrix {
  sameSize('add', a, b);
  return a.map((row, i) => row.map((value, j) => value + b[i][j]));
}

/** a - b, entry by entry. */
export function subtract(a: Matrix, b: Matrix): Matrix {
  sameSize('subtract', a, b);
  return a.map((row, i) => row.map((value, j) => value - b[i][j]));
}

/** Every entry times a factor. */
export function scale(a: Matrix, factor: number): Matrix {
  readVector('scale', 'factor', [factor]);
  return readMatrix('scale', 'a', a).mul(factor).to2DArray();
}

/** Matrix product a b. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const [ma, mb] = [readMatrix('multiply', 'a', a), readMatrix('multiply', 'b', b)];
  if (ma.columns !== mb.rows) {
    fail('multiply', `a has ${ma.columns} columns, b has ${mb.rows} rows: they do not multiply`);
  }
  return ma.mmul(mb).to2DArray();
}

/** Matrix times vector. */
export function multiplyVector(a: Matrix, v: number[]): number[] {
  const m = readMatrix('multiplyVector', 'a', a);
  readVector('multiplyVector', 'v', v, m.columns);
  return a.map((row) => dot(row, v));
}

/** Rows become columns. */
export function transpose(a: Matrix): Matrix {
  return readMatrix('transpose', 'a', a).transpose().to2DArray();
}

/** Scalar product of two lists of one length. */
export function dot(a: number[], b: number[]): number {
  readVector('dot', 'a', a);
  readVector('dot', 'b', b, a.length);
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** Length of a vector of any number of components. */
export function norm(v: number[]): number {
  readVector('norm', 'v', v);
  return Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
}

/** Outer product: entry i, j is a[i] b[j]. */
export function outer(a: number[], b: number[]): Matrix {
  readVector('outer', 'a', a);
  readVector('outer', 'b', b);
  return a.map((x) => b.map((y) => x * y));
}

function square(name: string, a: Matrix): MlMatrix {
  const m = readMatrix(name, 'a', a);
  if (m.rows !== m.columns) fail(name, `a is ${m.rows} x ${m.columns}; it must be square`);
  return m;
}

function oneNorm(m: MlMatrix): number {
  return Math.max(
    ...m
      .transpose()
      .to2DArray()
      .map((column) => column.reduce((sum, x) => sum + Math.abs(x), 0)),
  );
}

/** The decomposition and the inverse of a matrix that has one. */
function inverted(name: string, m: MlMatrix): { readonly lu: LuDecomposition; readonly inverse: MlMatrix } {
  const lu = new LuDecomposition(m);
  const inverse = lu.isSingular() ? null : lu.solve(MlMatrix.eye(m.rows, m.rows));
  if (inverse === null || !(oneNorm(m) * oneNorm(inverse) < MAX_CONDITION)) {
    fail(
      name,
      'the matrix is singular, or so nearly that its inverse means nothing; leastSquares and pseudoInverse take it',
    );
  }
  return { lu, inverse };
}

/** Inverse of a square matrix; a RangeError for a singular one. */
export function inverse(a: Matrix): Matrix {
  return inverted('inverse', square('inverse', a)).inverse.to2DArray();
}

/** Determinant of a square matrix. */
export function determinant(a: Matrix): number {
  return new LuDecomposition(square('determinant', a)).determinant;
}

/** The x with a x = b, for a square matrix; a RangeError for a singular one. */
export function solve(a: Matrix, b: number[]): number[] {
  const m = square('solve', a);
  readVector('solve', 'b', b, m.rows);
  return inverted('solve', m).lu.solve(MlMatrix.columnVector(b)).to1DArray();
}

function decompose(m: MlMatrix): SingularValueDecomposition {
  return new SingularValueDecomposition(m, { autoTranspose: true });
}

/** Singular values below this are nothing but rounding. */
function negligible(m: MlMatrix, largest: number): number {
  return Math.max(m.rows, m.columns) * Number.EPSILON * largest;
}

/**
 * The x that makes a x come nearest to b, of all such the shortest; for a matrix of any shape.
 * `residual` is the length of a x - b.
 */
export function leastSquares(a: Matrix, b: number[]): { x: number[]; residual: number; rank: number } {
  const m = readMatrix('leastSquares', 'a', a);
  readVector('leastSquares', 'b', b, m.rows);
  const { x, rank: independent } = solveByParts(m, b);
  const miss = multiplyVector(a, x).map((value, i) => value - b[i]);
  return { x, residual: norm(miss), rank: independent };
}

function solveByParts(m: MlMatrix, b: number[]): { x: number[]; rank: number } {
  const { u, s, v } = thin(m);
  const limit = negligible(m, s[0]);
  const kept = s.filter((value) => value > limit).length;
  const x = new Array<number>(m.columns).fill(0);
  for (let k = 0; k < kept; k++) {
    const along = b.reduce((sum, value, i) => sum + value * u[i][k], 0) / s[k];
    for (let j = 0; j < x.length; j++) x[j] += along * v[j][k];
  }
  return { x, rank: kept };
}

function thin(m: MlMatrix): { u: Matrix; s: number[]; v: Matrix } {
  const parts = decompose(m);
  const count = Math.min(m.rows, m.columns);
  const columns = (matrix: MlMatrix) => matrix.to2DArray().map((row) => row.slice(0, count));
  return {
    u: columns(parts.leftSingularVectors),
    s: parts.diagonal.slice(0, count),
    v: columns(parts.rightSingularVectors),
  };
}

/**
 * Singular values, largest first, and their vectors as columns: a = u diagonal(singularValues) transpose(v), with
 * min(rows, columns) columns in u and v.
 */
export function svd(a: Matrix): { u: Matrix; singularValues: number[]; v: Matrix } {
  const { u, s, v } = thin(readMatrix('svd', 'a', a));
  return { u, singularValues: s, v };
}

/** How many rows of a matrix are independent. */
export function rank(a: Matrix): number {
  const m = readMatrix('rank', 'a', a);
  const { s } = thin(m);
  return s.filter((value) => value > negligible(m, s[0])).length;
}

/** Moore-Penrose inverse, of a matrix of any shape and rank. */
export function pseudoInverse(a: Matrix): Matrix {
  const m = readMatrix('pseudoInverse', 'a', a);
  const unit = (i: number) => Array.from({ length: m.rows }, (_, k) => (k === i ? 1 : 0));
  return transpose(Array.from({ length: m.rows }, (_, i) => solveByParts(m, unit(i)).x));
}

/** Eigenvalues of a symmetric matrix, smallest first, and unit eigenvectors: `vectors[k]` belongs to `values[k]`. */
export function eigenSymmetric(a: Matrix): { values: number[]; vectors: number[][] } {
  const m = square('eigenSymmetric', a);
  const size = Math.max(...a.flat().map(Math.abs));
  const crooked = a.some((row, i) => row.some((value, j) => Math.abs(value - a[j][i]) > 1e-9 * size));
  if (crooked) fail('eigenSymmetric', 'a is not symmetric; svd takes any matrix');
  const parts = new EigenvalueDecomposition(m, { assumeSymmetric: true });
  return { values: [...parts.realEigenvalues], vectors: parts.eigenvectorMatrix.transpose().to2DArray() };
}

/** The middle of points of any dimension: the mean of each component. */
export function meanPoint(points: number[][]): number[] {
  const m = readPoints('meanPoint', 'points', points, 1);
  return m.mean('column');
}

/** Covariance of points of any dimension (divided by n - 1). */
export function covariance(points: number[][]): Matrix {
  const m = readPoints('covariance', 'points', points, 2);
  const centred = m.subRowVector(m.mean('column'));
  return centred
    .transpose()
    .mmul(centred)
    .div(m.rows - 1)
    .to2DArray();
}

/**
 * Principal components of points: their middle, unit axes with the longest spread first, and the standard deviation of
 * the points along each.
 */
export function principalAxes(points: number[][]): { mean: number[]; axes: number[][]; deviations: number[] } {
  readPoints('principalAxes', 'points', points, 2);
  const { values, vectors } = eigenSymmetric(covariance(points));
  return {
    mean: meanPoint(points),
    axes: vectors.reverse(),
    deviations: values.reverse().map((value) => Math.sqrt(Math.max(0, value))),
  };
}

/** The plane nearest to 3-D points: a point on it, its unit normal, and the root mean square distance of the points. */
export function fitPlane(points: number[][]): { point: number[]; normal: number[]; rms: number } {
  const m = readPoints('fitPlane', 'points', points, 3, 3);
  const { mean, axes, deviations } = principalAxes(points);
  if (deviations[1] <= 1e-9 * deviations[0]) fail('fitPlane', 'the points lie on one line: they name no plane');
  return { point: mean, normal: axes[2], rms: deviations[2] * Math.sqrt((m.rows - 1) / m.rows) };
}

/**
 * The rigid transform that takes points `from` to points `to` with the least squares error (Kabsch 1976): `to` is
 * multiplyVector(rotation, from) + translation. Pairs by index; 2-D or 3-D points, at least as many as dimensions.
 */
export function fitRigidTransform(
  from: number[][],
  to: number[][],
): { rotation: Matrix; translation: number[]; rms: number } {
  const dimension = from[0]?.length === 2 ? 2 : 3;
  const source = readPoints('fitRigidTransform', 'from', from, dimension, dimension);
  const target = readPoints('fitRigidTransform', 'to', to, dimension, dimension);
  if (source.rows !== target.rows) {
    fail('fitRigidTransform', `from has ${source.rows} points, to has ${target.rows}; they go in pairs`);
  }
  const [middleFrom, middleTo] = [source.mean('column'), target.mean('column')];
  const h = source.subRowVector(middleFrom).transpose().mmul(target.subRowVector(middleTo));
  const { u, s, v } = thin(h);
  if (!(s[dimension - 2] > negligible(h, s[0]) * 1e3)) {
    fail('fitRigidTransform', 'the points lie in one spot or on one line: they name no rotation');
  }
  // The last axis is turned over where the best fit would be a mirror image.
  const mirrored = determinant(multiply(v, transpose(u))) < 0;
  const signed = v.map((row) => row.map((value, k) => (mirrored && k === dimension - 1 ? -value : value)));
  const rotation = multiply(signed, transpose(u));
  const turned = multiplyVector(rotation, middleFrom);
  const translation = middleTo.map((value, i) => value - turned[i]);
  const squares = from.map((point, i) => {
    const moved = multiplyVector(rotation, point);
    return moved.reduce((sum, value, k) => sum + (value + translation[k] - to[i][k]) ** 2, 0);
  });
  return { rotation, translation, rms: Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length) };
}

/** Coefficients, constant first, of the polynomial of a degree that comes nearest to the points (x[i], y[i]). */
export function fitPolynomial(x: number[], y: number[], degree: number): number[] {
  readVector('fitPolynomial', 'x', x);
  readVector('fitPolynomial', 'y', y, x.length);
  if (!(Number.isInteger(degree) && degree >= 0 && degree < new Set(x).size)) {
    fail('fitPolynomial', `degree ${degree} needs ${degree + 1} different x; there are ${new Set(x).size}`);
  }
  // Powers of x in [-1, 1] stay apart; the coefficients are scaled back.
  const reach = Math.max(...x.map(Math.abs)) || 1;
  const rows = x.map((value) => Array.from({ length: degree + 1 }, (_, k) => (value / reach) ** k));
  return leastSquares(rows, y).x.map((value, k) => value / reach ** k);
}

/** Value at x of a polynomial given by its coefficients, constant first. */
export function evaluatePolynomial(coefficients: number[], x: number): number {
  readVector('evaluatePolynomial', 'coefficients', coefficients);
  return coefficients.reduceRight((sum, value) => sum * x + value, 0);
}
