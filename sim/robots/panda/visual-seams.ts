// Owns the dark rings in the seams of joints 1 to 7: what is seen between two shells that turn against each other.
// Frames: the Denavit-Hartenberg frame of the link a ring is fixed to, metres. Must never hold a shell.

import { cylinder } from '../../cameras/shapes.ts';
import { add, scale, type Vec3 } from '../../spatial.ts';
import { DARK_GREY, type PandaFrame, type VisualPart } from './visual-part.ts';

/** How far a ring lies under the shells around it. */
const INSET_M = 0.0012;
/** How far it reaches into either shell. */
const DEPTH_M = 0.004;

function ring(frame: PandaFrame, middle: Vec3, axis: Vec3, shellRadiusM: number): VisualPart {
  return {
    frame,
    material: DARK_GREY,
    mesh: cylinder(
      add(middle, scale(axis, -DEPTH_M)),
      add(middle, scale(axis, DEPTH_M)),
      shellRadiusM - INSET_M,
      0,
      24,
    ),
  };
}

export function seamVisuals(): readonly VisualPart[] {
  return [
    ring('link1', [0, 0, -0.1922], [0, 0, 1], 0.055),
    ring('link2', [0, 0, 0], [0, 0, 1], 0.055),
    ring('link3', [0, 0, -0.1215], [0, 0, 1], 0.055),
    ring('link4', [0, 0, 0], [0, 0, 1], 0.055),
    ring('link5', [0, 0, -0.2595], [0, 0, 1], 0.055),
    ring('link6', [0, 0, -0.0148], [0, 0, 1], 0.0468),
    ring('link7', [0, 0, 0.0516], [0, 0, 1], 0.0432),
  ];
}
