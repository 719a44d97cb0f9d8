// Owns the looks of the Franka hand and its fingers. Frames: hand and finger frames as in visual-part.ts, metres.
// Must never decide where anything moves.

import { contour } from '../../cameras/contour.ts';
import { type TriangleMesh, transformMesh } from '../../cameras/mesh.ts';
import { cylinder, insetOutline, lathe, prism, roundedBox, skin, tube } from '../../cameras/shapes.ts';
import { blend, halfSpace, type Point2, plate, type Solid, shared } from '../../cameras/solids.ts';
import { type Pose, quatFromAxisAngle, type Vec3 } from '../../spatial.ts';
import { PAD_HALF_SIZE } from './collision.ts';
import { FINGER_OFFSET_M, TOOL_OFFSET_M } from './kinematics.ts';
import { HAND_CELL_M } from './visual-outline.ts';
import { ALUMINIUM, BLACK, PAD_GREY, SHELL_GREY_WHITE, SHELL_WHITE, type VisualPart } from './visual-part.ts';

/** Where the front of the hand ends, metres along z. */
const FRONT_Z = 0.066;
/** Half thickness of the lower body at z = 0 and how much it loses per metre of z. */
const HALF_THICKNESS_M = 0.0278;
const TAPER = 0.148;
const BODY_EDGE_M = 0.005;

/** Outline of the hand's body in (y, z), with the notch for the flange. */
const BODY_OUTLINE: readonly Point2[] = [
  [-0.0945, FRONT_Z],
  [0.0945, FRONT_Z],
  [0.0985, 0.0635],
  [0.1, 0.058],
  [0.0993, 0.048],
  [0.0942, 0.012],
  [0.0885, 0.001],
  [0.078, -0.0076],
  [0.0295, -0.0076],
  [0.027, -0.005],
  [0.027, 0.008],
  [-0.027, 0.008],
  [-0.027, -0.005],
  [-0.0295, -0.0076],
  [-0.078, -0.0076],
  [-0.0885, 0.001],
  [-0.0942, 0.012],
  [-0.0993, 0.048],
  [-0.1, 0.058],
  [-0.0985, 0.0635],
];

/** The lower body on the side of +y is thicker toward the flange, in (y, z). */
const CHEEK_OUTLINE: readonly Point2[] = [
  [0.034, -0.0076],
  [0.078, -0.0076],
  [0.0885, 0.001],
  [0.0942, 0.012],
  [0.0993, 0.048],
  [0.0985, 0.0635],
  [0.036, 0.0635],
  [0.031, 0.03],
  [0.031, -0.0046],
];

function handShell(): Solid {
  const body = plate(
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    insetOutline(BODY_OUTLINE, BODY_EDGE_M),
    -0.0185,
    0.0185,
    BODY_EDGE_M,
  );
  const cheek = shared(
    0.005,
    plate([0, 0, 0], [0, 1, 0], [0, 0, 1], insetOutline(CHEEK_OUTLINE, BODY_EDGE_M), -0.031, 0.031, BODY_EDGE_M),
    halfSpace([1, 0, TAPER], HALF_THICKNESS_M * 0.989),
    halfSpace([-1, 0, TAPER], HALF_THICKNESS_M * 0.989),
  );
  return blend(0.003, body, cheek);
}

/** The strip runs on over the thicker body, whose faces lean. */
function cheekStrip(side: 1 | -1): VisualPart {
  const z = 0.0187;
  const pose: Pose = {
    position: [side * (HALF_THICKNESS_M - TAPER * z - 0.0012), 0.0535, z],
    quatWxyz: quatFromAxisAngle([0, 1, 0], -side * 0.147),
  };
  return {
    frame: 'hand',
    material: ALUMINIUM,
    mesh: transformMesh(pose, roundedBox([0, 0, 0], [0.0034, 0.037, 0.0146], 0.0004, 1)),
  };
}

