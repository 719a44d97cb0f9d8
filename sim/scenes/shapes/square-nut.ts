// Owns the square nut: a square ring with a handle, as in the assembly task of robosuite and CaP-X.

import { IDENTITY_POSE, type Pose, type Vec3 } from '../../spatial.ts';
import type { BuiltPart, ShapeBuilder } from './built-shape.ts';

/** Width of the hole over the width of the ring: 0.0455 m of 0.0875 m (robosuite, square-nut.xml). */
const HOLE_SHARE = 0.52;
/** Width of the handle over the width of the ring: 0.032 m of 0.0875 m. */
const HANDLE_SHARE = 0.366;

/**
 * A ring that lies flat, its handle along +x: the size is [ring and handle, width of the ring, thickness]. The ring is
 * of four bars, so that it is really open and a post of up to half its width goes through.
 */
export const SQUARE_NUT: ShapeBuilder = {
  features: ['handle', 'hole'],
  problem: ([x, y]) =>
    x > 1.2 * y && x < 2.5 * y
      ? undefined
      : `a square nut is a ring and a handle: make its first side 1.2 to 2.5 times its second, as [${(1.4 * y).toFixed(4)}, ${y}, thickness]`,
  build: ([x, y, thickness]) => {
    // Of the ring's middle, seen from the middle of the box around ring and handle.
    const ringX = (y - x) / 2;
    const hole = HOLE_SHARE * y;
    const bar = (y - hole) / 2;
    const offset = (hole + bar) / 2;
    const handleLength = x - y;
    const handle: Vec3 = [handleLength, HANDLE_SHARE * y, thickness];
    const handlePose = at(ringX + y / 2 + handleLength / 2, 0);
    const box = (size: Vec3, dx: number, dy: number, feature?: string): BuiltPart => ({
      shape: { kind: 'box', size },
      bodyFromPart: at(ringX + dx, dy),
      ...(feature === undefined ? {} : { feature }),
    });
    return {
      parts: [
        box([bar, y, thickness], -offset, 0),
        box([bar, y, thickness], offset, 0),
        box([hole, bar, thickness], 0, -offset),
        box([hole, bar, thickness], 0, offset),
        { shape: { kind: 'box', size: handle }, bodyFromPart: handlePose, feature: 'handle' },
      ],
      features: [
        { key: 'handle', bodyFromFeature: handlePose, size: handle },
        { key: 'hole', bodyFromFeature: at(ringX, 0), size: [hole, hole, thickness] },
      ],
    };
  },
};

function at(x: number, y: number): Pose {
  return { ...IDENTITY_POSE, position: [x, y, 0] };
}
