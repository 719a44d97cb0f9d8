// Owns the looks of the elbow: link3 and link4, two copies of one shell that meet face to face at joint 4. Frames: the
// Denavit-Hartenberg frame of each link, metres. Must never decide where anything moves.

import { contour } from '../../cameras/contour.ts';
import { cylinder, lathe } from '../../cameras/shapes.ts';
import {
  blend,
  brick,
  cut,
  drum,
  halfSpace,
  moved,
  type Point2,
  plate,
  type Solid,
  shared,
  together,
  turned,
} from '../../cameras/solids.ts';
import { add, normalize, type Pose, scale, type Vec3 } from '../../spatial.ts';
import { SHELL_CELL_M, smoothOutline } from './visual-outline.ts';
import { DARK_GREY, type PandaFrame, SHELL_WHITE, type VisualPart } from './visual-part.ts';

/** Where joint 4 stands beside joints 3 and 5: the elbow's offset, metres. */
const OFFSET_M = 0.0825;
/** Where the dark cap begins along the drum, metres from the seam. */
const CAP_START_M = 0.0635;
const PIPE_RADIUS_M = 0.055;

/** The web between pipe and drum, in (x, z), smaller by its round edge. */
const WEB_OUTLINE: readonly Point2[] = [
  [0, -0.045],
  [0.045, -0.02],
  [0.062, -0.028],
  [0.043, -0.046],
  [0.028, -0.06],
  [0.02, -0.076],
  [0, -0.076],
];

/**
 * The elbow in the frame of link3: a pipe along -z that closes in a dome, and beside it a drum along +y whose flat face
 * at y = 0 turns against its twin.
 */
function elbowShell(pipeEndZ: number): Solid {
  const dome = smoothOutline(
    [
      [-0.15, 0.0558],
      [-0.121, 0.055],
      [-0.09, 0.0533],
      [-0.06, 0.0505],
      [-0.04, 0.046],
      [-0.024, 0.037],
      [-0.014, 0.022],
      [-0.011, 0],
    ],
    4,
  );
  const pipe = turned([0, 0, 0], [0, 0, 1], [[-0.15, 0], ...dome]);
  const housing = turned(
    [OFFSET_M, 0, 0],
    [0, 1, 0],
    [
      [0, 0],
      [0, PIPE_RADIUS_M],
      [0.03, 0.0541],
      [CAP_START_M, 0.0512],
      [CAP_START_M + 0.02, 0.0487],
      [CAP_START_M + 0.02, 0],
    ],
  );
  // The other half of the elbow turns here: only two ears of the pipe reach over the seam.
  const twin = drum([OFFSET_M, -0.2, 0], [OFFSET_M, 0, 0], PIPE_RADIUS_M + 0.0025);
  const ears = together(
    brick([0.021, -0.006, -0.016], [0.022, 0.026, 0.024], 0.006),
    brick([0.0475, -0.005, -0.064], [0.022, 0.026, 0.042], 0.007),
  );
  // A web fills the corner between pipe and drum.
  const web = plate([0, 0, 0], [1, 0, 0], [0, 0, 1], WEB_OUTLINE, -0.05, 0.02, 0.014);
  const behind = shared(0, blend(0.024, pipe, housing, web), halfSpace([0, -1, 0], 0));
  const front = shared(0, cut(0.001, blend(0.012, pipe, ears), twin), halfSpace([0, 1, 0], 0.0005));
  const body = together(behind, front);
  return shared(0, body, halfSpace([0, 0, -1], -pipeEndZ));
}

/** The dark cap, its lip over the pipe and its white button; `seam` is where the drum's axis leaves the seam. */
function elbowCap(frame: PandaFrame, seam: Vec3, axis: Vec3, towardPipe: Vec3): readonly VisualPart[] {
  const lip = add(seam, scale(normalize(towardPipe), 0.0112));
  return [
    {
      frame,
      material: DARK_GREY,
      mesh: lathe(seam, axis, [
        [CAP_START_M - 0.002, 0.0505],
        [CAP_START_M, 0.0527],
        [0.078, 0.0518],
        [0.085, 0.0505],
        [0.0895, 0.0483],
        [0.1003, 0.0363],
        [0.101, 0.034],
      ]),
    },
    {
      frame,
      material: DARK_GREY,
      mesh: cylinder(
        add(lip, scale(axis, CAP_START_M - 0.001)),
        add(lip, scale(axis, CAP_START_M + 0.0035)),
        0.0505,
        0.0012,
      ),
    },
    {
      frame,
      material: SHELL_WHITE,
      mesh: lathe(seam, axis, [
        [0.095, 0.0335],
        [0.1015, 0.0335],
        [0.1045, 0.0288],
        [0.108, 0.0205],
        [0.1102, 0.0115],
        [0.111, 0],
      ]),
    },
  ];
}

export function elbowVisuals(): readonly VisualPart[] {
  // Link4's pipe runs along its +y and its drum along +z, about the origin: link3's shell after a quarter turn about x.
  const turnedOver: Pose = { position: [-OFFSET_M, 0, 0], quatWxyz: [Math.SQRT1_2, Math.SQRT1_2, 0, 0] };
  return [
    {
      frame: 'link3',
      material: SHELL_WHITE,
      mesh: contour(elbowShell(-0.121), { min: [-0.057, -0.057, -0.123], max: [0.14, 0.085, 0.058] }, SHELL_CELL_M),
    },
    ...elbowCap('link3', [OFFSET_M, 0, 0], [0, 1, 0], [-1, 0, -0.8]),
    {
      frame: 'link4',
      material: SHELL_WHITE,
      mesh: contour(
        moved(turnedOver, elbowShell(-0.124)),
        { min: [-0.14, -0.058, -0.057], max: [0.057, 0.125, 0.085] },
        SHELL_CELL_M,
      ),
    },
    ...elbowCap('link4', [0, 0, 0], [0, 0, 1], [-1, 0.8, 0]),
  ];
}
