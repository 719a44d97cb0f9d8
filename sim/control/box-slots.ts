// Owns the spare boxes of a planning model: solids whose size and place are set while it runs, without compiling it
// anew. Must never be used in a world that is stepped: their masses do not follow their sizes.

import type { Physics } from '../engine/physics.ts';
import type { Prop } from '../scenes/scene.ts';
import { NO_ROTATION, type Pose, type Vec3 } from '../spatial.ts';

/** A box that is believed to stand somewhere. */
export interface BelievedBox {
  /** Its name in messages, and for taking it into a hand. */
  readonly name: string;
  readonly pose: Pose;
  /** Full side lengths, metres. */
  readonly size: Vec3;
}

/**
 * Side of a slot as compiled, metres. A cube, so that the engine puts the body's inertial frame, in which it keeps
 * bounding boxes, on the body's own axes.
 */
const COMPILED_SIDE_M = 0.1;
/** Unused slots wait here, this far apart: out of reach, and away from each other. Metres. */
const PARKED_M = 100;
/** Thinner boxes than this would be no solids, metres. */
const LEAST_SIDE_M = 1e-4;

function slotName(index: number): string {
  return `~box ${index}`;
}

/** The props to compile into the model, one per slot. */
export function slotProps(count: number): Prop[] {
  return Array.from({ length: count }, (_, index) => ({
    name: slotName(index),
    pose: parkedPose(index),
    size: [COMPILED_SIDE_M, COMPILED_SIDE_M, COMPILED_SIDE_M],
    colorSrgb: [0.5, 0.5, 0.5],
    friction: [1, 0.005, 0.0001],
    density: 1000,
  }));
}

export function parkedPose(index: number): Pose {
  return { position: [PARKED_M + index, PARKED_M, -PARKED_M], quatWxyz: NO_ROTATION };
}

/** Gives a slot its size: everything the engine derives from it for collision follows. */
export function resizeSlot(physics: Physics, index: number, size: Vec3): void {
  const { model } = physics;
  const geom = physics.id('geom', slotName(index));
  const half = size.map((side) => Math.max(side, LEAST_SIDE_M) / 2);
  const { geom_size: sizes, geom_rbound: radii, geom_aabb: boxes, geom_bodyid: bodyOf } = model;
  sizes.set(half, 3 * geom);
  radii[geom] = Math.sqrt(half[0] * half[0] + half[1] * half[1] + half[2] * half[2]);
  // Centre, then half sides.
  boxes.set(half, 6 * geom + 3);
  model.bvh_aabb.set(half, 6 * model.body_bvhadr[bodyOf[geom]] + 3);
}
