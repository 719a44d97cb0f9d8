// Owns the making of joint paths from postures: lines, ends, the way back. Knows no obstacles and no time.

import { JOINT_COUNT } from '../robots/panda/limits.ts';
import type { TimedPath } from './trajectory.ts';

/** The straight joint line between two postures, from rest to rest. */
export function jointLine(fromRad: ArrayLike<number>, toRad: ArrayLike<number>): TimedPath {
  const points = new Float64Array(2 * JOINT_COUNT);
  for (let j = 0; j < JOINT_COUNT; j++) {
    points[j] = fromRad[j];
    points[JOINT_COUNT + j] = toRad[j];
  }
  return { kind: 'stops', points };
}

/** The posture a path ends in, as a view. */
export function lastPoint(path: Pick<TimedPath, 'points'>): Float64Array {
  return path.points.subarray(path.points.length - JOINT_COUNT);
}

/** The same way back. */
export function reversed(path: TimedPath): TimedPath {
  const rows = path.points.length / JOINT_COUNT;
  const points = new Float64Array(path.points.length);
  for (let row = 0; row < rows; row++) {
    points.set(path.points.subarray(row * JOINT_COUNT, (row + 1) * JOINT_COUNT), (rows - 1 - row) * JOINT_COUNT);
  }
  return { kind: path.kind, points };
}

/** Evenly spaced rows on the straight joint line. @returns `count` rows after the start, radians */
export function jointRows(fromRad: ArrayLike<number>, toRad: ArrayLike<number>, count: number): Float64Array {
  const points = new Float64Array((count + 1) * JOINT_COUNT);
  for (let k = 0; k <= count; k++) {
    for (let j = 0; j < JOINT_COUNT; j++) {
      points[k * JOINT_COUNT + j] = k === count ? toRad[j] : fromRad[j] + ((toRad[j] - fromRad[j]) * k) / count;
    }
  }
  return points;
}
