// Owns the looks of the forearm: link5, from the pipe at the elbow over the slim swan neck to the wrist. Frame: link5,
// whose origin is the centre of the wrist, metres. Must never decide where anything moves.

import { contour } from '../../cameras/contour.ts';
import { type LoftSection, loft } from '../../cameras/loft-solid.ts';
import { lathe } from '../../cameras/shapes.ts';
import { blend, drum, halfSpace, type Point2, plate, type Solid, shared, turned } from '../../cameras/solids.ts';
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
  { z: -0.138, lowY: 0.0575, highY: 0.0885, halfX: 0.0318 },
  { z: -0.12, lowY: 0.065, highY: 0.091, halfX: 0.0306 },
  { z: -0.06, lowY: 0.0733, highY: 0.1, halfX: 0.0304 },
  { z: -0.02, lowY: 0.074, highY: 0.1, halfX: 0.033 },
  { z: 0, lowY: 0.074, highY: 0.097, halfX: 0.035 },
];

/** Slope of the neck's back: y per z. */
const BACK_SLOPE = 0.186;
/** Where the back's plane meets z = 0, metres. */
const BACK_Y = 0.1208;

/** Outline of a spoon in (z, x): a round head about the wrist's axis and a tail toward the elbow. */
function spoonOutline(headRadius: number, tailHalf: number, tailEnd: number, tailRound: number): readonly Point2[] {
  const half: Point2[] = [];
  for (let i = 0; i <= 10; i++) {
    const angle = (Math.PI * 0.66 * i) / 10;
    half.push([headRadius * cos(angle), headRadius * sin(angle)]);
  }
  const [lastZ, lastX] = half[half.length - 1];
  for (const share of [0.3, 0.6, 1]) {
    const smooth = share * share * (3 - 2 * share);
    half.push([lastZ - 0.045 * share, lastX + (tailHalf - lastX) * smooth]);
  }
  for (let i = 0; i <= 5; i++) {
    const angle = ((Math.PI / 2) * i) / 5;
    half.push([tailEnd + tailRound * (1 - sin(angle)), tailHalf - tailRound * (1 - cos(angle))]);
  }
  half.push([tailEnd, 0]);
  return withMirror(half);
}

function armShell(): Solid {
  const wrist = drum([0, 0.015, 0], [0, 0.1, 0], WRIST_RADIUS_M);
  const arm = loft(ARM_SECTIONS, 'round');
  return shared(0, blend(0.018, arm, wrist), halfSpace([0, 1, -BACK_SLOPE], BACK_Y - 0.012));
}

/** The dark strip down the back of the neck, below the wrist's cap. */
function strip(): Solid {
  return shared(
    0.004,
    plate([0, 0, 0], [0, 0, 1], [1, 0, 0], spoonOutline(0.041, 0.0285, -0.2105, 0.026), 0.05, 0.14, 0.0025),
    halfSpace([0, 1, -BACK_SLOPE], BACK_Y),
    halfSpace([0, -1, BACK_SLOPE], -(BACK_Y - 0.0205)),
    halfSpace([0, 0, 1], -0.012),
    // The tail ends in a bevel.
    halfSpace([0, 0.6, -0.8], 0.6 * 0.0815 + 0.8 * 0.2075),
  );
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
        [0.055, 0.0497],
        [0.096, 0.0512],
        [0.1005, 0.0498],
        [0.1235, 0.0325],
        [0.1235, 0],
      ],
    ),
    halfSpace([0, -1, -0.33], -0.0835),
  );
}

/** The white inlay of the strip. */
function inlay(): Solid {
  return shared(
    0.001,
    plate([0, 0, 0], [0, 0, 1], [1, 0, 0], spoonOutline(0.03, 0.0135, -0.177, 0.0125), 0.06, 0.14, 0.0015),
    halfSpace([0, 1, -BACK_SLOPE], BACK_Y + 0.0012),
    halfSpace([0, -1, BACK_SLOPE], -(BACK_Y - 0.008)),
    halfSpace([0, 0, 1], 0),
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
      mesh: contour(
        blend(0.006, cap(), strip()),
        { min: [-0.053, 0.05, -0.214], max: [0.053, 0.127, 0.053] },
        CAP_CELL_M,
      ),
    },
    {
      frame: 'link5',
      material: SHELL_WHITE,
      mesh: contour(inlay(), { min: [-0.034, 0.055, -0.18], max: [0.034, 0.13, 0.003] }, CAP_CELL_M),
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
