// Owns cutting a picture into regions: connected pixels of one colour on one connected surface, with the surfaces that
// things stand on taken away first. Must never know words.

import type { Picture } from './picture.ts';
import { findSupportPlanes, planeBandM, planeHeightM, type SupportPlane } from './support-plane.ts';

export interface Region {
  /** Row-major indices, ascending. */
  readonly pixels: Uint32Array;
  /** Mean shares of red and green in the light. */
  readonly redShare: number;
  readonly greenShare: number;
  /** Light that the brightest fifth of the region exceeds: its side toward the lamp. */
  readonly light: number;
  /** Median light. */
  readonly medianLight: number;
}

export interface Regions {
  /** Index into `list` per pixel; BACKGROUND for supports and LOOSE for what belongs to nothing. */
  readonly labels: Int32Array;
  readonly list: readonly Region[];
}

export const BACKGROUND = -2;
export const LOOSE = -1;

/** How far shares of light may differ within one region: below the distance of brown and grey, above the noise. */
const SAME_SHARE = 0.075;
/** The same from a support's own colour, and the shares of its light below and above which it is a mark, not a shadow. */
const SUPPORT_SHARE = 0.055;
const DARKEST_SHADOW = 0.3;
const BRIGHTEST_GLOSS = 1.9;
/** Steps of depth between neighbours on one surface: metres, and times the tangent of the flattest view that is kept. */
const STEP_M = 0.006;
const FLATTEST_TANGENT = 6;
/** A colourless region holds no light more than this many times weaker or stronger than its mean: black is not white. */
const LIGHT_RANGE = 3.6;
/** Difference of the shares from a third under which a colour is colourless. */
const COLOURLESS = 0.06;
/** Cosine between the hues of one colour, pale or not, and how far apart in paleness two faces of one thing may be. */
const SAME_HUE = 0.96;
const PALER = 0.16;
/** Smaller regions are noise, pixels. */
const SMALLEST = 12;

const known = new WeakMap<Picture, Regions>();

/** The regions of a picture, in the order of their first pixel. */
export function findRegions(picture: Picture): Regions {
  const before = known.get(picture);
  if (before !== undefined) return before;
  const regions = cut(picture);
  known.set(picture, regions);
  return regions;
}

function cut(picture: Picture): Regions {
  const { width, height, depthM, redShare, greenShare, light } = picture;
  const count = width * height;
  const labels = new Int32Array(count).fill(LOOSE);
  markSupports(picture, findSupportPlanes(picture), labels);
  const footprint = FLATTEST_TANGENT / picture.observation.intrinsics.fx;
  const queue = new Int32Array(count);
  const list: Region[] = [];
  const grow = (seed: number): void => {
    const label = list.length;
    let head = 0;
    let tail = 0;
    queue[tail++] = seed;
    labels[seed] = label;
    let red = redShare[seed];
    let green = greenShare[seed];
    let mean = light[seed];
    while (head < tail) {
      const pixel = queue[head++];
      // Running means with a long memory follow a gradient without jumping to a neighbour's colour.
      const weight = 1 / Math.min(head, 2000);
      red += (redShare[pixel] - red) * weight;
      green += (greenShare[pixel] - green) * weight;
      mean += (light[pixel] - mean) * weight;
      const third = 1 / 3;
      const colourless = Math.abs(red - third) < COLOURLESS && Math.abs(green - third) < COLOURLESS;
      const depth = depthM[pixel];
      const limit = STEP_M + depth * footprint;
      const u = pixel % width;
      for (let side = 0; side < 4; side++) {
        let next: number;
        if (side === 0) {
          if (u === 0) continue;
          next = pixel - 1;
        } else if (side === 1) {
          if (u === width - 1) continue;
          next = pixel + 1;
        } else if (side === 2) {
          next = pixel - width;
          if (next < 0) continue;
        } else {
          next = pixel + width;
          if (next >= count) continue;
        }
        if (labels[next] !== LOOSE) continue;
        const other = depthM[next];
        const step = other - depth;
        if (other === 0 || step > limit || -step > limit) continue;
        const dr = redShare[next] - red;
        const dg = greenShare[next] - green;
        const db = dr + dg;
        if (dr * dr + dg * dg + db * db > SAME_SHARE * SAME_SHARE) continue;
        if (colourless) {
          const there = light[next] + 0.01;
          const here = mean + 0.01;
          if (there > here * LIGHT_RANGE || here > there * LIGHT_RANGE) continue;
        }
        labels[next] = label;
        queue[tail++] = next;
      }
    }
    if (tail < SMALLEST) {
      // Left to the neighbours, or to nothing; BACKGROUND would hide a hole in a thing.
      for (let i = 0; i < tail; i++) labels[queue[i]] = LOOSE - 2;
      return;
    }
    list.push(describe(picture, queue.slice(0, tail).sort()));
  };
  // Regions start inside a surface, not on a mixed pixel of an edge.
  for (let pixel = width + 1; pixel < count - width - 1; pixel++) {
    if (labels[pixel] !== LOOSE || depthM[pixel] === 0) continue;
    if (isInside(picture, pixel)) grow(pixel);
  }
  const joined = joinEdges(picture, labels, list.length, footprint);
  for (let pixel = 0; pixel < count; pixel++) if (labels[pixel] < BACKGROUND) labels[pixel] = LOOSE;
  const whole = joined ? collect(picture, labels, list.length) : list;
  return joinFaces(picture, labels, whole, footprint);
}

