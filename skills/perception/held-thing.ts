// Owns what a hand holds as far as it can be told: the fingers say how wide it is and where its middle is between them,
// the camera how large the rest is. Base frame, metres. Must never know words or names.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { ArmSide, ArmState } from '../../drivers/robot.ts';
import { compose, distance, invert, type Pose, transformPoint, type Vec3 } from '../../sim/spatial.ts';
import type { Mask } from './detector.ts';
import type { ShownMask, ShownThing } from './meant-by.ts';
import { readPicture } from './picture.ts';
import { cloudFromPicture } from './point-cloud.ts';
import { describe } from './regions.ts';
import { trueColour } from './true-colour.ts';

/** What is seen this close to the fingertips of a holding hand is what it holds, metres. */
const IN_GRIP_M = 0.05;
/** Of what is hidden by the fingers, this much is taken to be there, metres: the length of the pads. */
const PAD_M = 0.02;
/** Larger measures are the hand's own, metres. */
const LARGEST_M = 0.3;
/** Share of the points set aside beyond each face. */
const TRIM = 0.02;
const UNSEEN_COLOUR: Vec3 = [0.5, 0.5, 0.5];

/** Whether what a mask shows is between the fingers of a hand. */
export function isInGrip(observation: Observation, mask: Pick<Mask, 'pixels'>, tool: Pose): boolean {
  const { count, positions } = cloudFromPicture(observation, mask);
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    nearest = Math.min(
      nearest,
      distance(tool.position, [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]]),
    );
  }
  return nearest < IN_GRIP_M;
}

/** @param masks what is seen of it, perhaps nothing */
export function heldThing(
  masks: readonly ShownMask[],
  { tool, gripperWidthM }: Pick<ArmState, 'tool' | 'gripperWidthM'>,
  side: ArmSide,
): ShownThing {
  const toolFromWorld = invert(tool);
  const axes: number[][] = [[], [], []];
  for (const { look, mask } of masks) {
    const { count, positions } = cloudFromPicture(look, mask);
    for (let i = 0; i < count; i++) {
      const local = transformPoint(toolFromWorld, [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]]);
      for (let axis = 0; axis < 3; axis++) axes[axis].push(local[axis]);
    }
  }
  // Along the fingers' own axis the hand knows best.
  const [x, , z] = axes.map(spanOf);
  const size: Vec3 = [x.size, Math.max(gripperWidthM, 0.001), z.size];
  const pose = compose(tool, { position: [x.middle, 0, z.middle], quatWxyz: [1, 0, 0, 0] });
  const [best] = [...masks].sort((a, b) => b.mask.pixels.length - a.mask.pixels.length);
  const colorSrgb =
    best === undefined
      ? UNSEEN_COLOUR
      : trueColour(readPicture(best.look), describe(readPicture(best.look), best.mask.pixels));
  return {
    name: best?.mask.label ?? 'something',
    form: 'box',
    pose,
    size,
    uncertaintyM: masks.length === 0 ? PAD_M : PAD_M / 4,
    solids: [{ shape: { kind: 'box', size }, pose, colorSrgb }],
    places: [],
    heldBy: side,
    masks,
  };
}

/** How far points reach, the pads' own place included. */
function spanOf(values: readonly number[]): { readonly middle: number; readonly size: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const low = Math.max(Math.min(at(TRIM), -PAD_M / 2), -LARGEST_M);
  const high = Math.min(Math.max(at(1 - TRIM), PAD_M / 2), LARGEST_M);
  return { middle: (low + high) / 2, size: high - low };
}
