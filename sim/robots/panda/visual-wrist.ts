// Owns the looks of the wrist: link6 between joints 6 and 7, with the pilot's buttons. Frame: link6, metres.
// Must never decide where anything moves.

import { contour } from '../../cameras/contour.ts';
import type { Material } from '../../cameras/material.ts';
import { cylinder, insetOutline, lathe, prism, skin } from '../../cameras/shapes.ts';
import {
  blend,
  drum,
  halfSpace,
  type Point2,
  plate,
  type Solid,
  shared,
  together,
  turned,
} from '../../cameras/solids.ts';
import { cos, sin } from '../../portable-math.ts';
import { add, dot, scale, type Vec3 } from '../../spatial.ts';
import { SHELL_CELL_M, smoothOutline, withMirror } from './visual-outline.ts';
import {
  BLACK,
  DARK_GREY,
  PILOT_BLUE,
  PILOT_GREEN,
  PILOT_RED,
  SHELL_GREY_WHITE,
  SHELL_WHITE,
  type VisualPart,
} from './visual-part.ts';

/** Joint 7 stands this far beside joint 6, metres. */
const OFFSET_M = 0.088;
/** Radius of the hub about joint 6. */
const HUB_RADIUS_M = 0.0478;

/** The barrel about joint 7's axis: (along y, radius). */
const BARREL: readonly Point2[] = [
  [-0.0512, 0.0441],
  [-0.046, 0.0438],
  [-0.031, 0.0412],
  [-0.014, 0.0436],
  [0.004, 0.0447],
  [0.022, 0.0444],
  [0.046, 0.0412],
  [0.066, 0.0368],
  [0.09, 0.029],
];

/** Where the barrel's collar begins, metres from the axis of joint 6 toward the flange. */
const COLLAR_START_M = 0.047;

/** The body that joins hub and barrel, in (x, y), smaller by its round edge: wide toward the pilot. */
const BRIDGE_OUTLINE: readonly Point2[] = [
  [-0.02, 0.0265],
  [0.046, 0.0565],
  [0.085, 0.05],
  [0.085, -0.01],
  [0.045, -0.0145],
  [0.02, -0.023],
];
const BRIDGE_EDGE_M = 0.0145;

/** Plane between the white arm and the dark cap over joint 6: it rises toward the barrel. */
const CAP_SLOPE = 0.126;
const CAP_START_Z = 0.0346;
const CAP_TOP_Z = 0.0555;

/** The pilot's face: outward direction, direction to its right, centre on the shell. */
const PILOT_TILT_RAD = 0.237;
const PILOT_OUT: Vec3 = [sin(PILOT_TILT_RAD), cos(PILOT_TILT_RAD), 0];
const PILOT_RIGHT: Vec3 = [cos(PILOT_TILT_RAD), -sin(PILOT_TILT_RAD), 0];
const PILOT_CENTRE: Vec3 = [0.0888, 0.0726, 0];

function wristShell(): Solid {
  const barrel = turned(
    [OFFSET_M, 0, 0],
    [0, 1, 0],
    [[BARREL[0][0], 0], ...smoothOutline(BARREL, 3), [BARREL[BARREL.length - 1][0], 0]],
  );
  const hub = drum([0, 0, 0.0035], [0, 0, 0.06], HUB_RADIUS_M);
  const bridge = plate([0, 0, 0], [1, 0, 0], [0, 1, 0], BRIDGE_OUTLINE, -0.014, 0.042, BRIDGE_EDGE_M);
  // The bridge hangs lower than the hub, and only where the hub ends.
  const lower = halfSpace([-0.94, 0, -0.34], -0.0325);
  const upper = halfSpace([0, 0, -1], -0.0035);
  const arm = shared(
    0.002,
    blend(0.012, hub, shared(0.004, bridge, together(lower, upper))),
    halfSpace([-CAP_SLOPE, 0, 1], CAP_START_Z * 0.992),
  );
  return shared(
    0,
    shared(0.008, blend(0.014, barrel, arm), halfSpace(PILOT_OUT, dot(PILOT_OUT, PILOT_CENTRE))),
    halfSpace([0, -1, 0], COLLAR_START_M),
  );
}

/** Outline of the dark cap in (x, y): a head about the joint and a narrower end toward the barrel. */
function capOutline(): readonly Point2[] {
  const half: Point2[] = [];
  for (let i = 0; i <= 10; i++) {
    const angle = Math.PI * (1 - (0.63 * i) / 10);
    half.push([0.0472 * cos(angle), i === 0 ? 0 : 0.0472 * sin(angle)]);
  }
  half.push([0.034, 0.0385], [0.049, 0.0325], [0.0575, 0.0265], [0.062, 0.0185], [0.0638, 0.008], [0.064, 0]);
  return withMirror(half);
}

