// Owns the spheres that stand for an arm when volumes are checked: where on the arm, how large, and where they are for
// given joints. Must never be taken for a collision model: it is a net of points for coarse volumes, and the planner
// does the fine work.
//
// Centres are in link frames of sim/robots/panda/kinematics.ts. Radii are measured off the published drawings and
// rounded up to the centimetre, but for the fingertips: those must reach 5 mm above a table that bounds the workspace.

import { createLinkFrames, forwardKinematics, HAND_FRAME, TOOL_OFFSET_M } from '../../sim/robots/panda/kinematics.ts';
import { mat3FromQuat, type Pose, type Vec3 } from '../../sim/spatial.ts';

export interface BodyPoint {
  /** As it reads in "the left arm's NAME leaves the workspace". */
  readonly name: string;
  /** Index of the link frame: 0 to 6 for links 1 to 7, then the hand. */
  readonly frame: number;
  /** Metres, in that frame. */
  readonly centre: Vec3;
  readonly radiusM: number;
}

/** Half of the distance between the outer faces of the fingers when they are wide open, metres. */
const OPEN_FINGER_M = 0.045;

export const BODY_POINTS: readonly BodyPoint[] = [
  { name: 'upper arm', frame: 2, centre: [0, 0, -0.158], radiusM: 0.07 },
  { name: 'shoulder side of the elbow', frame: 2, centre: [0, 0, 0], radiusM: 0.07 },
  { name: 'elbow', frame: 3, centre: [0, 0, 0], radiusM: 0.07 },
  { name: 'upper forearm', frame: 4, centre: [0, 0, -0.26], radiusM: 0.07 },
  { name: 'lower forearm', frame: 4, centre: [0, 0, -0.13], radiusM: 0.06 },
  { name: 'wrist', frame: 5, centre: [0, 0, 0], radiusM: 0.06 },
  { name: 'last joint', frame: 6, centre: [0, 0, 0], radiusM: 0.06 },
  { name: 'flange', frame: 6, centre: [0, 0, 0.1], radiusM: 0.05 },
  { name: 'hand', frame: HAND_FRAME, centre: [0, 0, 0.03], radiusM: 0.04 },
  { name: 'left side of the hand', frame: HAND_FRAME, centre: [0, 0.075, 0.03], radiusM: 0.04 },
  { name: 'right side of the hand', frame: HAND_FRAME, centre: [0, -0.075, 0.03], radiusM: 0.04 },
  { name: 'left finger', frame: HAND_FRAME, centre: [0, OPEN_FINGER_M, 0.085], radiusM: 0.015 },
  { name: 'right finger', frame: HAND_FRAME, centre: [0, -OPEN_FINGER_M, 0.085], radiusM: 0.015 },
  { name: 'left fingertip', frame: HAND_FRAME, centre: [0, OPEN_FINGER_M, TOOL_OFFSET_M], radiusM: 0.004 },
  { name: 'right fingertip', frame: HAND_FRAME, centre: [0, -OPEN_FINGER_M, TOOL_OFFSET_M], radiusM: 0.004 },
  { name: 'tool point', frame: HAND_FRAME, centre: [0, 0, TOOL_OFFSET_M], radiusM: 0.004 },
];

/** Index of the tool point in BODY_POINTS. */
export const TOOL_POINT = BODY_POINTS.length - 1;

/** The same table as flat numbers, for the loop over all samples: frame offset, then x, y, z of the centre. */
const FLAT_POINTS = Float64Array.from(BODY_POINTS.flatMap(({ frame, centre }) => [frame * 12, ...centre]));

/** Finds the spheres of one arm for any joint angles. */
export interface BodyLocator {
  /** Centres in the base frame of arm 0, metres: x, y, z of each of BODY_POINTS. Overwritten by every `locate`. */
  readonly centres: Float64Array;
  /** Computes the centres for seven joint angles in radians, read from `offset`. */
  locate(jointsRad: ArrayLike<number>, offset: number): void;
}

/** @param arm0FromBase pose of the arm's base in the base frame of arm 0 */
export function createBodyLocator(arm0FromBase: Pose): BodyLocator {
  const frames = createLinkFrames();
  const centres = new Float64Array(BODY_POINTS.length * 3);
  const m = Float64Array.from(mat3FromQuat(arm0FromBase.quatWxyz));
  const [baseX, baseY, baseZ] = arm0FromBase.position;
  return {
    centres,
    locate(jointsRad, offset) {
      forwardKinematics(jointsRad, frames, offset);
      for (let i = 0; i < BODY_POINTS.length; i++) {
        const f = FLAT_POINTS[i * 4];
        const cx = FLAT_POINTS[i * 4 + 1];
        const cy = FLAT_POINTS[i * 4 + 2];
        const cz = FLAT_POINTS[i * 4 + 3];
        const x = frames[f] * cx + frames[f + 1] * cy + frames[f + 2] * cz + frames[f + 3];
        const y = frames[f + 4] * cx + frames[f + 5] * cy + frames[f + 6] * cz + frames[f + 7];
        const z = frames[f + 8] * cx + frames[f + 9] * cy + frames[f + 10] * cz + frames[f + 11];
        centres[i * 3] = m[0] * x + m[1] * y + m[2] * z + baseX;
        centres[i * 3 + 1] = m[3] * x + m[4] * y + m[5] * z + baseY;
        centres[i * 3 + 2] = m[6] * x + m[7] * y + m[8] * z + baseZ;
      }
    },
  };
}