/**
 * Joins regions that touch on one surface and differ only in how pale they are: the dark side of a thing mirrors more of
 * the room, beside its own colour, than the lit one.
 */
function joinFaces(picture: Picture, labels: Int32Array, list: readonly Region[], footprint: number): Regions {
  const { width, height, depthM } = picture;
  const borders = new Map<number, number>();
  for (let v = 0; v + 1 < height; v++) {
    for (let u = 0; u + 1 < width; u++) {
      const pixel = v * width + u;
      const here = labels[pixel];
      if (here < 0) continue;
      for (const next of [pixel + 1, pixel + width]) {
        const there = labels[next];
        if (there < 0 || there === here) continue;
        const step = Math.abs(depthM[next] - depthM[pixel]);
        if (step > STEP_M + depthM[pixel] * footprint) continue;
        const key = Math.min(here, there) * list.length + Math.max(here, there);
        borders.set(key, (borders.get(key) ?? 0) + 1);
      }
    }
  }
  const to = list.map((_, i) => i);
  let changed = false;
  for (const [key, length] of [...borders].sort((a, b) => a[0] - b[0])) {
    const [i, j] = [Math.floor(key / list.length), key % list.length];
    const smaller = Math.min(list[i].pixels.length, list[j].pixels.length);
    if (length < 4 || length < 0.5 * Math.sqrt(smaller) || !differInPaleness(list[i], list[j])) continue;
    let [a, b] = [i, j];
    while (to[a] !== a) a = to[a];
    while (to[b] !== b) b = to[b];
    if (a === b) continue;
    to[Math.max(a, b)] = Math.min(a, b);
    changed = true;
  }
  if (!changed) return { labels, list };
  const numbers = new Map<number, number>();
  const root = (i: number): number => {
    let at = i;
    while (to[at] !== at) at = to[at];
    return at;
  };
  list.forEach((_, i) => {
    if (root(i) === i) numbers.set(i, numbers.size);
  });
  const renumbered = list.map((_, i) => numbers.get(root(i)) ?? 0);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    if (labels[pixel] >= 0) labels[pixel] = renumbered[labels[pixel]];
  }
  return { labels, list: collect(picture, labels, numbers.size) };
}

function differInPaleness(a: Region, b: Region): boolean {
  const third = 1 / 3;
  const [ar, ag] = [a.redShare - third, a.greenShare - third];
  const [br, bg] = [b.redShare - third, b.greenShare - third];
  const [ab, bb] = [-ar - ag, -br - bg];
  const lengths = Math.sqrt((ar * ar + ag * ag + ab * ab) * (br * br + bg * bg + bb * bb));
  const off = (ar - br) * (ar - br) + (ag - bg) * (ag - bg) + (ab - bb) * (ab - bb);
  const ratio = (a.medianLight + 0.02) / (b.medianLight + 0.02);
  return (
    lengths > COLOURLESS * COLOURLESS &&
    ar * br + ag * bg + ab * bb > SAME_HUE * lengths &&
    off < PALER * PALER &&
    ratio < 8 &&
    ratio > 1 / 8
  );
}

