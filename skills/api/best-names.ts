// Owns who of several names a thing has that was found under each of them: an orange block is a little brown too. Must
// never look at a picture.

import type { Mask } from '../perception/detector.ts';

/** What a question for a name was answered with. */
export interface NamedMask {
  readonly name: string;
  readonly mask: Mask;
}

/** Two masks show one thing when this share of the smaller one lies in the other. */
const SAME_THING = 0.5;

/** Of what lies within the frame of a larger thing, less than this share of its pixels is a scrap of its edge. */
const SCRAP = 0.03;

/** The names that fit some thing better than any other name does. */
export function bestNames(found: readonly NamedMask[]): ReadonlySet<string> {
  const taken: NamedMask[] = [];
  for (const one of [...found].sort((a, b) => b.mask.score - a.mask.score)) {
    if (taken.every(({ mask }) => !isSameThing(mask, one.mask) && !isScrapOf(mask, one.mask))) taken.push(one);
  }
  return new Set(taken.map(({ name }) => name));
}

function isScrapOf(thing: Mask, scrap: Mask): boolean {
  const [u0, v0, u1, v1] = thing.box;
  const [left, top, right, bottom] = scrap.box;
  const isWithin = left >= u0 && top >= v0 && right <= u1 && bottom <= v1;
  return isWithin && scrap.pixels.length < SCRAP * thing.pixels.length;
}

function isSameThing(a: Mask, b: Mask): boolean {
  const [small, large] = a.pixels.length < b.pixels.length ? [a, b] : [b, a];
  const [u0, v0, u1, v1] = small.box;
  if (u1 <= large.box[0] || v1 <= large.box[1] || u0 >= large.box[2] || v0 >= large.box[3]) return false;
  const pixels = new Set(large.pixels);
  let shared = 0;
  for (const pixel of small.pixels) if (pixels.has(pixel)) shared += 1;
  return shared > SAME_THING * small.pixels.length;
}
