// Owns the published kinematics of the Panda arm and hand: link frames from joint angles, in closed form. The MJCF of
// the arm is built from the same numbers. Must never depend on the physics engine: the gate stands on this file.
//
// Source: Franka Control Interface documentation, Denavit-Hartenberg parameters in Craig's (modified) convention:
// joint i is reached by translating a(i-1) along x, rotating alpha(i-1) about x, translating d(i) along z, then turning.

import { cos, sin } from '../../portable-math.ts';
import { type Pose, type Quat, quatFromMat3, type Vec3 } from '../../spatial.ts';

export interface DhRow {
  /** Metres. */
  readonly a: number;
  /** Metres. */
  readonly d: number;
  /** Quarter turns about x before the joint: -1, 0 or 1 (all twists of the Panda are right angles). */
  readonly quarterTurns: -1 | 0 | 1;
}

/** Joints 1 to 7. */
export const PANDA_DH: readonly DhRow[] = [
  { a: 0, d: 0.333, quarterTurns: 0 },
  { a: 0, d: 0, quarterTurns: -1 },
  { a: 0, d: 0.316, quarterTurns: 1 },
  { a: 0.0825, d: 0, quarterTurns: 1 },
  { a: -0.0825, d: 0.384, quarterTurns: -1 },
  { a: 0, d: 0, quarterTurns: 1 },
  { a: 0.088, d: 0, quarterTurns: 1 },
];

/** Link 7 frame to flange, metres along z. */
export const FLANGE_OFFSET_M = 0.107;
/** Flange to hand: a turn about z, radians. */
export const HAND_TURN_RAD = -Math.PI / 4;
/** Hand frame to the fingertip centre (the tool point), metres along z. */
export const TOOL_OFFSET_M = 0.1034;
/** Hand frame to the finger joints, metres along z. */
export const FINGER_OFFSET_M = 0.0584;

/** Franka's own ready pose, radians. */
export const READY_POSE_RAD: readonly number[] = [0, -Math.PI / 4, 0, (-3 * Math.PI) / 4, 0, Math.PI / 2, Math.PI / 4];

/** Frames computed for one arm: links 1 to 7, the hand and the tool point. */
export const FRAME_COUNT = 9;
export const HAND_FRAME = 7;
export const TOOL_FRAME = 8;

/** Row-major 3 x 4 transforms, one after the other, in the frame of the arm's base. */
export type LinkFrames = Float64Array;

export function createLinkFrames(): LinkFrames {
  return new Float64Array(FRAME_COUNT * 12);
}

/**
 * Fills `frames` with baseFromLink1 .. baseFromLink7, baseFromHand and baseFromTool.
 * @param joints joint angles in radians, 7 values from `offset`
 */
export function forwardKinematics(joints: ArrayLike<number>, frames: LinkFrames, offset = 0): void {
  let r00 = 1;
  let r01 = 0;
  let r02 = 0;
  let r10 = 0;
  let r11 = 1;
  let r12 = 0;
  let r20 = 0;
  let r21 = 0;
  let r22 = 1;
  let x = 0;
  let y = 0;
  let z = 0;
  for (let i = 0; i < 7; i++) {
    const row = PANDA_DH[i];
    x += r00 * row.a;
    y += r10 * row.a;
    z += r20 * row.a;
    if (row.quarterTurns !== 0) {
      // A quarter turn about x sends y to +-z and z to -+y.
      const k = row.quarterTurns;
      const [y0, y1, y2] = [r01, r11, r21];
      r01 = k * r02;
      r11 = k * r12;
      r21 = k * r22;
      r02 = -k * y0;
      r12 = -k * y1;
      r22 = -k * y2;
    }
    x += r02 * row.d;
    y += r12 * row.d;
    z += r22 * row.d;
    const s = sin(joints[offset + i]);
    const c = cos(joints[offset + i]);
    const [x0, x1, x2] = [r00, r10, r20];
    r00 = x0 * c + r01 * s;
    r10 = x1 * c + r11 * s;
    r20 = x2 * c + r21 * s;
    r01 = r01 * c - x0 * s;
    r11 = r11 * c - x1 * s;
    r21 = r21 * c - x2 * s;
    store(frames, i, r00, r01, r02, r10, r11, r12, r20, r21, r22, x, y, z);
  }
  x += r02 * FLANGE_OFFSET_M;
  y += r12 * FLANGE_OFFSET_M;
  z += r22 * FLANGE_OFFSET_M;
  const half = Math.SQRT1_2; // sine and cosine of pi/4
  const [x0, x1, x2] = [r00, r10, r20];
  r00 = (x0 - r01) * half;
  r10 = (x1 - r11) * half;
  r20 = (x2 - r21) * half;
  r01 = (r01 + x0) * half;
  r11 = (r11 + x1) * half;
  r21 = (r21 + x2) * half;
  store(frames, HAND_FRAME, r00, r01, r02, r10, r11, r12, r20, r21, r22, x, y, z);
  x += r02 * TOOL_OFFSET_M;
  y += r12 * TOOL_OFFSET_M;
  z += r22 * TOOL_OFFSET_M;
  store(frames, TOOL_FRAME, r00, r01, r02, r10, r11, r12, r20, r21, r22, x, y, z);
}

function store(
  frames: LinkFrames,
  index: number,
  r00: number,
  r01: number,
  r02: number,
  r10: number,
  r11: number,
  r12: number,
  r20: number,
  r21: number,
  r22: number,
  x: number,
  y: number,
  z: number,
): void {
  const at = index * 12;
  frames[at] = r00;
  frames[at + 1] = r01;
  frames[at + 2] = r02;
  frames[at + 3] = x;
  frames[at + 4] = r10;
  frames[at + 5] = r11;
  frames[at + 6] = r12;
  frames[at + 7] = y;
  frames[at + 8] = r20;
  frames[at + 9] = r21;
  frames[at + 10] = r22;
  frames[at + 11] = z;
}

/** Origin of a frame, metres, in the base frame of its arm. */
export function frameOrigin(frames: LinkFrames, index: number): Vec3 {
  return [frames[index * 12 + 3], frames[index * 12 + 7], frames[index * 12 + 11]];
}

/** Pose of a frame in the base frame of its arm. */
export function framePose(frames: LinkFrames, index: number): Pose {
  const at = index * 12;
  const rotation: Quat = quatFromMat3([
    frames[at],
    frames[at + 1],
    frames[at + 2],
    frames[at + 4],
    frames[at + 5],
    frames[at + 6],
    frames[at + 8],
    frames[at + 9],
    frames[at + 10],
  ]);
  return { position: frameOrigin(frames, index), quatWxyz: rotation };
}

/** Fingertip pose in the arm's base frame for seven joint angles in radians. */
export function toolPose(joints: ArrayLike<number>): Pose {
  const frames = createLinkFrames();
  forwardKinematics(joints, frames);
  return framePose(frames, TOOL_FRAME);
}
