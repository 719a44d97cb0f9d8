// Owns solids drawn by their level sections, as a ship's hull by its frames. Must never make triangles: contour.ts does.

import type { Solid } from './solids.ts';

/** The distance to a loft is a first-order estimate; this share of it stays below the true one on gentle outlines. */
const LOFT_CAUTION = 0.85;

/** A level section of a loft, metres. */
export interface LoftSection {
  readonly z: number;
  /** Smallest and largest y of the section. */
  readonly lowY: number;
  readonly highY: number;
  /** y at which the section is widest in x; half way when left out. */
  readonly wideY?: number;
  /** Half of its width in x, which lies evenly on both sides of x = 0. */
  readonly halfX: number;
}

/**
 * A shape drawn by its level sections, joined smoothly and closed by flat faces at the first and last.
 * @param sections at least two, z rising
 * @param corner 'round' sections are ellipses, 'full' ones superellipses of the fourth power
 */
export function loft(sections: readonly LoftSection[], corner: 'round' | 'full'): Solid {
  const zs = sections.map((section) => section.z);
  const curve = (value: (section: LoftSection) => number) => smoothCurve(zs, sections.map(value));
  const low = curve((section) => section.lowY);
  const high = curve((section) => section.highY);
  const wide = curve(({ lowY, highY, wideY }) => wideY ?? (lowY + highY) / 2);
  const half = curve((section) => section.halfX);
  const firstZ = zs[0];
  const lastZ = zs[zs.length - 1];
  return (x, y, z) => {
    const level = Math.max(firstZ, Math.min(lastZ, z));
    const middle = wide(level);
    const middleSlope = wide.slope(level);
    const halfX = half(level);
    // Below and above its widest place the section is half of two different ellipses.
    const edge = y < middle ? low : high;
    const sign = y < middle ? -1 : 1;
    const halfY = sign * (edge(level) - middle);
    const halfYSlope = sign * (edge.slope(level) - middleSlope);
    const u = x / halfX;
    const v = (y - middle) / halfY;
    const [u2, v2] = [u * u, v * v];
    const share = corner === 'round' ? Math.sqrt(u2 + v2) : Math.sqrt(Math.sqrt(u2 * u2 + v2 * v2));
    if (share < 1e-6) return Math.max(-Math.min(halfX, halfY), firstZ - z, z - lastZ);
    // How fast `share` grows along x, y and z: the distance is how far it is from 1 over how fast it grows.
    const squash = corner === 'round' ? 1 : 1 / (share * share);
    const byU = (u * (corner === 'round' ? 1 : u2 * squash)) / share;
    const byV = (v * (corner === 'round' ? 1 : v2 * squash)) / share;
    const byX = byU / halfX;
    const byY = byV / halfY;
    const byZ = byX * u * half.slope(level) + byY * (middleSlope + v * halfYSlope);
    const growth = Math.sqrt(byX * byX + byY * byY + byZ * byZ);
    return Math.max((LOFT_CAUTION * (share - 1)) / growth, firstZ - z, z - lastZ);
  };
}

interface Curve {
  (t: number): number;
  slope(t: number): number;
}

/** A curve through points that overshoots none of them (F. Fritsch and R. Carlson, 1980). */
function smoothCurve(at: readonly number[], values: readonly number[]): Curve {
  const count = at.length;
  const rises = at.slice(1).map((next, i) => (values[i + 1] - values[i]) / (next - at[i]));
  const slopes = values.map((_, i) => {
    if (i === 0) return rises[0];
    if (i === count - 1) return rises[count - 2];
    const [before, after] = [rises[i - 1], rises[i]];
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
  const pieceOf = (t: number) => {
    let i = 0;
    while (i < count - 2 && t > at[i + 1]) i++;
    return i;
  };
  const value = (t: number) => {
    const i = pieceOf(t);
    const span = at[i + 1] - at[i];
    const s = (t - at[i]) / span;
    const r = 1 - s;
    return (
      values[i] * (1 + 2 * s) * r * r +
      values[i + 1] * s * s * (3 - 2 * s) +
      slopes[i] * span * s * r * r -
      slopes[i + 1] * span * s * s * r
    );
  };
  const slope = (t: number) => {
    const i = pieceOf(t);
    const s = (t - at[i]) / (at[i + 1] - at[i]);
    return rises[i] * 6 * s * (1 - s) + slopes[i] * (1 - s) * (1 - 3 * s) + slopes[i + 1] * s * (3 * s - 2);
  };
  return Object.assign(value, { slope });
}
