// Owns reading the packed numbers that say where everything is (see scene-messages.ts). Must never change them.

import type { Pose } from '../../sim/spatial.ts';
import { ARM_BASE_AT, ARM_NUMBERS, POSE_NUMBERS } from './scene-messages.ts';

/** The pose at a place; undefined where nothing is known. */
export function poseAt(numbers: Float32Array, at: number): Pose | undefined {
  if (!(at >= 0) || at + POSE_NUMBERS > numbers.length || Number.isNaN(numbers[at])) return undefined;
  return {
    position: [numbers[at], numbers[at + 1], numbers[at + 2]],
    quatWxyz: [numbers[at + 3], numbers[at + 4], numbers[at + 5], numbers[at + 6]],
  };
}

export const armAt = (arm: number): number => arm * ARM_NUMBERS;
export const frameAt = (arms: number, frame: number): number => arms * ARM_NUMBERS + frame * POSE_NUMBERS;

/** Where an arm stands; the origin as long as nothing is said. */
export function baseAt(numbers: Float32Array, arm: number): Pose {
  return poseAt(numbers, armAt(arm) + ARM_BASE_AT) ?? { position: [0, 0, 0], quatWxyz: [1, 0, 0, 0] };
}
