// Owns the hollow of a container: where a thing lies that is inside. Pure geometry; knows nothing of worlds or goals.

import type { Vec3 } from '../../spatial.ts';

/** A hollow that is open at the top and widens evenly from floor to rim, in the frame of its body, metres. */
export interface Cavity {
  readonly outline: 'round' | 'rectangular';
  /** Heights of floor and rim in the body's frame. */
  readonly floorZ: number;
  readonly rimZ: number;
  /** Half widths along x and y at the floor and at the rim. */
  readonly floorHalf: readonly [number, number];
  readonly rimHalf: readonly [number, number];
}

/** Whether a point of the body's frame lies in the hollow: over its floor, under its rim, within its walls. */
export function isInCavity([x, y, z]: Vec3, { outline, floorZ, rimZ, floorHalf, rimHalf }: Cavity): boolean {
  if (z < floorZ || z > rimZ) return false;
  const share = (z - floorZ) / (rimZ - floorZ);
  const [u, v] = [x, y].map((value, axis) => value / (floorHalf[axis] + share * (rimHalf[axis] - floorHalf[axis])));
  return outline === 'round' ? u * u + v * v <= 1 : Math.abs(u) <= 1 && Math.abs(v) <= 1;
}