function handParts(): readonly VisualPart[] {
  return [
    {
      frame: 'hand',
      material: SHELL_WHITE,
      mesh: contour(handShell(), { min: [-0.031, -0.102, -0.009], max: [0.031, 0.102, 0.068] }, HAND_CELL_M),
    },
    // The slot in which the fingers run, and the grey strips on both faces.
    { frame: 'hand', material: BLACK, mesh: roundedBox([0, 0, FRONT_Z - 0.003], [0.0185, 0.134, 0.0064], 0.0003, 1) },
    { frame: 'hand', material: ALUMINIUM, mesh: roundedBox([0, 0, 0.0187], [0.0374, 0.144, 0.0146], 0.0004, 1) },
    cheekStrip(1),
    cheekStrip(-1),
    {
      frame: 'hand',
      material: ALUMINIUM,
      mesh: lathe(
        [0, 0, 0],
        [0, 0, 1],
        [
          [0, 0.0308],
          [0.0007, 0.0315],
          [0.0088, 0.0315],
          [0.0095, 0.0308],
        ],
      ),
    },
    { frame: 'hand', material: ALUMINIUM, mesh: roundedBox([0, 0, 0.0046], [0.024, 0.108, 0.0076], 0.003, 2) },
    {
      frame: 'hand',
      material: SHELL_GREY_WHITE,
      mesh: roundedBox([0, -0.0895, -0.0042], [0.022, 0.021, 0.02], 0.006, 2),
    },
    {
      frame: 'hand',
      material: BLACK,
      mesh: tube(
        [
          [0, -0.0975, 0.013],
          [0, -0.1012, 0.006],
          [0, -0.1022, -0.003],
          [0, -0.1, -0.0115],
          [0, -0.0955, -0.0173],
          [0, -0.088, -0.0202],
        ],
        0.0021,
        10,
      ),
    },
    {
      frame: 'hand',
      material: BLACK,
      mesh: cylinder([0, -0.0885, -0.0202], [0, -0.0675, -0.0202], 0.0043, 0.0008, 16),
    },
    { frame: 'hand', material: BLACK, mesh: cylinder([0, -0.069, -0.0202], [0, -0.0458, -0.0202], 0.0056, 0.0006, 16) },
  ];
}

/** Tool point in the finger's frame. */
const TIP_Z = TOOL_OFFSET_M - FINGER_OFFSET_M;
const [PAD_HALF_X, , PAD_HALF_Z] = PAD_HALF_SIZE;

/** A level rectangle of the finger's arm, from `lowY` to `highY` and `halfX` to both sides. */
function armSection(z: number, lowY: number, highY: number, halfX: number): readonly Vec3[] {
  return [
    [-halfX, lowY, z],
    [halfX, lowY, z],
    [halfX, highY, z],
    [-halfX, highY, z],
  ];
}

/** The plate behind the pad, in (x, z) about the tool point: its far corners are cut. */
const TIP_OUTLINE: readonly Point2[] = [
  [-PAD_HALF_X, -PAD_HALF_Z],
  [PAD_HALF_X, -PAD_HALF_Z],
  [PAD_HALF_X, PAD_HALF_Z - 0.003],
  [PAD_HALF_X - 0.003, PAD_HALF_Z],
  [-PAD_HALF_X + 0.003, PAD_HALF_Z],
  [-PAD_HALF_X, PAD_HALF_Z - 0.003],
];

function tipPlate(lowY: number, highY: number): TriangleMesh {
  return prism([0, 0, TIP_Z], [1, 0, 0], [0, 0, 1], TIP_OUTLINE, [
    { height: -highY, inset: 0.0004 },
    { height: -highY + 0.0005, inset: 0 },
    { height: -lowY, inset: 0 },
  ]);
}

function fingerParts(frame: 'left_finger' | 'right_finger'): readonly VisualPart[] {
  const half = PAD_HALF_X / 2 + 0.0004;
  const block: Vec3 = [PAD_HALF_X - 0.0008, 0.006, PAD_HALF_Z - 0.0008];
  const blocks: Vec3[] = [
    [-half, 0.003, TIP_Z - half],
    [half, 0.003, TIP_Z - half],
    [-half, 0.003, TIP_Z + half],
    [half, 0.003, TIP_Z + half],
  ];
  return [
    { frame, material: SHELL_GREY_WHITE, mesh: roundedBox([0, 0.0144, 0.002], [0.0208, 0.0238, 0.004], 0.0008, 1) },
    { frame, material: SHELL_GREY_WHITE, mesh: roundedBox([0, 0.0142, 0.0105], [0.0206, 0.0058, 0.0172], 0.001, 1) },
    { frame, material: SHELL_GREY_WHITE, mesh: roundedBox([0, 0.0214, 0.0114], [0.0208, 0.0072, 0.0148], 0.001, 1) },
    {
      frame,
      material: SHELL_GREY_WHITE,
      mesh: skin([armSection(0.018, 0.0178, 0.025, 0.0104), armSection(0.0364, 0.0084, 0.0156, 0.0089)]),
    },
    { frame, material: SHELL_GREY_WHITE, mesh: tipPlate(0.0094, 0.0144) },
    { frame, material: BLACK, mesh: tipPlate(0.0026, 0.0095) },
    // The pad: four blocks whose faces lie in the plane y = 0, a cross of grooves between them.
    ...blocks.map((centre): VisualPart => ({ frame, material: PAD_GREY, mesh: roundedBox(centre, block, 0.0009, 1) })),
  ];
}

export function handVisuals(): readonly VisualPart[] {
  return [...handParts(), ...fingerParts('left_finger'), ...fingerParts('right_finger')];
}
