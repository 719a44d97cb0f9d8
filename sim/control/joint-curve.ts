// Owns the geometry of a joint path: a curve through joint points, without time. A curve has a parameter from 0 to
// `length`, which is the sum of the largest joint changes between its points (radians).

/** A curve in joint space; `width` values per point. */
export interface JointCurve {
  readonly width: number;
  readonly length: number;
  /** Parameters of the points, from 0 to `length`; between two of them the third derivative is constant. */
  readonly knots: readonly number[];
  /** Writes position and, if given, the first three derivatives with respect to the parameter. */
  evaluate(
    parameter: number,
    position: Float64Array,
    first?: Float64Array,
    second?: Float64Array,
    third?: Float64Array,
  ): void;
}

/** Points closer than this, in the largest joint change, are one point (radians). */
const SAME_POINT_RAD = 1e-9;

/**
 * Natural cubic spline through `points` (row-major, count x width); a straight line for two points. Points that repeat
 * the one before are left out.
 * @param together points of every curve that is passed in step with this one, row by row: the parameter grows by the
 *   largest change of any of them, so that all of them are at row k at the same parameter
 * @throws RangeError when fewer than one point or a value that is not finite is given
 */
export function jointCurve(
  points: ArrayLike<number>,
  width: number,
  together: readonly ArrayLike<number>[] = [points],
): JointCurve {
  const rows: number[] = [];
  const knots: number[] = [];
  let length = 0;
  for (let row = 0; row * width < points.length; row++) {
    if (rows.length > 0) {
      const before = rows[rows.length - 1];
      let change = 0;
      for (const each of together) {
        for (let j = 0; j < width; j++) {
          change = Math.max(change, Math.abs(each[row * width + j] - each[before * width + j]));
        }
      }
      if (change < SAME_POINT_RAD) continue;
      length += change;
    }
    for (let j = 0; j < width; j++) {
      if (!Number.isFinite(points[row * width + j])) throw new RangeError(`joint path point ${row} is not finite`);
    }
    rows.push(row);
    knots.push(length);
  }
  if (rows.length === 0) throw new RangeError('a joint path needs at least one point');
  const value = (i: number, j: number) => points[rows[i] * width + j];
  const curvature = naturalSplineCurvature(knots, value, width);

  return {
    width,
    length,
    knots,
    evaluate: (parameter, position, first, second, third) => {
      const last = rows.length - 1;
      if (last === 0) {
        for (let j = 0; j < width; j++) position[j] = value(0, j);
        first?.fill(0);
        second?.fill(0);
        third?.fill(0);
        return;
      }
      let i = 0;
      while (i < last - 1 && parameter > knots[i + 1]) i++;
      const h = knots[i + 1] - knots[i];
      const b = (parameter - knots[i]) / h;
      const a = 1 - b;
      for (let j = 0; j < width; j++) {
        const y0 = value(i, j);
        const y1 = value(i + 1, j);
        const m0 = curvature[i * width + j];
        const m1 = curvature[(i + 1) * width + j];
        position[j] = a * y0 + b * y1 + ((a * a * a - a) * m0 + (b * b * b - b) * m1) * ((h * h) / 6);
        if (first) first[j] = (y1 - y0) / h + ((3 * b * b - 1) * m1 - (3 * a * a - 1) * m0) * (h / 6);
        if (second) second[j] = a * m0 + b * m1;
        if (third) third[j] = (m1 - m0) / h;
      }
    },
  };
}

/** Second derivatives at the knots of the natural cubic spline (tridiagonal system, Thomas algorithm). */
function naturalSplineCurvature(
  knots: readonly number[],
  value: (i: number, j: number) => number,
  width: number,
): Float64Array {
  const count = knots.length;
  const curvature = new Float64Array(count * width);
  if (count < 3) return curvature;
  const upper = new Float64Array(count);
  for (let j = 0; j < width; j++) {
    upper[0] = 0;
    for (let i = 1; i < count - 1; i++) {
      const before = knots[i] - knots[i - 1];
      const after = knots[i + 1] - knots[i];
      const slopeChange = (value(i + 1, j) - value(i, j)) / after - (value(i, j) - value(i - 1, j)) / before;
      const pivot = 2 * (before + after) - before * upper[i - 1];
      upper[i] = after / pivot;
      curvature[i * width + j] = (6 * slopeChange - before * curvature[(i - 1) * width + j]) / pivot;
    }
    for (let i = count - 2; i > 0; i--) curvature[i * width + j] -= upper[i] * curvature[(i + 1) * width + j];
  }
  return curvature;
}
