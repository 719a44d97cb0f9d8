// Owns the looks of the forearm: link5, from the pipe at the elbow over the slim swan neck to the wrist. Frame: link5,
// whose origin is the centre of the wrist, metres. Must never decide where anything moves.

import { contour } from '../../cameras/contour.ts';
import { type LoftSection, loft } from '../../cameras/loft-solid.ts';
import type { TriangleMesh } from '../../cameras/mesh.ts';
import { lathe, prism } from '../../cameras/shapes.ts';
import { blend, drum, halfSpace, type Point2, type Solid, shared, together, turned } from '../../cameras/solids.ts';
import { cos, sin } from '../../portable-math.ts';
import { CAP_CELL_M, SHELL_CELL_M, withMirror } from './visual-outline.ts';
import { DARK_GREY, SHELL_WHITE, type VisualPart } from './visual-part.ts';

/** Radius of the wrist's drum, metres. */
const WRIST_RADIUS_M = 0.048;

/** Level sections from the pipe through the swan neck. */
const ARM_SECTIONS: readonly LoftSection[] = [
  { z: -0.259, lowY: -0.055, highY: 0.055, halfX: 0.055 },
  { z: -0.24, lowY: -0.055, highY: 0.057, halfX: 0.0543 },
  { z: -0.22, lowY: -0.0547, highY: 0.065, halfX: 0.053 },
  { z: -0.207, lowY: -0.053, highY: 0.0725, halfX: 0.0513 },
  { z: -0.197, lowY: -0.0475, highY: 0.076, halfX: 0.0485 },
  { z: -0.188, lowY: -0.039, highY: 0.0785, halfX: 0.0455 },
  { z: -0.18, lowY: -0.027, highY: 0.0805, halfX: 0.0425 },
  { z: -0.172, lowY: -0.009, highY: 0.0825, halfX: 0.0395 },
  { z: -0.165, lowY: 0.011, highY: 0.084, halfX: 0.037 },
  { z: -0.158, lowY: 0.031, highY: 0.0855, halfX: 0.035 },
  { z: -0.15, lowY: 0.046, highY: 0.087, halfX: 0.0332 },
  { z: -0.138, lowY: 0.0575, highY: 0.0885, halfX: 0.0316 },
  { z: -0.12, lowY: 0.065, highY: 0.091, halfX: 0.0304 },
  { z: -0.06, lowY: 0.0733, highY: 0.1, halfX: 0.0302 },
  { z: -0.02, lowY: 0.074, highY: 0.1, halfX: 0.0302 },
  { z: 0, lowY: 0.074, highY: 0.097, halfX: 0.0295 },
];

/** Slope of the neck's back: y per z. */
const BACK_SLOPE = 0.186;
/** Where the back's plane meets z = 0, metres. */
const BACK_Y = 0.1208;

/** Outline of a strip down the neck in (along, x): straight from the wrist, round at the tail. */
function stripOutline(half: number, start: number, end: number, round: number): readonly Point2[] {
  const points: Point2[] = [
    [start, 0],
    [start, half],
  ];
  for (let i = 0; i <= 6; i++) {
    const angle = ((Math.PI / 2) * i) / 6;
    points.push([end + round * (1 - sin(angle)), half - round * (1 - cos(angle))]);
  }
  points.push([end, 0]);
  return withMirror(points);
}

/** A strip on the neck's back: `under` and `over` are its faces, counted from the back's plane outward, metres. */
function strip(outline: readonly Point2[], under: number, over: number, bevel: number): TriangleMesh {
  // Drawn in the plane of the back: along it, and along x, so that their cross product points outward.
  return prism([0, BACK_Y, 0], [0, BACK_SLOPE, 1], [1, 0, 0], outline, [
    { height: under, inset: 0 },
    { height: over - bevel, inset: 0 },
    { height: over, inset: bevel },
  ]);
}

function armShell(): Solid {
  const wrist = drum([0, 0.015, 0], [0, 0.1, 0], WRIST_RADIUS_M);
  const arm = loft(ARM_SECTIONS, 'round');
  return shared(0, blend(0.011, arm, wrist), halfSpace([0, 1, -BACK_SLOPE], BACK_Y - 0.012));
}

/** The dark cap over the wrist: a cone that begins in a slant. */
function cap(): Solid {
  return shared(
    0,
    turned(
      [0, 0, 0],
      [0, 1, 0],
      [
        [0.055, 0],
        [0.055, 0.0505],
        [0.096, 0.0518],
        [0.1005, 0.0502],
        [0.1235, 0.0325],
        [0.1235, 0],
      ],
    ),
    // Above the wrist's axis the slant, below it a level rim that meets the strip.
    together(halfSpace([0, -1, -0.33], -0.0835), halfSpace([0, -1, 0], -0.0925)),
  );
}

export function forearmVisuals(): readonly VisualPart[] {
  return [
    {
      frame: 'link5',
      material: SHELL_WHITE,
      mesh: contour(armShell(), { min: [-0.058, -0.058, -0.2595], max: [0.058, 0.11, 0.05] }, SHELL_CELL_M),
    },
    {
      frame: 'link5',
      material: DARK_GREY,
      mesh: contour(cap(), { min: [-0.053, 0.05, -0.053], max: [0.053, 0.127, 0.053] }, CAP_CELL_M),
    },
    {
      frame: 'link5',
      material: DARK_GREY,
      mesh: strip(stripOutline(0.0324, -0.008, -0.2135, 0.0275), -0.0205, 0, 0.003),
    },
    {
      frame: 'link5',
      material: SHELL_WHITE,
      mesh: strip(stripOutline(0.0148, -0.015, -0.1785, 0.0135), -0.004, 0.001, 0.0008),
    },
    {
      frame: 'link5',
      material: SHELL_WHITE,
      mesh: lathe(
        [0, 0, 0],
        [0, 1, 0],
        [
          [0.11, 0.0315],
          [0.1242, 0.0315],
          [0.1262, 0.0285],
          [0.1285, 0.0205],
          [0.1297, 0.011],
          [0.13, 0],
        ],
      ),
    },
  ];
}
