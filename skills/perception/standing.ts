// Owns what carries what among measured things: it sets them on the surface or on each other without gaps, and fills in
// what must be there but was not seen. Base frame, metres. Must never look at colours or words.

import { add, dot, rotate, scale, subtract, type Vec3 } from '../../sim/spatial.ts';
import { distanceToBox, isOver } from '../../sim/tasks/box-geometry.ts';
import type { PerceivedObject } from './perceive-object.ts';
import type { ShapeFeatures } from './shape-features.ts';

/** A measured thing above a surface. */
export interface Standing {
  readonly measured: PerceivedObject;
  readonly shape: Pick<ShapeFeatures, 'undersideM' | 'topped'>;
  /** Height of the surface below it. */
  readonly surfaceM: number;
  /** Nothing of it was seen: something must carry what stands above. */
  readonly unseen?: true;
}

/** A thing whose underside was measured this close to a surface stands on it, metres. */
const ON_SURFACE_M = 0.014;
/** The same for a thing on another thing, whose heights are both measured. */
const ON_THING_M = 0.02;
/** Of what carries another thing only the lower part of its sides may be seen, metres. */
const HIDDEN_TOP_M = 0.035;
/** What hangs beside another thing is held by it from so far, metres, and lies within its height to this. */
const BESIDE_M = 0.12;
const LEVEL_M = 0.02;
/** A carrier's outline is this uncertain, metres. */
const OVERHANG_M = 0.03;
/** Left between what stands on each other, so that nothing starts inside another thing, metres. */
const GAP_M = 0.0005;
/** No side is thinner, metres. */
const THINNEST_M = 0.002;
/** A side that shows less than this share of its load's side was mostly hidden. */
const HIDDEN_SHARE = 0.8;

/** @param eye where the camera stood: what it hides lies behind what it shows */
export function setOnSurfaces<Thing extends Standing>(
  things: readonly Thing[],
  eye: Vec3,
): readonly (Thing | Standing)[] {
  const placed: (Thing | Standing)[] = [...things].sort((a, b) => bottomOf(a.measured) - bottomOf(b.measured));
  for (let index = 0; index < placed.length; index++) {
    const thing = placed[index];
    if (thing.shape.undersideM > 0 || thing.unseen === true) continue;
    const bottom = bottomOf(thing.measured);
    if (bottom < thing.surfaceM + ON_SURFACE_M) {
      placed[index] = { ...thing, measured: between(thing.measured, thing.surfaceM + GAP_M, topOf(thing.measured)) };
      continue;
    }
    const below = placed.findIndex((other, at) => at !== index && carries(other, thing));
    if (below < 0 && placed.some((other, at) => at !== index && holdsBeside(other, thing))) {
      placed[index] = { ...thing, shape: { ...thing.shape, undersideM: bottom - thing.surfaceM } };
      continue;
    }
    if (below < 0) {
      const block = blockUnder(thing);
      placed.splice(index, 0, block);
      index += 1;
      placed[index] = {
        ...thing,
        measured: between(thing.measured, topOf(block.measured) + GAP_M, topOf(thing.measured)),
      };
      continue;
    }
    const carrier = placed[below];
    const top = carrier.shape.topped ? bottom : (topOf(carrier.measured) + bottom) / 2;
    const whole = grownUnder(carrier, thing, eye);
    placed[below] = { ...carrier, measured: between(whole, bottomOf(whole), top) };
    placed[index] = { ...thing, measured: between(thing.measured, top + GAP_M, topOf(thing.measured)) };
  }
  return placed;
}

function carries({ measured, shape, unseen }: Standing, load: Standing): boolean {
  const gapM = bottomOf(load.measured) - topOf(measured);
  if (unseen === true || gapM < -ON_THING_M || gapM > (shape.topped ? HIDDEN_TOP_M : ON_THING_M)) return false;
  const size: Vec3 = [measured.extent[0] + OVERHANG_M, measured.extent[1] + OVERHANG_M, measured.extent[2]];
  return isOver(load.measured.pose.position, { pose: measured.pose, size });
}

/** Whether a larger thing may hold another one at its side, as a pot its handle. */
function holdsBeside({ measured }: Standing, { measured: part }: Standing): boolean {
  const box = { pose: measured.pose, size: measured.extent };
  const [a, b] = [measured, part].map(({ extent }) => extent[0] * extent[1] * extent[2]);
  return (
    a > b &&
    distanceToBox(part.pose.position, box) < BESIDE_M &&
    topOf(part) < topOf(measured) + LEVEL_M &&
    bottomOf(part) > bottomOf(measured) + LEVEL_M
  );
}

/** Of what stands under another thing, some sides are hidden: it is taken to reach back as far as its load. */
function grownUnder({ measured, shape }: Standing, load: Standing, eye: Vec3): PerceivedObject {
  if (!shape.topped) return measured;
  const away = subtract(measured.pose.position, eye);
  const extent: [number, number, number] = [...measured.extent];
  let { position } = measured.pose;
  for (const axis of [0, 1]) {
    const wanted = Math.min(load.measured.extent[0], load.measured.extent[1]);
    if (extent[axis] >= HIDDEN_SHARE * wanted) continue;
    const direction = rotate(measured.pose.quatWxyz, axis === 0 ? [1, 0, 0] : [0, 1, 0]);
    const more = wanted - extent[axis];
    position = add(position, scale(direction, dot(direction, away) > 0 ? more / 2 : -more / 2));
    extent[axis] = wanted;
  }
  return { ...measured, form: 'box', extent, pose: { ...measured.pose, position } };
}

/** A block as wide as its load: nothing hangs in the air. */
function blockUnder({ measured, surfaceM }: Standing): Standing {
  const block: PerceivedObject = { ...measured, label: 'something', form: 'box', score: 0 };
  return {
    measured: between(block, surfaceM + GAP_M, bottomOf(measured)),
    shape: { undersideM: 0, topped: true },
    surfaceM,
    unseen: true,
  };
}

/** The thing with another underside and top. */
function between(measured: PerceivedObject, bottom: number, top: number): PerceivedObject {
  const height = Math.max(top - bottom, THINNEST_M);
  const { pose, extent, form } = measured;
  if (form === 'ball') return { ...measured, pose: at(pose, bottom + extent[2] / 2) };
  return { ...measured, pose: at(pose, bottom + height / 2), extent: [extent[0], extent[1], height] };
}

function at(pose: PerceivedObject['pose'], z: number): PerceivedObject['pose'] {
  return { ...pose, position: [pose.position[0], pose.position[1], z] };
}

function bottomOf({ pose, extent }: PerceivedObject): number {
  return pose.position[2] - extent[2] / 2;
}

function topOf({ pose, extent }: PerceivedObject): number {
  return pose.position[2] + extent[2] / 2;
}
