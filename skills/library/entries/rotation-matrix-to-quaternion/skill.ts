/**
 * Unit quaternion, w not negative, of a rotation matrix of three rows, by the branch whose divisor is largest (Shepperd
 * 1978). A RangeError for a matrix that is no rotation: rows not of unit length, not square to each other, or a mirror.
 */
export function rotationMatrixToQuaternion(rotation: number[][]): [w: number, x: number, y: number, z: number] {
  if (rotation.length !== 3 || rotation.some((row) => row.length !== 3)) {
    throw new RangeError('rotationMatrixToQuaternion: a rotation matrix has three rows of three numbers.');
  }
  const [[a, b, c], [d, e, f], [g, h, i]] = rotation;
  const squares = [a * a + b * b + c * c, d * d + e * e + f * f, g * g + h * h + i * i];
  const products = [a * d + b * e + c * f, a * g + b * h + c * i, d * g + e * h + f * i];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const isRotation =
    squares.every((square) => Math.abs(square - 1) < 2e-3) &&
    products.every((product) => Math.abs(product) < 1e-3) &&
    determinant > 0;
  if (!isRotation) {
    throw new RangeError(
      'rotationMatrixToQuaternion: the matrix is no rotation: its rows must be of unit length and square to each other, its determinant 1.',
    );
  }
  const four = [1 + a + e + i, 1 + a - e - i, 1 - a + e - i, 1 - a - e + i];
  const largest = four.indexOf(Math.max(...four));
  const quat = [
    [four[0], h - f, c - g, d - b],
    [h - f, four[1], b + d, c + g],
    [c - g, b + d, four[2], f + h],
    [d - b, c + g, f + h, four[3]],
  ][largest];
  const length = Math.sqrt(quat.reduce((sum, value) => sum + value * value, 0));
  const scale = quat[0] < 0 ? -1 / length : 1 / length;
  return [quat[0] * scale, quat[1] * scale, quat[2] * scale, quat[3] * scale];
}
