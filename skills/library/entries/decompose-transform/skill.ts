import { type Pose, quatFromMat3 } from 'capstan:math';

/**
 * Position and orientation of a rigid transform given as a matrix of four rows. A RangeError for a matrix that is none:
 * its last row must be 0, 0, 0, 1 and its first three columns a rotation.
 */
export function decomposeTransform(aFromB: number[][]): Pose {
  const refuse = (what: string): never => {
    throw new RangeError(`decomposeTransform: ${what}.`);
  };
  if (aFromB.length !== 4 || aFromB.some((row) => row.length !== 4))
    refuse('a transform has four rows of four numbers');
  if (!aFromB.flat().every(Number.isFinite)) refuse('every number must be finite');
  const [[a, b, c, x], [d, e, f, y], [g, h, i, z], last] = aFromB;
  if (last.some((value, k) => Math.abs(value - (k === 3 ? 1 : 0)) > 1e-9)) refuse('the last row must be 0, 0, 0, 1');
  const squares = [a * a + d * d + g * g, b * b + e * e + h * h, c * c + f * f + i * i];
  const products = [a * b + d * e + g * h, a * c + d * f + g * i, b * c + e * f + h * i];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const isRotation =
    squares.every((square) => Math.abs(square - 1) < 2e-3) && products.every((p) => Math.abs(p) < 1e-3);
  if (!isRotation || determinant < 0) refuse('the first three rows and columns are no rotation');
  return {
    position: [x, y, z],
    quatWxyz: quatFromMat3([
      [a, b, c],
      [d, e, f],
      [g, h, i],
    ]),
  };
}
