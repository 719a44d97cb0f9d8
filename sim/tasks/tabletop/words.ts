// Owns what the words of the tabletop suite mean on this table: colours, the workspace, corners, sides, directions and
// distances. Task drawing and the functions of the tabletop API read the same numbers. Must never draw at random.
//
// Frame: the base of the arm. Seen from the robot, top is far (+x), bottom near, left +y, right -y. Metres.

import type { Goal } from '../goal.ts';

export type Point2 = readonly [x: number, y: number];
export type Range = readonly [low: number, high: number];

/** Colours of blocks and bowls, sRGB 0..1: plain paints that people and detectors tell apart. */
export const TABLETOP_COLORS = {
  blue: [0.12, 0.24, 0.78],
  red: [0.82, 0.12, 0.1],
  green: [0.13, 0.6, 0.22],
  orange: [0.95, 0.5, 0.1],
  yellow: [0.95, 0.84, 0.1],
  pink: [1, 0.6, 0.745],
  cyan: [0.1, 0.8, 0.8],
  brown: [0.45, 0.275, 0.137],
  gray: [0.5, 0.5, 0.5],
  purple: [0.5, 0.157, 0.588],
} as const satisfies Record<string, readonly [number, number, number]>;

export type TabletopColor = keyof typeof TABLETOP_COLORS;

export const SEEN_COLORS: readonly TabletopColor[] = ['blue', 'red', 'green', 'orange', 'yellow'];
export const UNSEEN_COLORS: readonly TabletopColor[] = ['pink', 'cyan', 'brown', 'gray', 'purple'];

/** Blocks are cubes of this side. */
export const BLOCK_M = 0.04;

/** Where things stand and are put: 0.4 m deep and 0.6 m wide, all of it within reach of a hand that points down. */
export const WORKSPACE: { readonly x: Range; readonly y: Range } = { x: [0.3, 0.7], y: [-0.3, 0.3] };

/** Depth of a side and side of a corner, from the edge of the workspace: two rows of blocks with room for the fingers. */
export const REGION_M = 0.14;
/** A block still counts that lies this far outside the workspace. */
export const OVERHANG_M = 0.03;

export const DIRECTIONS = ['top', 'bottom', 'left', 'right'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const CORNERS = ['top left', 'top right', 'bottom left', 'bottom right'] as const;
export type Corner = (typeof CORNERS)[number];

/** "left side" or "top left corner". */
export type Place = `${Direction} side` | `${Corner} corner`;

/** "A little" and "a lot", from the centre of one thing to the centre of the other. */
export const MAGNITUDES = {
  'a little': { aimM: 0.12, range: [0.085, 0.155] },
  'a lot': { aimM: 0.22, range: [0.18, 0.3] },
} as const satisfies Record<string, { aimM: number; range: Range }>;
export type Magnitude = keyof typeof MAGNITUDES;
/** Sideways, a thing that is put in a direction may be off by this. */
export const SIDEWAYS_M = 0.05;

/** Unit step towards a direction, along x and y. */
export const STEP: Readonly<Record<Direction, Point2>> = {
  top: [1, 0],
  bottom: [-1, 0],
  left: [0, 1],
  right: [0, -1],
};

/** How far a point lies in a direction. */
export function along([x, y]: Point2, direction: Direction): number {
  const [ux, uy] = STEP[direction];
  return x * ux + y * uy;
}

/** Where a corner of the workspace is. */
export function cornerPoint(corner: Corner): Point2 {
  return [WORKSPACE.x[corner.startsWith('top') ? 1 : 0], WORKSPACE.y[corner.endsWith('left') ? 1 : 0]];
}

/** Where a block's centre counts as lying at a side or in a corner. */
export function regionOf(place: Place): { readonly x?: [number, number]; readonly y?: [number, number] } {
  const words = place.split(' ');
  const ranges: { x?: [number, number]; y?: [number, number] } = {};
  for (const word of words) {
    if (word === 'top') ranges.x = [WORKSPACE.x[1] - REGION_M, WORKSPACE.x[1] + OVERHANG_M];
    if (word === 'bottom') ranges.x = [WORKSPACE.x[0] - OVERHANG_M, WORKSPACE.x[0] + REGION_M];
    if (word === 'left') ranges.y = [WORKSPACE.y[1] - REGION_M, WORKSPACE.y[1] + OVERHANG_M];
    if (word === 'right') ranges.y = [WORKSPACE.y[0] - OVERHANG_M, WORKSPACE.y[0] + REGION_M];
  }
  const round = (range?: [number, number]) =>
    range?.map((value) => Math.round(value * 1000) / 1000) as [number, number] | undefined;
  const [x, y] = [round(ranges.x), round(ranges.y)];
  return { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) };
}

/** The goal that a block lies at a side or in a corner. */
export function liesAt(object: string, place: Place): Goal {
  return { within: { object, ...regionOf(place) } };
}

/** Whether a point is at a side or in a corner, or closer to it than this. */
export function isAt([px, py]: Point2, place: Place, marginM = 0): boolean {
  const { x, y } = regionOf(place);
  const within = (value: number, range?: readonly [number, number]) =>
    range === undefined || (value >= range[0] - marginM && value <= range[1] + marginM);
  return within(px, x) && within(py, y);
}
