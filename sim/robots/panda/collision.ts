// Owns the collision shapes of arm and hand: few capsules and boxes per link that cover the real shells, in the
// Denavit-Hartenberg frame of their link. Physics, planner and preview all use these and no others.

import type { Vec3 } from '../../spatial.ts';
import { FINGER_OFFSET_M, TOOL_OFFSET_M } from './kinematics.ts';

export type CollisionShape =
  | { readonly kind: 'capsule'; readonly from: Vec3; readonly to: Vec3; readonly radiusM: number }
  | { readonly kind: 'box'; readonly centre: Vec3; readonly halfSize: Vec3 }
  | { readonly kind: 'sphere'; readonly centre: Vec3; readonly radiusM: number };

/** The fixed base, in the base frame. */
export const BASE_SHAPES: readonly CollisionShape[] = [
  { kind: 'capsule', from: [-0.09, 0, 0.06], to: [0.005, 0, 0.06], radiusM: 0.065 },
  { kind: 'capsule', from: [0, 0, 0.05], to: [0, 0, 0.2], radiusM: 0.065 },
];

/** Links 1 to 7. Radii follow the outer shells of the published drawings, rounded up to the next 5 mm. */
export const LINK_SHAPES: readonly (readonly CollisionShape[])[] = [
  [{ kind: 'capsule', from: [0, 0, -0.15], to: [0, -0.045, -0.01], radiusM: 0.065 }],
  [
    { kind: 'capsule', from: [0, 0, -0.055], to: [0, 0, 0.055], radiusM: 0.065 },
    { kind: 'capsule', from: [0, -0.06, 0], to: [0, -0.13, 0], radiusM: 0.065 },
  ],
  [
    { kind: 'capsule', from: [0, 0, -0.13], to: [0, 0, -0.07], radiusM: 0.06 },
    { kind: 'capsule', from: [0.0825, 0.055, 0], to: [0.0825, -0.02, 0], radiusM: 0.06 },
  ],
  [
    { kind: 'capsule', from: [0, 0, -0.055], to: [0, 0, 0.05], radiusM: 0.06 },
    { kind: 'capsule', from: [-0.0825, 0.07, 0], to: [-0.0825, 0.12, 0], radiusM: 0.06 },
  ],
  [
    { kind: 'capsule', from: [0, 0, -0.23], to: [0, 0, -0.2], radiusM: 0.06 },
    { kind: 'capsule', from: [0, 0.075, -0.17], to: [0, 0.055, -0.01], radiusM: 0.04 },
    { kind: 'capsule', from: [0, 0.05, -0.005], to: [0, -0.01, 0], radiusM: 0.055 },
  ],
  [
    { kind: 'capsule', from: [0, 0, -0.06], to: [0, 0, 0.01], radiusM: 0.05 },
    { kind: 'capsule', from: [0.088, 0.02, 0], to: [0.088, 0.005, 0], radiusM: 0.055 },
  ],
  [{ kind: 'capsule', from: [0, 0, 0.01], to: [0, 0, 0.06], radiusM: 0.045 }],
];

/** The hand's body, in the hand frame: 204 mm wide along y. */
export const HAND_SHAPES: readonly CollisionShape[] = [
  { kind: 'box', centre: [0, 0, 0.032], halfSize: [0.032, 0.102, 0.034] },
];

/** Half of a pad's face, metres. */
export const PAD_HALF_SIZE: Vec3 = [0.0088, 0.006, 0.0088];

/** One finger, in the finger's frame; the pad is its first shape, and the pad's face lies in the plane y = 0. */
export const FINGER_SHAPES: readonly CollisionShape[] = [
  { kind: 'box', centre: [0, PAD_HALF_SIZE[1], TOOL_OFFSET_M - FINGER_OFFSET_M], halfSize: PAD_HALF_SIZE },
  { kind: 'box', centre: [0, 0.016, 0.018], halfSize: [0.0105, 0.008, 0.018] },
];

/**
 * Pairs that overlap or touch by construction and cannot collide otherwise; moving bodies joined by a joint are left out
 * by the engine itself. Names as in the MJCF, without the arm's prefix.
 */
export const IGNORED_PAIRS: readonly (readonly [string, string])[] = [
  ['link0', 'link1'],
  ['link0', 'link2'],
  ['link1', 'link3'],
  ['link2', 'link4'],
  ['link3', 'link5'],
  ['link4', 'link6'],
  ['link5', 'link7'],
  ['link6', 'hand'],
  ['left_finger', 'right_finger'],
];
