// Owns which perceived thing some words mean: the detector is asked, and its pixels are compared with those of the
// things. Words that name no single thing stay without one. Must never guess.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { PerceivedScene, PerceivedSupport, PerceivedThing } from '../../drivers/perceived-scene.ts';
import { type Detector, type Mask, PerceptionError } from './detector.ts';
import { measureIfSeen } from './perceive-object.ts';

/** Pixels of one look. */
export interface ShownMask {
  readonly look: Observation;
  readonly mask: Mask;
}

/** A thing with the pixels that show it. */
export interface ShownThing extends PerceivedThing {
  readonly masks: readonly ShownMask[];
}

export interface MeantPorts {
  /** The scene camera's first. */
  readonly looks: readonly Observation[];
  readonly detector: Detector;
  readonly words: readonly string[];
  readonly things: readonly ShownThing[];
  readonly marks: readonly { readonly name: string; readonly masks: readonly ShownMask[] }[];
  readonly supports: readonly PerceivedSupport[];
}

/** Words for what things stand on: cameras see it as a surface, not as a thing. */
const SURFACE_WORDS = /\b(table|desk|bench|board|top|surface|workbench|counter|paper)\b/;
/** Two masks show the same when this share of the smaller lies in the other. */
const SAME_SHARE = 0.5;
/** A part shows no more than this share of its thing's pixels; more is the whole. */
const WHOLE_SHARE = 0.7;

/** The things with the places that words name on them, and what each of the words means. */
export async function meantBy(
  ports: MeantPorts,
  signal?: AbortSignal,
): Promise<{ readonly things: readonly ShownThing[]; readonly meant: PerceivedScene['meant'] }> {
  const meant: { readonly words: string; readonly name: string }[] = [];
  let { things } = ports;
  for (const words of ports.words) {
    const shown = await masksOf(ports, words, signal);
    const isIn = (masks: readonly ShownMask[]) => shown.find((one) => share(one, masks) > SAME_SHARE);
    const thing = things.find(({ masks }) => isIn(masks) !== undefined);
    const mask = thing === undefined ? undefined : isIn(thing.masks);
    const marks = ports.marks.find(({ masks }) => masks.some((one) => share(one, shown) > SAME_SHARE));
    if (thing !== undefined && mask !== undefined) {
      const own = thing.masks
        .filter(({ look }) => look === mask.look)
        .reduce((sum, { mask: { pixels } }) => sum + pixels.length, 0);
      const whole = mask.mask.pixels.length > WHOLE_SHARE * own && !isPiece(thing, mask);
      const placed = whole ? thing : withPlace(thing, words, mask);
      if (placed === undefined) continue;
      things = things.map((one) => (one === thing ? placed : one));
      meant.push({ words, name: whole ? thing.name : words });
    } else if (marks !== undefined) {
      meant.push({ words, name: marks.name });
    } else if (SURFACE_WORDS.test(words) && ports.supports.length > 0) {
      meant.push({ words, name: ports.supports[0].name });
    }
  }
  return { things, meant };
}

/** The best answer of each look that has one. */
async function masksOf(
  { detector, looks }: MeantPorts,
  words: string,
  signal: AbortSignal | undefined,
): Promise<readonly ShownMask[]> {
  const shown: ShownMask[] = [];
  for (const look of looks) {
    try {
      const answer = await detector.segmentText(look, words, signal);
      if (answer.kind === 'found') shown.push({ look, mask: answer.masks[0] });
    } catch (error) {
      if (!(error instanceof PerceptionError) || error.code !== 'BAD_QUERY') throw error;
    }
  }
  return shown;
}

/** Whether a mask shows one of several pieces of a thing. */
function isPiece({ places, masks }: ShownThing, mask: ShownMask): boolean {
  return places.length > 0 && pieceShownBy(masks, mask) > 0;
}

function pieceShownBy(masks: readonly ShownMask[], mask: ShownMask): number {
  return masks.findIndex((own) => share(mask, [own]) > SAME_SHARE && share(own, [mask]) > SAME_SHARE);
}

/** Names a spot on a thing: the piece that shows there, or a new place; undefined when too little of it has a depth. */
function withPlace(thing: ShownThing, name: string, shown: ShownMask): ShownThing | undefined {
  const old = thing.places[pieceShownBy(thing.masks, shown) - 1]?.name;
  if (old !== undefined) {
    return {
      ...thing,
      places: thing.places.map((place) => (place.name === old ? { ...place, name } : place)),
      solids: thing.solids.map((solid) => (solid.place === old ? { ...solid, place: name } : solid)),
    };
  }
  const measured = measureIfSeen(shown.look, shown.mask);
  // A drawing has no height: it is no place on a thing.
  if (measured === undefined || measured.extent.some((side) => !(side > 0))) return undefined;
  return { ...thing, places: [...thing.places, { name, pose: measured.pose, size: measured.extent }] };
}

/** Share of a mask's pixels that others of the same look show, too. */
function share({ look, mask }: ShownMask, others: readonly ShownMask[]): number {
  const theirs = new Set(others.filter((one) => one.look === look).flatMap((one) => [...one.mask.pixels]));
  let common = 0;
  for (const pixel of mask.pixels) if (theirs.has(pixel)) common += 1;
  return common / Math.max(1, mask.pixels.length);
}
