// Owns circles and spheres through points, by least squares with the worst points set aside. Metres.
// Must never know what the points belong to.

export interface CircleFit {
  readonly x: number;
  readonly y: number;
  readonly radiusM: number;
  /** Root mean square distance of the kept points from the circle, metres. */
  readonly residualM: number;
}

export interface SphereFit extends CircleFit {
  readonly z: number;
}

/** Share of points kept after the first pass: edges of depth pictures fly. */
const KEPT = 0.9;

/** Circle near points of a plane (algebraic fit of I. Kåsa, 1976, then without the worst tenth); undefined on a line. */
export function fitCircle(x: ArrayLike<number>, y: ArrayLike<number>): CircleFit | undefined {
  let kept = Array.from({ length: x.length }, (_, i) => i);
  let fit: CircleFit | undefined;
  for (let pass = 0; pass < 2; pass++) {
    const circle = solve(kept, [x, y]);
    if (circle === undefined) return fit;
    const [cx, cy, radiusM] = circle;
    const off = kept.map((i) => {
      const dx = x[i] - cx;
      const dy = y[i] - cy;
      return Math.abs(Math.sqrt(dx * dx + dy * dy) - radiusM);
    });
    fit = { x: cx, y: cy, radiusM, residualM: trimmedRoot(off) };
    kept = without(kept, off);
  }
  return fit;
}

/** Sphere near points; undefined when they lie in a plane. */
export function fitSphere(x: ArrayLike<number>, y: ArrayLike<number>, z: ArrayLike<number>): SphereFit | undefined {
  let kept = Array.from({ length: x.length }, (_, i) => i);
  let fit: SphereFit | undefined;
  for (let pass = 0; pass < 2; pass++) {
    const sphere = solve(kept, [x, y, z]);
    if (sphere === undefined) return fit;
    const [cx, cy, cz, radiusM] = sphere;
    const off = kept.map((i) => {
      const dx = x[i] - cx;
      const dy = y[i] - cy;
      const dz = z[i] - cz;
      return Math.abs(Math.sqrt(dx * dx + dy * dy + dz * dz) - radiusM);
    });
    fit = { x: cx, y: cy, z: cz, radiusM, residualM: trimmedRoot(off) };
    kept = without(kept, off);
  }
  return fit;
}

function without(kept: readonly number[], off: readonly number[]): number[] {
  const limit = [...off].sort((a, b) => a - b)[Math.floor((off.length - 1) * KEPT)];
  return kept.filter((_, i) => off[i] <= limit);
}

function trimmedRoot(off: readonly number[]): number {
  const sorted = [...off].sort((a, b) => a - b);
  const n = Math.max(1, Math.floor(sorted.length * KEPT));
  let sum = 0;
  for (let i = 0; i < n; i++) sum += sorted[i] * sorted[i];
  return Math.sqrt(sum / n);
}

/** Solves |p|^2 = 2 c . p + k by least squares about the mean; answers the centre and the radius. */
function solve(kept: readonly number[], axes: readonly ArrayLike<number>[]): number[] | undefined {
  const d = axes.length;
  const n = kept.length;
  if (n < d + 2) return undefined;
  const means = axes.map((axis) => kept.reduce((sum, i) => sum + axis[i], 0) / n);
  // Normal equations of the centred problem: covariance * c = moment / 2.
  const rows = Array.from({ length: d }, () => new Float64Array(d + 1));
  let meanSquare = 0;
  for (const i of kept) {
    let square = 0;
    for (let a = 0; a < d; a++) {
      const p = axes[a][i] - means[a];
      square += p * p;
    }
    meanSquare += square / n;
    for (let a = 0; a < d; a++) {
      const p = axes[a][i] - means[a];
      for (let b = 0; b < d; b++) rows[a][b] += (p * (axes[b][i] - means[b])) / n;
      rows[a][d] += (p * square) / (2 * n);
    }
  }
  let size = 0;
  for (let a = 0; a < d; a++) size = Math.max(size, rows[a][a]);
  for (let a = 0; a < d; a++) {
    let pivot = a;
    for (let b = a + 1; b < d; b++) if (Math.abs(rows[b][a]) > Math.abs(rows[pivot][a])) pivot = b;
    [rows[a], rows[pivot]] = [rows[pivot], rows[a]];
    if (!(Math.abs(rows[a][a]) > 1e-4 * size)) return undefined;
    for (let b = 0; b < d; b++) {
      if (b === a) continue;
      const factor = rows[b][a] / rows[a][a];
      for (let c = a; c <= d; c++) rows[b][c] -= factor * rows[a][c];
    }
  }
  const centre = rows.map((row, a) => row[d] / row[a]);
  const radius = Math.sqrt(centre.reduce((sum, c) => sum + c * c, meanSquare));
  return [...centre.map((c, a) => c + means[a]), radius];
}