function cap(): VisualPart {
  const outline = capOutline();
  const level = (inset: number, share: number): Vec3[] =>
    insetOutline(outline, inset).map(([x, y]) => {
      const start = CAP_START_Z + CAP_SLOPE * x;
      return [x, y, start + (CAP_TOP_Z - start) * share];
    });
  const rings = [
    level(0, -0.3),
    level(0, 0.02),
    level(0.0075, 0.33),
    level(0.0145, 0.66),
    level(0.019, 0.89),
    level(0.0225, 1),
  ];
  return { frame: 'link6', material: DARK_GREY, mesh: skin(rings) };
}

/** The white field on the cap with its round badge. */
function badge(): readonly VisualPart[] {
  const half: Point2[] = [];
  for (let i = 0; i <= 8; i++) {
    const angle = Math.PI * (1 - (0.6 * i) / 8);
    half.push([0.0225 * cos(angle), i === 0 ? 0 : 0.0225 * sin(angle)]);
  }
  half.push([0.026, 0.0195], [0.036, 0.0165], [0.0405, 0.0115], [0.042, 0.005], [0.042, 0]);
  const field = prism([0, 0, 0], [1, 0, 0], [0, 1, 0], withMirror(half), [
    { height: CAP_TOP_Z - 0.004, inset: 0 },
    { height: CAP_TOP_Z + 0.0004, inset: 0.0004 },
  ]);
  return [
    { frame: 'link6', material: SHELL_WHITE, mesh: field },
    {
      frame: 'link6',
      material: DARK_GREY,
      mesh: cylinder([0, 0, CAP_TOP_Z - 0.002], [0, 0, CAP_TOP_Z + 0.0008], 0.0158, 0.0003),
    },
  ];
}

/** A point on the pilot's face: right, down its second direction (link6's z), outward. */
function onPilot(right: number, up: number, out: number): Vec3 {
  return add(add(PILOT_CENTRE, scale(PILOT_RIGHT, right)), add(scale([0, 0, 1], up), scale(PILOT_OUT, out)));
}

function button(right: number, up: number, radius: number, material: Material): VisualPart {
  return {
    frame: 'link6',
    material,
    mesh: cylinder(onPilot(right, up, 0.002), onPilot(right, up, 0.0056), radius, 0.0004, 16),
  };
}

function pilot(): readonly VisualPart[] {
  return [
    {
      frame: 'link6',
      material: BLACK,
      mesh: lathe(PILOT_CENTRE, PILOT_OUT, [
        [-0.004, 0.0348],
        [0.0012, 0.0348],
        [0.0026, 0.0338],
        [0.0026, 0.0312],
        [0.0016, 0.0306],
        [0.0016, 0.03],
        [0.0042, 0.0292],
        [0.0048, 0.0275],
        [0.005, 0],
      ]),
    },
    button(0, 0, 0.005, SHELL_WHITE),
    button(0.0115, 0, 0.0017, SHELL_WHITE),
    button(-0.0115, 0, 0.0017, SHELL_WHITE),
    button(0, 0.0115, 0.0017, SHELL_WHITE),
    button(0, -0.0115, 0.0017, SHELL_WHITE),
    button(0.0235, 0, 0.0021, PILOT_BLUE),
    button(-0.0235, 0, 0.0021, PILOT_BLUE),
    button(0, -0.0235, 0.0021, PILOT_GREEN),
    button(0, 0.0235, 0.0021, PILOT_RED),
  ];
}

export function wristVisuals(): readonly VisualPart[] {
  return [
    {
      frame: 'link6',
      material: SHELL_WHITE,
      mesh: contour(wristShell(), { min: [-0.05, -0.053, -0.047], max: [0.135, 0.082, 0.058] }, SHELL_CELL_M * 0.85),
    },
    {
      frame: 'link6',
      material: SHELL_GREY_WHITE,
      mesh: lathe(
        [0, 0, 0],
        [0, 0, 1],
        [
          [-0.0146, 0.0472],
          [-0.014, HUB_RADIUS_M],
          [0.003, HUB_RADIUS_M],
          [0.005, HUB_RADIUS_M - 0.002],
        ],
      ),
    },
    {
      frame: 'link6',
      material: SHELL_WHITE,
      mesh: lathe(
        [OFFSET_M, 0, 0],
        [0, -1, 0],
        [
          [COLLAR_START_M - 0.006, 0.0422],
          [COLLAR_START_M - 0.001, 0.0439],
          [0.0509, 0.0441],
          [0.0512, 0.0438],
        ],
        48,
      ),
    },
    cap(),
    ...badge(),
    ...pilot(),
  ];
}
