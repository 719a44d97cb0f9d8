import { distance, lerp, type Vec3 } from 'capstan:math';

/** Points evenly from one to another, both included, at most `stepM` metres apart. One point when the two are the same. */
export function interpolateSegment(from: Vec3, to: Vec3, stepM = 0.03): Vec3[] {
  if (!(stepM > 0)) throw new RangeError(`interpolateSegment: stepM must be positive, not ${stepM}.`);
  const lengthM = distance(from, to);
  if (!Number.isFinite(lengthM)) throw new RangeError('interpolateSegment: every coordinate must be a finite number.');
  // What is left after whole steps by rounding alone is no further step.
  const steps = Math.ceil(lengthM / stepM - 1e-9);
  if (steps > 10_000) throw new RangeError(`interpolateSegment: stepM ${stepM} would give ${steps} points.`);
  if (steps < 1) return [[...from]];
  return Array.from({ length: steps + 1 }, (_, k) => (k === steps ? [...to] : lerp(from, to, k / steps)));
}
