// Owns how much of the table a known thing covers, seen from above. Pure geometry. Metres, base frame of arm 0.

import { invert, mat3FromQuat, transformPoint } from '../../sim/spatial.ts';
import type { FoundObject } from './scene-knowledge.ts';

/** Least x, least y, greatest x, greatest y of the box around a thing. */
export function boxFromAbove({ pose, extent }: Pick<FoundObject, 'pose' | 'extent'>): [number, number, number, number] {
  const m = mat3FromQuat(pose.quatWxyz);
  const half = [0, 1].map((row) => [0, 1, 2].reduce((sum, k) => sum + (Math.abs(m[3 * row + k]) * extent[k]) / 2, 0));
  const [x, y] = pose.position;
  return [x - half[0], y - half[1], x + half[0], y + half[1]];
}

/** The corners of a thing's box as they are seen from above, x and y. */
export function cornersFromAbove({ pose, extent }: Pick<FoundObject, 'pose' | 'extent'>): [number, number][] {
  const signs = [-0.5, 0.5];
  return signs.flatMap((i) =>
    signs.flatMap((j) =>
      signs.map((k): [number, number] => {
        const [x, y] = transformPoint(pose, [i * extent[0], j * extent[1], k * extent[2]]);
        return [x, y];
      }),
    ),
  );
}

/** Distance of a point from the outline of a thing that stands upright or lies on a side; 0 over it. */
export function besideM(
  { pose, extent }: Pick<FoundObject, 'pose' | 'extent'>,
  [x, y]: readonly [number, number],
): number {
  const local = transformPoint(invert(pose), [x, y, pose.position[2]]);
  const m = mat3FromQuat(pose.quatWxyz);
  const upward = [6, 7, 8].map((k) => Math.abs(m[k]));
  const up = upward.indexOf(Math.max(...upward));
  let sum = 0;
  for (let axis = 0; axis < 3; axis++) {
    const beyond = axis === up ? 0 : Math.max(0, Math.abs(local[axis]) - extent[axis] / 2);
    sum += beyond * beyond;
  }
  return Math.sqrt(sum);
}
