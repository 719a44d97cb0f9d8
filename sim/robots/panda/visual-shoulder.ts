// Owns the looks of foot, shoulder and upper arm: link0, link1, link2. Frames: the Denavit-Hartenberg frame of each
// link, metres. Must never decide where anything moves.

import { contour } from '../../cameras/contour.ts';
import { type LoftSection, loft } from '../../cameras/loft-solid.ts';
import { cylinder, prism } from '../../cameras/shapes.ts';
import {
  blend,
  brick,
  halfSpace,
  moved,
  type Point2,
  plate,
  type Solid,
  shared,
  together,
  turned,
} from '../../cameras/solids.ts';
import type { Vec3 } from '../../spatial.ts';
import { domedDrum, SHELL_CELL_M, withMirror } from './visual-outline.ts';
import { ALUMINIUM, BLACK, DARK_GREY, SHELL_WHITE, type VisualPart } from './visual-part.ts';

/** Radius of all pipes and drums of the arm up to the wrist. */
export const PIPE_RADIUS_M = 0.055;
/** Half of the gap between two drums that turn against each other. */
const SEAM_M = 0.0004;

/** Half of the foot plate's outline as (x, y), from the front to the back; the other half is its mirror image. */
const FOOT_OUTLINE: readonly Point2[] = [
  [0.06, 0],
  [0.05, 0.035],
  [0.036, 0.055],
  [0.02, 0.0705],
  [0.0125, 0.0845],
  [0.003, 0.0945],
  [-0.008, 0.0935],
  [-0.128, 0.0725],
  [-0.14, 0.058],
  [-0.149, 0.038],
  [-0.1525, 0.02],
  [-0.154, 0],
];

/** Half of the outline of the block behind the column. */
const BLOCK_OUTLINE: readonly Point2[] = [
  [-0.01, 0.056],
  [-0.024, 0.0545],
  [-0.06, 0.0485],
  [-0.105, 0.0415],
  [-0.1165, 0.034],
  [-0.1235, 0.015],
  [-0.125, 0],
];

function footShell(): Solid {
  const column = turned(
    [0, 0, 0],
    [0, 0, 1],
    [
      [-0.02, 0],
      [-0.02, 0.073],
      [0, 0.0708],
      [0.03, 0.0655],
      [0.06, 0.0612],
      [0.09, 0.0575],
      [0.112, PIPE_RADIUS_M],
      [0.16, PIPE_RADIUS_M],
      [0.16, 0],
    ],
  );
  const cheeks = brick([0.002, 0, 0.02], [0.042, 0.148, 0.14], 0.012);
  const block = plate([0, 0, 0], [1, 0, 0], [0, 1, 0], withMirror(BLOCK_OUTLINE), -0.05, 0.112, 0.009);
  const housing = shared(
    0.02,
    blend(0.004, cheeks, block),
    halfSpace([-0.6, 0, 0.8], 0.126),
    halfSpace([-0.269, 0.741, 0.617], 0.106),
    halfSpace([-0.269, -0.741, 0.617], 0.106),
  );
  const ribs = together(
    brick([0.0115, 0.069, 0.045], [0.018, 0.0125, 0.08], 0.005),
    brick([0.0115, -0.069, 0.045], [0.018, 0.0125, 0.08], 0.005),
  );
  return shared(
    0,
    blend(0.003, blend(0.022, column, housing), ribs),
    halfSpace([0, 0, -1], 0),
    halfSpace([0, 0, 1], 0.14),
  );
}

/** A round plug in the side panel, its hollow end dark. */
function plug(x: number, y: number, z: number, radius: number, reach: number): readonly VisualPart[] {
  const side = y > 0 ? 1 : -1;
  const end = y + side * reach;
  return [
    {
      frame: 'link0',
      material: ALUMINIUM,
      mesh: cylinder([x, y, z], [x, end, z], radius, 0.0012, 20),
    },
    {
      frame: 'link0',
      material: BLACK,
      mesh: cylinder([x, end - side * 0.004, z], [x, end + side * 0.0003, z], radius * 0.66, 0, 20),
    },
  ];
}

function screw(x: number, y: number): VisualPart {
  return { frame: 'link0', material: DARK_GREY, mesh: cylinder([x, y, 0.006], [x, y, 0.0105], 0.006, 0.001, 16) };
}

