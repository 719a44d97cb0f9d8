// Owns how much room the open hand has around a grasp: fingers, pads and palm as boxes against a cloud and a level
// support. Geometry of the hand comes from its collision shapes. Must never choose a grasp.
//
// Tool frame: the fingertip centre, z along the approach, y along the closing. Metres.

import { FINGER_SHAPES, HAND_SHAPES } from '../../sim/robots/panda/collision.ts';
import { FINGER_OFFSET_M, TOOL_OFFSET_M } from '../../sim/robots/panda/kinematics.ts';
import { mat3FromQuat, type Pose, type Vec3 } from '../../sim/spatial.ts';
import type { PointCloud } from './point-cloud.ts';

interface Block {
  readonly centre: Vec3;
  readonly half: Vec3;
  /** -1 and 1 for a finger, which stands half the opening from the middle; 0 for the palm. */
  readonly side: -1 | 0 | 1;
}

const BLOCKS: readonly Block[] = [
  ...HAND_SHAPES.flatMap((shape): Block[] =>
    shape.kind === 'box'
      ? [{ centre: [shape.centre[0], shape.centre[1], shape.centre[2] - TOOL_OFFSET_M], half: shape.halfSize, side: 0 }]
      : [],
  ),
  ...FINGER_SHAPES.flatMap((shape): Block[] =>
    shape.kind === 'box'
      ? ([-1, 1] as const).map((side) => ({
          centre: [shape.centre[0], side * shape.centre[1], shape.centre[2] + FINGER_OFFSET_M - TOOL_OFFSET_M],
          half: shape.halfSize,
          side,
        }))
      : [],
  ),
];

/** Clearance is measured up to here; more room is as good, metres. */
export const ENOUGH_ROOM_M = 0.03;
/** So many points inside are a collision; fewer may fly. */
const FLYING = 2;

/**
 * Smallest distance between the hand and everything else, metres, at most ENOUGH_ROOM_M; negative when they touch.
 * @param tool pose of the fingertip centre in the base frame
 * @param openingM between the faces of the pads
 * @param cloud everything seen near the grasp, the thing itself included
 * @param supportM height of the level support, base frame
 * @param backM how far back along the approach the way in is checked too, metres
 */
export function handClearance(
  tool: Pose,
  openingM: number,
  cloud: PointCloud,
  supportM: number | undefined,
  backM = 0.06,
): number {
  const m = mat3FromQuat(tool.quatWxyz);
  const [px, py, pz] = tool.position;
  let room = ENOUGH_ROOM_M;
  const blocks = BLOCKS.map(({ centre, half, side }) => ({
    x: centre[0],
    y: centre[1] + (side * openingM) / 2,
    // The way in is the same block drawn out backward.
    z: centre[2] - backM / 2,
    hx: half[0],
    hy: half[1],
    hz: half[2] + backM / 2,
  }));
  if (supportM !== undefined) {
    for (const { x, y, z, hx, hy, hz } of blocks) {
      const middle = pz + m[6] * x + m[7] * y + m[8] * z;
      const below = Math.abs(m[6]) * hx + Math.abs(m[7]) * hy + Math.abs(m[8]) * hz;
      room = Math.min(room, middle - below - supportM);
    }
  }
  let touching = 0;
  for (let i = 0; i < cloud.count; i++) {
    const wx = cloud.positions[i * 3] - px;
    const wy = cloud.positions[i * 3 + 1] - py;
    const wz = cloud.positions[i * 3 + 2] - pz;
    const x = m[0] * wx + m[3] * wy + m[6] * wz;
    const y = m[1] * wx + m[4] * wy + m[7] * wz;
    const z = m[2] * wx + m[5] * wy + m[8] * wz;
    if (z > 0.05 || z < -0.25 || x > 0.07 || x < -0.07 || y > 0.14 || y < -0.14) continue;
    if (touching > FLYING) return -0.001;
    for (const block of blocks) {
      const dx = Math.max(0, Math.abs(x - block.x) - block.hx);
      const dy = Math.max(0, Math.abs(y - block.y) - block.hy);
      const dz = Math.max(0, Math.abs(z - block.z) - block.hz);
      if (dx === 0 && dy === 0 && dz === 0) touching++;
      else room = Math.min(room, Math.sqrt(dx * dx + dy * dy + dz * dz));
    }
  }
  return touching > FLYING ? -0.001 : room;
}
