// Owns the pot: an open square pot with a grip on either side, as robosuite's two-arm tasks have it.
//
// Source of the proportions: robosuite 1.5, PotWithHandlesObject (walls 10 mm, bars of radius 10 mm, 90 mm apart).

import { IDENTITY_POSE, type Pose, quatFromAxisAngle, type Vec3 } from '../../spatial.ts';
import type { BuiltFeature, BuiltPart, ShapeBuilder } from './built-shape.ts';

const WALL_M = 0.01;
const BAR_RADIUS_M = 0.01;
/** Distance between the axes of the two arms of a handle. */
const HANDLE_WIDTH_M = 0.09;
/** Room a finger needs between wall and grip, with the hand open. */
const LEAST_FINGER_ROOM_M = 0.05;
const LEAST_HEIGHT_M = 0.04;

/** Along y, where a cylinder's axis is its z. */
const ALONG_Y = quatFromAxisAngle([1, 0, 0], Math.PI / 2);
const ALONG_X = quatFromAxisAngle([0, 1, 0], Math.PI / 2);

/**
 * The size is [length over both grips, width, height]. The pot is as long as it is wide; what is left of the length are
 * the handles: `handle0` in direction +x, `handle1` in direction -x. A handle is the bar a hand closes around.
 */
export const POT: ShapeBuilder = {
  features: ['handle0', 'handle1'],
  problem: ([length, width, height]) => {
    const leastLength = width + 2 * (LEAST_FINGER_ROOM_M + 2 * BAR_RADIUS_M);
    if (width < HANDLE_WIDTH_M + 2 * BAR_RADIUS_M) {
      return `a pot is at least ${HANDLE_WIDTH_M + 2 * BAR_RADIUS_M} m wide, or its handles would not fit: widen it`;
    }
    if (height < LEAST_HEIGHT_M) return `a pot is at least ${LEAST_HEIGHT_M} m high; raise it`;
    if (length >= leastLength - 1e-9) return undefined;
    return `a pot ${width} m wide is at least ${leastLength.toFixed(3)} m long over its handles, so that fingers fit behind them`;
  },
  build: ([length, width, height]) => {
    const barX = length / 2 - BAR_RADIUS_M;
    const barZ = height / 2 - BAR_RADIUS_M;
    const barLength = HANDLE_WIDTH_M + 2 * BAR_RADIUS_M;
    const barSize: Vec3 = [2 * BAR_RADIUS_M, barLength, 2 * BAR_RADIUS_M];
    const parts: BuiltPart[] = [...hull(width, height)];
    const features: BuiltFeature[] = [];
    for (const [key, side] of [
      ['handle0', 1],
      ['handle1', -1],
    ] as const) {
      const position: Vec3 = [side * barX, 0, barZ];
      parts.push({
        shape: { kind: 'cylinder', radiusM: BAR_RADIUS_M, heightM: barLength },
        bodyFromPart: { position, quatWxyz: ALONG_Y },
        feature: key,
      });
      features.push({ key, bodyFromFeature: { ...IDENTITY_POSE, position }, size: barSize, round: true });
      for (const end of [-1, 1]) {
        parts.push({
          shape: { kind: 'cylinder', radiusM: BAR_RADIUS_M, heightM: barX - width / 2 },
          bodyFromPart: {
            position: [side * (width / 2 + (barX - width / 2) / 2), (end * HANDLE_WIDTH_M) / 2, barZ],
            quatWxyz: ALONG_X,
          },
        });
      }
    }
    return { parts, features };
  },
};

/** Floor and four walls, which meet without overlapping. */
function hull(width: number, height: number): readonly BuiltPart[] {
  const middle = (width - WALL_M) / 2;
  const wallHeight = height - WALL_M;
  const inner = width - 2 * WALL_M;
  const box = (size: Vec3, position: Vec3): BuiltPart => ({
    shape: { kind: 'box', size },
    bodyFromPart: { ...IDENTITY_POSE, position } satisfies Pose,
  });
  return [
    box([width, width, WALL_M], [0, 0, (WALL_M - height) / 2]),
    box([WALL_M, width, wallHeight], [middle, 0, WALL_M / 2]),
    box([WALL_M, width, wallHeight], [-middle, 0, WALL_M / 2]),
    box([inner, WALL_M, wallHeight], [0, middle, WALL_M / 2]),
    box([inner, WALL_M, wallHeight], [0, -middle, WALL_M / 2]),
  ];
}