/** The neck of the shoulder: a round pipe whose front rounds off while its back leans into the drum. */
const NECK_SECTIONS: readonly LoftSection[] = [
  { z: -0.2, lowY: -0.055, highY: 0.055, wideY: 0, halfX: 0.055 },
  { z: -0.14, lowY: -0.055, highY: 0.055, wideY: 0, halfX: 0.055 },
  { z: -0.124, lowY: -0.0575, highY: 0.0548, wideY: 0, halfX: 0.055 },
  { z: -0.113, lowY: -0.06, highY: 0.0515, wideY: -0.001, halfX: 0.055 },
  { z: -0.101, lowY: -0.064, highY: 0.043, wideY: -0.004, halfX: 0.055 },
  { z: -0.093, lowY: -0.0675, highY: 0.028, wideY: -0.008, halfX: 0.055 },
  { z: -0.087, lowY: -0.0705, highY: 0.012, wideY: -0.013, halfX: 0.055 },
  { z: -0.08, lowY: -0.0745, highY: 0.001, wideY: -0.019, halfX: 0.055 },
  { z: -0.072, lowY: -0.08, highY: -0.005, wideY: -0.026, halfX: 0.055 },
  { z: -0.062, lowY: -0.0875, highY: -0.008, wideY: -0.033, halfX: 0.055 },
  { z: -0.05, lowY: -0.0955, highY: -0.007, wideY: -0.041, halfX: 0.055 },
  { z: -0.03, lowY: -0.094, highY: -0.004, wideY: -0.05, halfX: 0.0535 },
  { z: -0.014, lowY: -0.09, highY: -0.004, wideY: -0.052, halfX: 0.05 },
  { z: -0.002, lowY: -0.085, highY: -0.006, wideY: -0.055, halfX: 0.045 },
];

/**
 * The S of the shoulder in the frame of link1: a pipe that rises along z and leans over into a drum along -y, whose flat
 * face at y = 0 meets its twin. Link1 and link2 both wear it.
 */
function shoulderShell(pipeEndZ: number): Solid {
  const drumShell = domedDrum(
    [0, 0, 0],
    [0, -1, 0],
    [
      [SEAM_M, PIPE_RADIUS_M],
      [0.063, PIPE_RADIUS_M],
      [0.107, 0.0472],
    ],
    0.1294,
  );
  const neck = loft(NECK_SECTIONS, 'round');
  return shared(0, blend(0.012, neck, drumShell), halfSpace([0, 0, -1], -pipeEndZ));
}

const shoulderBounds = { min: [-0.06, -0.135, -0.2] as Vec3, max: [0.06, 0.06, 0.06] as Vec3 };

export function shoulderVisuals(): readonly VisualPart[] {
  const foot = prism([0, 0, 0], [1, 0, 0], [0, 1, 0], withMirror(FOOT_OUTLINE), [
    { height: 0, inset: 0 },
    { height: 0.007, inset: 0 },
    { height: 0.0086, inset: 0.0018 },
  ]);
  // Link2 wears link1's shell with its z along link2's y: a quarter turn about x.
  const upperArm = moved({ position: [0, 0, 0], quatWxyz: [Math.SQRT1_2, -Math.SQRT1_2, 0, 0] }, shoulderShell(-0.194));
  return [
    {
      frame: 'link0',
      material: SHELL_WHITE,
      mesh: contour(footShell(), { min: [-0.14, -0.08, 0], max: [0.075, 0.08, 0.141] }, SHELL_CELL_M),
    },
    { frame: 'link0', material: SHELL_WHITE, mesh: foot },
    screw(-0.002, 0.082),
    screw(-0.002, -0.082),
    screw(-0.136, 0.042),
    screw(-0.136, -0.042),
    ...plug(-0.0655, -0.052, 0.048, 0.0125, 0.026),
    ...plug(-0.026, -0.058, 0.063, 0.009, 0.0185),
    ...plug(-0.026, -0.058, 0.033, 0.009, 0.0185),
    ...plug(-0.024, 0.058, 0.037, 0.009, 0.0185),
    {
      frame: 'link0',
      material: BLACK,
      mesh: cylinder([-0.06, 0.05, 0.037], [-0.06, 0.0605, 0.037], 0.0115, 0.001, 24),
    },
    { frame: 'link1', material: SHELL_WHITE, mesh: contour(shoulderShell(-0.1915), shoulderBounds, SHELL_CELL_M) },
    {
      frame: 'link2',
      material: SHELL_WHITE,
      mesh: contour(upperArm, { min: [-0.06, -0.2, -0.06], max: [0.06, 0.06, 0.135] }, SHELL_CELL_M),
    },
  ];
}
