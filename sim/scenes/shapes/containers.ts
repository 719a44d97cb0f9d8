// Owns the shapes that hold things: bowl and tray, really hollow, made of few boxes so that they simulate fast and rest.

import { atan2, cos, sin } from '../../portable-math.ts';
import { IDENTITY_POSE, type Pose, quatFromAxisAngle, quatMultiply, type Vec3 } from '../../spatial.ts';
import type { BuiltPart, ShapeBuilder } from './built-shape.ts';

/** Thickness of walls and floors, metres: a cube that falls from 5 cm sinks 2 mm in and never tunnels. */
const WALL_M = 0.005;
/** Boxes around a bowl: twelve look round, and leave its inner floor wide enough. */
const BOWL_WALLS = 12;
/** Width of a bowl's floor over the width of its rim. */
const FLOOR_SHARE = 0.62;
/** The round plate of a bowl's floor stays this far inside its square foot, so that the bowl stands on four corners (m). */
const PLATE_INSET_M = 0.001;
/** A hollow less wide or less deep than this holds nothing (m). */
const LEAST_HOLLOW_M = 0.01;

function tooSmall(what: string, size: Vec3): string | undefined {
  const least = 2 * WALL_M + LEAST_HOLLOW_M;
  if (size[2] >= WALL_M + LEAST_HOLLOW_M && size[0] >= least && size[1] >= least) return undefined;
  return `a ${what} has walls of ${WALL_M} m and a hollow: make it at least [${least}, ${least}, ${WALL_M + LEAST_HOLLOW_M}]`;
}

/** An upright round bowl, wider at its rim: the size is [diameter, diameter, height]. */
export const BOWL: ShapeBuilder = {
  features: [],
  hollow: true,
  problem: (size) =>
    size[0] === size[1]
      ? tooSmall('bowl', size)
      : `a bowl is as wide as it is deep: write its diameter twice, as [${size[0]}, ${size[0]}, height]`,
  build: ([diameter, , height]) => {
    const bottom = -height / 2;
    const rimRadius = diameter / 2;
    const floorRadius = rimRadius * FLOOR_SHARE;
    // The square foot reaches to the inner edge of the walls with its corners.
    const footSide = floorRadius * Math.SQRT2;
    const at = (z: number): Pose => ({ ...IDENTITY_POSE, position: [0, 0, z] });
    const parts: BuiltPart[] = [
      { shape: { kind: 'box', size: [footSide, footSide, WALL_M] }, bodyFromPart: at(bottom + WALL_M / 2) },
      {
        shape: { kind: 'cylinder', radiusM: floorRadius, heightM: WALL_M - 2 * PLATE_INSET_M },
        bodyFromPart: at(bottom + WALL_M / 2),
      },
    ];
    // The outer face of a wall runs from the foot's height to the rim; the wall lies inside of it.
    const lowest = bottom + PLATE_INSET_M;
    const [run, rise] = [rimRadius - floorRadius, height / 2 - lowest];
    const lengthM = Math.sqrt(run * run + rise * rise);
    const leanRad = atan2(run, rise);
    const step = (2 * Math.PI) / BOWL_WALLS;
    const inset = WALL_M / 2;
    // Rounded corners are not to be had: the wall ends where its inner upper edge meets the rim's height.
    const length = lengthM - WALL_M * (run / rise);
    const radius = floorRadius + (length / 2 / lengthM) * run - inset * (rise / lengthM);
    const z = lowest + (length / 2 / lengthM) * rise + inset * (run / lengthM);
    const width = 2 * rimRadius * (sin(step / 2) / cos(step / 2));
    for (let k = 0; k < BOWL_WALLS; k++) {
      const turn = k * step;
      parts.push({
        shape: { kind: 'box', size: [WALL_M, width, length] },
        bodyFromPart: {
          position: [radius * cos(turn), radius * sin(turn), z],
          quatWxyz: quatMultiply(quatFromAxisAngle([0, 0, 1], turn), quatFromAxisAngle([0, 1, 0], leanRad)),
        },
      });
    }
    const [floorHalf, rimHalf] = [floorRadius - WALL_M, rimRadius - WALL_M];
    return {
      parts,
      features: [],
      cavity: {
        outline: 'round',
        floorZ: bottom + WALL_M,
        rimZ: height / 2,
        floorHalf: [floorHalf, floorHalf],
        rimHalf: [rimHalf, rimHalf],
      },
    };
  },
};

/** An open box with upright walls: a tray when flat, a bin when deep. */
export const TRAY: ShapeBuilder = {
  features: [],
  hollow: true,
  problem: (size) => tooSmall('tray', size),
  build: ([x, y, height]) => {
    const bottom = -height / 2;
    const wallHeight = height - WALL_M;
    const z = bottom + WALL_M + wallHeight / 2;
    const part = (size: Vec3, position: Vec3): BuiltPart => ({
      shape: { kind: 'box', size },
      bodyFromPart: { ...IDENTITY_POSE, position },
    });
    const half: readonly [number, number] = [x / 2 - WALL_M, y / 2 - WALL_M];
    return {
      parts: [
        part([x, y, WALL_M], [0, 0, bottom + WALL_M / 2]),
        ...[-1, 1].map((side) => part([WALL_M, y, wallHeight], [(side * (x - WALL_M)) / 2, 0, z])),
        ...[-1, 1].map((side) => part([x - 2 * WALL_M, WALL_M, wallHeight], [0, (side * (y - WALL_M)) / 2, z])),
      ],
      features: [],
      cavity: {
        outline: 'rectangular',
        floorZ: bottom + WALL_M,
        rimZ: height / 2,
        floorHalf: half,
        rimHalf: half,
      },
    };
  },
};
