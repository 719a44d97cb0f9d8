// Owns the looks of link7: the flange disc and the grip that a person guides the arm by. Frame: link7, metres.
// Must never decide where anything moves.

import { contour } from '../../cameras/contour.ts';
import { transformMesh } from '../../cameras/mesh.ts';
import { cylinder, lathe, roundedBox } from '../../cameras/shapes.ts';
import { halfSpace, type Point2, plate, type Solid, shared } from '../../cameras/solids.ts';
import { add, quatFromAxisAngle, scale, type Vec3 } from '../../spatial.ts';
import { FLANGE_OFFSET_M } from './kinematics.ts';
import { HAND_CELL_M, withMirror } from './visual-outline.ts';
import { ALUMINIUM, BLACK, DARK_GREY, SHELL_GREY_WHITE, SHELL_WHITE, type VisualPart } from './visual-part.ts';

/** The grip points this way from the flange's axis, half way between x and y. */
const GRIP_TURN_RAD = Math.PI / 4;
const OUT: Vec3 = [Math.SQRT1_2, Math.SQRT1_2, 0];
const ASIDE: Vec3 = [-Math.SQRT1_2, Math.SQRT1_2, 0];
const GRIP_EDGE_M = 0.0065;

/** Half of the grip's outline in (outward, aside), smaller by its round edge. */
const GRIP_OUTLINE: readonly Point2[] = [
  [0.0812, 0],
  [0.0802, 0.0235],
  [0.064, 0.0262],
  [0.05, 0.0288],
  [0.036, 0.031],
  [0.024, 0.0322],
  [0.005, 0.03],
  [0, 0],
];

function grip(): Solid {
  return shared(
    0.004,
    plate([0, 0, 0], OUT, ASIDE, withMirror(GRIP_OUTLINE), 0.0605, 0.0968, GRIP_EDGE_M),
    // Its underside rises outward.
    halfSpace(add(scale(OUT, 0.379), [0, 0, -0.925]), -0.0409),
  );
}

/** The key on one side of the grip. */
function gripKey(side: 1 | -1): VisualPart {
  const place = add(scale(OUT, 0.0585), add(scale(ASIDE, side * 0.0282), [0, 0, 0.082]));
  const pose = { position: place, quatWxyz: quatFromAxisAngle([0, 0, 1], GRIP_TURN_RAD - side * 0.19) };
  return {
    frame: 'link7',
    material: BLACK,
    mesh: transformMesh(pose, roundedBox([0, 0, 0], [0.023, 0.0125, 0.02], 0.0045, 2)),
  };
}

export function flangeVisuals(): readonly VisualPart[] {
  const socket = scale(OUT, -1);
  const plugAt = (out: number): Vec3 => add(scale(socket, out), [0, 0, 0.0858]);
  return [
    {
      frame: 'link7',
      material: SHELL_GREY_WHITE,
      mesh: lathe(
        [0, 0, 0],
        [0, 0, 1],
        [
          [0.052, 0.0432],
          [0.0526, 0.044],
          [0.0945, 0.044],
          [0.0962, 0.0428],
          [0.0968, 0.0412],
        ],
      ),
    },
    {
      frame: 'link7',
      material: DARK_GREY,
      mesh: lathe(
        [0, 0, 0],
        [0, 0, 1],
        [
          [0.0572, 0.0439],
          [0.0574, 0.0442],
          [0.0588, 0.0442],
          [0.059, 0.0439],
        ],
      ),
    },
    {
      frame: 'link7',
      material: ALUMINIUM,
      mesh: lathe(
        [0, 0, 0],
        [0, 0, 1],
        [
          [0.09, 0.0315],
          [FLANGE_OFFSET_M - 0.0008, 0.0315],
          [FLANGE_OFFSET_M, 0.0307],
          [FLANGE_OFFSET_M, 0.0165],
          [FLANGE_OFFSET_M - 0.0005, 0.016],
          [FLANGE_OFFSET_M - 0.0005, 0],
        ],
      ),
    },
    {
      frame: 'link7',
      material: BLACK,
      mesh: lathe(
        [0, 0, 0],
        [0, 0, 1],
        [
          [0.094, 0.0338],
          [0.0974, 0.0338],
          [0.0978, 0.0334],
          [0.0978, 0.03],
        ],
      ),
    },
    {
      frame: 'link7',
      material: SHELL_WHITE,
      mesh: contour(grip(), { min: [-0.03, -0.03, 0.058], max: [0.086, 0.086, 0.098] }, HAND_CELL_M),
    },
    gripKey(1),
    gripKey(-1),
    { frame: 'link7', material: BLACK, mesh: cylinder(plugAt(0.04), plugAt(0.0572), 0.0045, 0.0005, 16) },
    { frame: 'link7', material: BLACK, mesh: cylinder(plugAt(0.0465), plugAt(0.0525), 0.0056, 0.0005, 16) },
  ];
}
