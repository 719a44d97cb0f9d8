// Owns affine transforms with scale and shear, as mesh files carry them. Everything that moves is rigid: see spatial.ts.
// Must never parse text.

import { cos, sin } from '../portable-math.ts';
import { cross, dot, normalize, type Vec3 } from '../spatial.ts';

export interface Affine {
  /** Row-major 3 x 4. */
  readonly rows: readonly number[];
  /** True when the transform turns left hands into right hands. */
  readonly mirrors: boolean;
}

function affine(rows: readonly number[]): Affine {
  const [x, y, z]: Vec3[] = [0, 1, 2].map((row) => [rows[row * 4], rows[row * 4 + 1], rows[row * 4 + 2]]);
  return { rows, mirrors: dot(cross(x, y), z) < 0 };
}

export const IDENTITY: Affine = affine([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);

export function scaling(factor: number): Affine {
  return affine([factor, 0, 0, 0, 0, factor, 0, 0, 0, 0, factor, 0]);
}

/** Turns a file whose named axis points up ("X_UP", "Y_UP" or "Z_UP") so that z does. */
export function turnUp(upAxis: string): Affine {
  if (upAxis === 'Z_UP') return IDENTITY;
  if (upAxis === 'X_UP') return affine([0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0]);
  return affine([1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0]);
}

/** First `b`, then `a`. */
export function multiply(a: Affine, b: Affine): Affine {
  const rows: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = column === 3 ? a.rows[row * 4 + 3] : 0;
      for (let k = 0; k < 3; k++) sum += a.rows[row * 4 + k] * b.rows[k * 4 + column];
      rows.push(sum);
    }
  }
  return affine(rows);
}

/** Transform of one Collada node element; undefined when it has too few numbers. Angles there are degrees. */
export function nodeTransform(
  kind: 'matrix' | 'translate' | 'rotate' | 'scale',
  values: Float64Array,
): Affine | undefined {
  const wanted = { matrix: 16, translate: 3, rotate: 4, scale: 3 }[kind];
  if (values.length !== wanted) return undefined;
  const [x, y, z] = values;
  switch (kind) {
    case 'matrix':
      return affine([...values.slice(0, 12)]);
    case 'translate':
      return affine([1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z]);
    case 'scale':
      return affine([x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0]);
    case 'rotate':
      return rotation(x, y, z, (values[3] * Math.PI) / 180);
  }
}

function rotation(ax: number, ay: number, az: number, angleRad: number): Affine {
  if (angleRad === 0 || (ax === 0 && ay === 0 && az === 0)) return IDENTITY;
  const [x, y, z] = normalize([ax, ay, az]);
  const c = cos(angleRad);
  const s = sin(angleRad);
  const k = 1 - c;
  return affine([
    c + x * x * k,
    x * y * k - z * s,
    x * z * k + y * s,
    0,
    y * x * k + z * s,
    c + y * y * k,
    y * z * k - x * s,
    0,
    z * x * k - y * s,
    z * y * k + x * s,
    c + z * z * k,
    0,
  ]);
}

export function transformPosition({ rows }: Affine, [x, y, z]: Vec3): Vec3 {
  return [
    rows[0] * x + rows[1] * y + rows[2] * z + rows[3],
    rows[4] * x + rows[5] * y + rows[6] * z + rows[7],
    rows[8] * x + rows[9] * y + rows[10] * z + rows[11],
  ];
}

/** Turns a normal with the cofactors of the linear part, which keeps it square to its surface; length is not kept. */
export function transformNormal({ rows, mirrors }: Affine, [x, y, z]: Vec3): Vec3 {
  const a: Vec3 = [rows[0], rows[1], rows[2]];
  const b: Vec3 = [rows[4], rows[5], rows[6]];
  const c: Vec3 = [rows[8], rows[9], rows[10]];
  const sign = mirrors ? -1 : 1;
  const n: Vec3 = [x * sign, y * sign, z * sign];
  return [dot(cross(b, c), n), dot(cross(c, a), n), dot(cross(a, b), n)];
}