function markSupports(picture: Picture, planes: readonly SupportPlane[], labels: Int32Array): void {
  const { depthM, x, y, z, redShare, greenShare, light } = picture;
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const depth = depthM[pixel];
    if (depth === 0) continue;
    const band = planeBandM(depth);
    for (const plane of planes) {
      const off = z[pixel] - planeHeightM(plane, x[pixel], y[pixel]);
      if (off > band || off < -band) continue;
      const dr = redShare[pixel] - plane.redShare;
      const dg = greenShare[pixel] - plane.greenShare;
      const db = dr + dg;
      const share = light[pixel] / plane.light;
      if (
        dr * dr + dg * dg + db * db < SUPPORT_SHARE * SUPPORT_SHARE &&
        share > DARKEST_SHADOW &&
        share < BRIGHTEST_GLOSS
      ) {
        labels[pixel] = BACKGROUND;
      }
      break;
    }
  }
}

function isInside(picture: Picture, pixel: number): boolean {
  const { width, redShare, greenShare, depthM } = picture;
  const limit = SAME_SHARE * 0.7;
  for (const next of [pixel - 1, pixel + 1, pixel - width, pixel + width]) {
    if (depthM[next] === 0) return false;
    if (Math.abs(redShare[next] - redShare[pixel]) > limit) return false;
    if (Math.abs(greenShare[next] - greenShare[pixel]) > limit) return false;
  }
  return true;
}

/**
 * Gives pixels that belong to nothing to a neighbouring region of about their colour: the rim of a thing, where pixels
 * mix two colours or have no depth. Two rings, no more.
 */
function joinEdges(picture: Picture, labels: Int32Array, count: number, footprint: number): boolean {
  if (count === 0) return false;
  const { width, height, depthM, redShare, greenShare } = picture;
  const meanRed = new Float64Array(count);
  const meanGreen = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel];
    if (label < 0) continue;
    counts[label]++;
    meanRed[label] += redShare[pixel];
    meanGreen[label] += greenShare[pixel];
  }
  for (let label = 0; label < count; label++) {
    meanRed[label] /= Math.max(1, counts[label]);
    meanGreen[label] /= Math.max(1, counts[label]);
  }
  const limit = SAME_SHARE * 1.1;
  let joined = false;
  for (let ring = 0; ring < 2; ring++) {
    const taken: number[] = [];
    for (let v = 1; v + 1 < height; v++) {
      for (let u = 1; u + 1 < width; u++) {
        const pixel = v * width + u;
        if (labels[pixel] !== LOOSE && labels[pixel] !== LOOSE - 2) continue;
        let best = limit * limit;
        let to = -1;
        for (let side = 0; side < 8; side++) {
          const next =
            side < 4
              ? pixel + (side === 0 ? -1 : side === 1 ? 1 : side === 2 ? -width : width)
              : pixel + (side & 1 ? 1 : -1) + (side & 2 ? width : -width);
          const label = labels[next];
          if (label < 0) continue;
          // A pixel without depth goes by its colour alone.
          if (depthM[pixel] > 0 && depthM[next] > 0) {
            if (Math.abs(depthM[pixel] - depthM[next]) > 2 * (STEP_M + depthM[next] * footprint)) continue;
          }
          const dr = redShare[pixel] - meanRed[label];
          const dg = greenShare[pixel] - meanGreen[label];
          const off = dr * dr + dg * dg + (dr + dg) * (dr + dg);
          if (off < best) {
            best = off;
            to = label;
          }
        }
        if (to >= 0) taken.push(pixel, to);
      }
    }
    for (let i = 0; i < taken.length; i += 2) labels[taken[i]] = taken[i + 1];
    joined ||= taken.length > 0;
  }
  return joined;
}

function collect(picture: Picture, labels: Int32Array, count: number): Region[] {
  const sizes = new Uint32Array(count);
  for (let pixel = 0; pixel < labels.length; pixel++) if (labels[pixel] >= 0) sizes[labels[pixel]]++;
  const pixels = Array.from({ length: count }, (_, label) => new Uint32Array(sizes[label]));
  sizes.fill(0);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel];
    if (label >= 0) pixels[label][sizes[label]++] = pixel;
  }
  return pixels.map((list) => describe(picture, list));
}

/** A region of these pixels, ascending. */
export function describe(picture: Picture, pixels: ArrayLike<number>): Region {
  let red = 0;
  let green = 0;
  const lights = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    red += picture.redShare[pixels[i]];
    green += picture.greenShare[pixels[i]];
    lights[i] = picture.light[pixels[i]];
  }
  lights.sort();
  const n = Math.max(1, pixels.length);
  return {
    pixels: Uint32Array.from(pixels),
    redShare: red / n,
    greenShare: green / n,
    light: lights[Math.floor(pixels.length * 0.8)] ?? 0,
    medianLight: lights[pixels.length >> 1] ?? 0,
  };
}
