// Owns which measured pieces are one body: a handle and what it sticks out of. Two things that only touch stay two.
// Base frame, metres. Must never know words or names.

import type { PerceivedSolid } from '../../drivers/perceived-scene.ts';
import { add, rotate, type Vec3 } from '../../sim/spatial.ts';
import { distanceToBox } from '../../sim/tasks/box-geometry.ts';
import type { ShownMask } from './meant-by.ts';
import type { PerceivedObject } from './perceive-object.ts';

/** One measured piece with its solids. */
export interface SeenPiece {
  /** Its pixels; undefined for what was not seen. */
  readonly shown: ShownMask | undefined;
  readonly measured: PerceivedObject;
  readonly solids: readonly PerceivedSolid[];
  /** Nothing below it carries it. */
  readonly hangs: boolean;
}

/** Pieces of one body are no farther apart than this; what hangs free is held by bars that are hardly seen. Metres. */
const TOUCHING_M = 0.012;
const HELD_BY_BARS_M = 0.12;
/** Tops of a handle and of what it belongs to lie this close, metres. */
const LEVEL_M = 0.012;
/** A bar is so much longer than wide. */
const BAR_STRETCH = 2.5;

/** The pieces in groups, each group one body, its largest piece first. */
export function joinParts(pieces: readonly SeenPiece[]): readonly (readonly SeenPiece[])[] {
  const bySize = [...pieces].sort((a, b) => volumeOf(b) - volumeOf(a));
  const groups: SeenPiece[][] = [];
  for (const piece of bySize) {
    const owner = groups.find((group) => group.some((other) => belongs(piece, other)));
    if (owner === undefined) groups.push([piece]);
    else owner.push(piece);
  }
  return groups;
}

function belongs(piece: SeenPiece, owner: SeenPiece): boolean {
  const away = gapBetween(piece.measured, owner.measured);
  if (piece.hangs || owner.hangs) return away < HELD_BY_BARS_M && piece.measured.form !== 'ball';
  if (away > TOUCHING_M) return false;
  const level = Math.abs(topOf(piece.measured) - topOf(owner.measured)) < LEVEL_M;
  const grounded = Math.abs(bottomOf(piece.measured) - bottomOf(owner.measured)) < LEVEL_M;
  if (!level || !grounded) return false;
  const open = piece.measured.form === 'open' || owner.measured.form === 'open';
  return open || touchesWithItsEnd(piece.measured, owner.measured) || touchesWithItsEnd(owner.measured, piece.measured);
}

/** A bar whose end, not its side, meets the other thing. */
function touchesWithItsEnd(bar: PerceivedObject, other: PerceivedObject): boolean {
  const [x, y] = bar.extent;
  const along = x > y ? 0 : 1;
  if (Math.max(x, y) < BAR_STRETCH * Math.min(x, y)) return false;
  const reach = bar.extent[along] / 2;
  const axis = rotate(bar.pose.quatWxyz, along === 0 ? [1, 0, 0] : [0, 1, 0]);
  return [-1, 1].some((end) => {
    const tip = add(bar.pose.position, [axis[0] * reach * end, axis[1] * reach * end, axis[2] * reach * end]);
    return distanceToBox(tip, { pose: other.pose, size: other.extent }) < TOUCHING_M;
  });
}

/** Distance of two upright boxes, from the corners and sides of each to the other; metres. */
function gapBetween(a: PerceivedObject, b: PerceivedObject): number {
  const from = (one: PerceivedObject, other: PerceivedObject) =>
    Math.min(...rimOf(one).map((point) => distanceToBox(point, { pose: other.pose, size: other.extent })));
  return Math.min(from(a, b), from(b, a));
}

function rimOf({ pose, extent }: PerceivedObject): Vec3[] {
  const steps = [-0.5, -0.25, 0, 0.25, 0.5];
  return steps.flatMap((dx) =>
    steps.map((dy) => add(pose.position, rotate(pose.quatWxyz, [dx * extent[0], dy * extent[1], 0]))),
  );
}

function volumeOf({ measured: { extent } }: SeenPiece): number {
  return extent[0] * extent[1] * extent[2];
}

function topOf({ pose, extent }: PerceivedObject): number {
  return pose.position[2] + extent[2] / 2;
}

function bottomOf({ pose, extent }: PerceivedObject): number {
  return pose.position[2] - extent[2] / 2;
}
