// Owns putting together what something thin in front cuts apart: two regions of one colour with only nearer things
// between them. Must never know words.

import type { Picture } from './picture.ts';
import { describe, type Region } from './regions.ts';

/** Widest gap that is bridged, metres: a finger, a cable, a bar; not a whole thing in front. */
const WIDEST_GAP_M = 0.045;
/** What covers a thing is nearer than it by this, metres. */
const IN_FRONT_M = 0.008;
/** Pieces of one thing lie at about one depth across the gap, metres. */
const DEPTH_STEP_M = 0.03;
/** Colours of pieces differ by no more, in shares and in the ratio of their light. */
const SAME_SHARE = 0.06;
const SAME_LIGHT = 2.2;
/** Share of the smaller piece's lines that must be bridged. */
const BRIDGED = 0.4;

/** The regions with the pieces of one thing joined, in the order of their first pixel. */
export function joinPieces(picture: Picture, regions: readonly Region[]): readonly Region[] {
  if (regions.length < 2) return regions;
  const group = regions.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (group[at] !== at) at = group[at];
    return at;
  };
  const owner = new Int32Array(picture.width * picture.height).fill(-1);
  regions.forEach((region, i) => {
    for (const pixel of region.pixels) owner[pixel] = i;
  });
  const boxes = regions.map((region) => boxOf(region.pixels, picture.width));
  for (let i = 0; i < regions.length; i++) {
    for (let j = i + 1; j < regions.length; j++) {
      if (root(i) === root(j) || !sameColour(regions[i], regions[j])) continue;
      if (isCut(picture, owner, boxes[i], boxes[j], i, j)) group[root(j)] = root(i);
    }
  }
  const members = new Map<number, number[]>();
  regions.forEach((_, i) => {
    const list = members.get(root(i));
    if (list === undefined) members.set(root(i), [i]);
    else list.push(i);
  });
  return [...members.values()].map((list) =>
    list.length === 1
      ? regions[list[0]]
      : describe(picture, Uint32Array.from(list.flatMap((i) => [...regions[i].pixels])).sort()),
  );
}

type Box = readonly [number, number, number, number];

/** [u0, v0, u1, v1], inclusive-exclusive. */
export function boxOf(pixels: ArrayLike<number>, width: number): Box {
  let [u0, v0, u1, v1] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const u = pixels[i] % width;
    const v = (pixels[i] - u) / width;
    if (u < u0) u0 = u;
    if (v < v0) v0 = v;
    if (u >= u1) u1 = u + 1;
    if (v >= v1) v1 = v + 1;
  }
  return pixels.length === 0 ? [0, 0, 0, 0] : [u0, v0, u1, v1];
}

function sameColour(a: Region, b: Region): boolean {
  const ratio = (a.medianLight + 0.01) / (b.medianLight + 0.01);
  return (
    Math.abs(a.redShare - b.redShare) < SAME_SHARE &&
    Math.abs(a.greenShare - b.greenShare) < SAME_SHARE &&
    ratio < SAME_LIGHT &&
    ratio > 1 / SAME_LIGHT
  );
}

function isCut(picture: Picture, owner: Int32Array, a: Box, b: Box, i: number, j: number): boolean {
  const { width, depthM } = picture;
  const focal = picture.observation.intrinsics.fx;
  const box: Box = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
  for (const along of ['rows', 'columns'] as const) {
    const [from, to, start, end] =
      along === 'rows' ? [box[1], box[3], box[0], box[2]] : [box[0], box[2], box[1], box[3]];
    const thinner = along === 'rows' ? Math.min(a[3] - a[1], b[3] - b[1]) : Math.min(a[2] - a[0], b[2] - b[0]);
    let bridged = 0;
    for (let line = from; line < to; line++) {
      let previous = -1;
      let at = -1;
      let covered = 0;
      let measured = 0;
      for (let k = start; k < end; k++) {
        const pixel = along === 'rows' ? line * width + k : k * width + line;
        const here = owner[pixel];
        if (here === i || here === j) {
          if (previous >= 0 && here !== owner[previous] && k - at > 1) {
            const gapM = ((k - at) * depthM[pixel]) / focal;
            const step = Math.abs(depthM[pixel] - depthM[previous]);
            if (gapM < WIDEST_GAP_M && step < DEPTH_STEP_M + gapM && measured > 0 && covered >= 0.75 * measured) {
              bridged++;
              break;
            }
          }
          previous = pixel;
          at = k;
          covered = 0;
          measured = 0;
        } else if (previous >= 0 && depthM[pixel] > 0 && depthM[previous] > 0) {
          measured++;
          if (depthM[pixel] < depthM[previous] - IN_FRONT_M) covered++;
        }
      }
    }
    if (bridged >= 3 && bridged >= BRIDGED * thinner) return true;
  }
  return false;
}
