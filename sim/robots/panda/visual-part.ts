// Owns the words for the looks of the Panda: frames, parts and its paints. Must never hold a shape.

import type { Material } from '../../cameras/material.ts';
import type { TriangleMesh } from '../../cameras/mesh.ts';

/**
 * Frames that parts are fixed to: the Denavit-Hartenberg frames of kinematics.ts (link0 is the base of the arm), the
 * hand frame, and the finger frames of the MJCF: 0.0584 m along the hand's z, the left one as the hand, the right one
 * turned half about z, each finger opening along its own +y.
 */
export const PANDA_FRAMES = [
  'link0',
  'link1',
  'link2',
  'link3',
  'link4',
  'link5',
  'link6',
  'link7',
  'hand',
  'left_finger',
  'right_finger',
] as const;

export type PandaFrame = (typeof PANDA_FRAMES)[number];

export interface VisualPart {
  readonly frame: PandaFrame;
  /** In the frame above, metres. */
  readonly mesh: TriangleMesh;
  readonly material: Material;
}

/** The arm's glossy white shells. */
export const SHELL_WHITE: Material = { colorSrgb: [0.955, 0.958, 0.955], roughness: 0.34, metalness: 0 };
/** Cooler white of foot and hand. */
export const SHELL_GREY_WHITE: Material = { colorSrgb: [0.9, 0.91, 0.915], roughness: 0.4, metalness: 0 };
/** Joint rings, seams and caps. */
export const DARK_GREY: Material = { colorSrgb: [0.2, 0.205, 0.215], roughness: 0.5, metalness: 0 };
/** Fingers and connectors. */
export const BLACK: Material = { colorSrgb: [0.11, 0.112, 0.12], roughness: 0.45, metalness: 0 };
/** Rubber of the finger pads. */
export const PAD_GREY: Material = { colorSrgb: [0.36, 0.365, 0.375], roughness: 0.85, metalness: 0 };
/** Bare aluminium of the flange. */
export const ALUMINIUM: Material = { colorSrgb: [0.76, 0.77, 0.78], roughness: 0.35, metalness: 0.8 };
/** The pilot buttons and lights. */
export const PILOT_BLUE: Material = { colorSrgb: [0.04, 0.54, 0.78], roughness: 0.4, metalness: 0 };
export const PILOT_RED: Material = { colorSrgb: [0.85, 0.16, 0.13], roughness: 0.4, metalness: 0 };
export const PILOT_GREEN: Material = { colorSrgb: [0.2, 0.78, 0.32], roughness: 0.4, metalness: 0 };
