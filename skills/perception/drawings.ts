// Owns finding what is drawn on level surfaces: thin lines of ink, darker than the surface on both their sides, with the
// colour of the ink and the form they make. Base frame, metres. Must never know words.

import { linearFromSrgb } from '../../sim/cameras/material.ts';
import { atan2, cos, sin } from '../../sim/portable-math.ts';
import type { Colour } from './colour-words.ts';
import type { Picture } from './picture.ts';
import { smallestRectangle } from './rectangle-fit.ts';
import { findSupportPlanes, planeHeightM } from './support-plane.ts';
import { levelPoints } from './top-outline.ts';

/** What the lines of a drawing make: the regular forms, and everything else. */
export type DrawnForm = 'line' | 'circle' | 'triangle' | 'square' | 'hexagon' | 'other';

export interface Drawing {
  /** Row-major indices, ascending. */
  readonly pixels: Uint32Array;
  /** Of the ink itself: a thin line mixes with its ground in every pixel. */
  readonly colour: Colour;
  readonly form: DrawnForm;
  /** The box around it along the axes of the base, and the height of its surface. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly heightM: number;
  /** The picture ends before it does. */
  readonly cutOff: boolean;
}

/** Lines are no wider than this, metres; so far beside a line its ground is seen. */
const WIDEST_LINE_M = 0.006;
const FARTHEST_PIXELS = 14;
/** A line takes at least this share of the light of its ground away. */
const LEAST_CONTRAST = 0.16;
/** Both sides of a line are one surface: shares of their light and of their colour, and heights, metres. */
const SAME_LIGHT = 0.25;
const SAME_SHARE = 0.05;
const LEVEL_M = 0.015;
/** How far from a level plane of the picture a line may lie: a board lies on its table, metres. */
const ON_PLANE_M = 0.02;
/** Pixels of one line may leave gaps of so many pixels. */
const GAP_PIXELS = 2;
const FEWEST_PIXELS = 25;
const SHORTEST_M = 0.025;
/** A drawing this many times longer than wide is a line. */
const LINE_STRETCH = 6;
/** Directions in which a closed form is measured, and the share of them in which something must be. */
const DIRECTIONS = 36;
const LEAST_CLOSED = 0.8;
/** Ripple of the distance from the middle, as a share: of a hexagon 0.06, of a square 0.15, of a triangle 0.4. */
const RIPPLE = { triangle: 0.2, square: 0.08, hexagon: 0.028 } as const;

const LINEAR = Float64Array.from({ length: 256 }, (_, i) => linearFromSrgb(i / 255));

const known = new WeakMap<Picture, readonly Drawing[]>();
const byPixels = new WeakMap<ArrayLike<number>, Drawing>();

/** The drawings of a picture, in the order of their first pixel. */
export function findDrawings(picture: Picture): readonly Drawing[] {
  const before = known.get(picture);
  if (before !== undefined) return before;
  const drawings = search(picture);
  for (const drawing of drawings) byPixels.set(drawing.pixels, drawing);
  known.set(picture, drawings);
  return drawings;
}

/** The drawing whose very pixels these are, as a mask of the pixel detector hands them on. */
export function drawingOf(pixels: ArrayLike<number>): Drawing | undefined {
  return byPixels.get(pixels);
}

/** Pixels of lines, each with a pixel of the ground on either side. */
interface Ink {
  readonly at: Map<number, readonly [number, number]>;
  readonly lightOf: Float32Array;
}

function search(picture: Picture): readonly Drawing[] {
  const ink = findInk(picture);
  return groups(picture, ink)
    .map((pixels) => measure(picture, ink, pixels))
    .filter((drawing) => drawing !== undefined);
}

/** A pixel of a line has its ground on two opposite sides: no edge of a shadow has, nor an edge of a board. */
function findInk(picture: Picture): Ink {
  const { width, height, depthM, x, y, z, redShare, greenShare, observation } = picture;
  const { colorSrgb, intrinsics } = observation;
  const lightOf = new Float32Array(width * height);
  for (let pixel = 0; pixel < lightOf.length; pixel++) {
    lightOf[pixel] = LINEAR[colorSrgb[3 * pixel]] + LINEAR[colorSrgb[3 * pixel + 1]] + LINEAR[colorSrgb[3 * pixel + 2]];
  }
  const planes = findSupportPlanes(picture);
  const at = new Map<number, readonly [number, number]>();
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const pixel = v * width + u;
      const depth = depthM[pixel];
      if (depth === 0) continue;
      const reach = Math.min(FARTHEST_PIXELS, Math.ceil((WIDEST_LINE_M * intrinsics.fx) / depth) + 1);
      let best = 1 - LEAST_CONTRAST;
      for (let side = 0; side < 4; side++) {
        const du = side === 1 ? 0 : reach;
        const dv = side === 0 ? 0 : side === 3 ? -reach : reach;
        if (u < du || u + du >= width || v < Math.abs(dv) || v + Math.abs(dv) >= height) continue;
        const [a, b] = [pixel + dv * width + du, pixel - dv * width - du];
        const ground = Math.min(lightOf[a], lightOf[b]);
        if (lightOf[pixel] >= best * ground || depthM[a] === 0 || depthM[b] === 0) continue;
        if (Math.abs(lightOf[a] - lightOf[b]) > SAME_LIGHT * ground) continue;
        if (Math.abs(z[a] - z[pixel]) > LEVEL_M || Math.abs(z[b] - z[pixel]) > LEVEL_M) continue;
        const [dr, dg] = [redShare[a] - redShare[b], greenShare[a] - greenShare[b]];
        if (Math.abs(dr) > SAME_SHARE || Math.abs(dg) > SAME_SHARE) continue;
        best = lightOf[pixel] / ground;
        at.set(pixel, [a, b]);
      }
      if (!at.has(pixel)) continue;
      const level = planes.some((plane) => Math.abs(z[pixel] - planeHeightM(plane, x[pixel], y[pixel])) < ON_PLANE_M);
      if (!level) at.delete(pixel);
    }
  }
  return { at, lightOf };
}

/** Pixels that hang together, small gaps passed over. */
function groups({ width }: Picture, { at }: Ink): readonly Uint32Array[] {
  const left = new Set(at.keys());
  const found: Uint32Array[] = [];
  for (const first of at.keys()) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (let k = 0; k < group.length; k++) {
      for (let dv = -GAP_PIXELS; dv <= GAP_PIXELS; dv++) {
        for (let du = -GAP_PIXELS; du <= GAP_PIXELS; du++) {
          const next = group[k] + dv * width + du;
          if (left.delete(next)) group.push(next);
        }
      }
    }
    if (group.length >= FEWEST_PIXELS) found.push(Uint32Array.from(group).sort());
  }
  return found;
}

function measure(picture: Picture, ink: Ink, pixels: Uint32Array): Drawing | undefined {
  const { width, height, z } = picture;
  const heightM = median(Float64Array.from(pixels, (pixel) => z[pixel]));
  const columns = Float64Array.from(pixels, (pixel) => pixel % width);
  const rows = Float64Array.from(pixels, (pixel) => Math.floor(pixel / width));
  const points = levelPoints(picture, heightM, columns, rows);
  const [x, y] = [rangeOf(points.x), rangeOf(points.y)];
  if (Math.max(x[1] - x[0], y[1] - y[0]) < SHORTEST_M) return undefined;
  // The ground beside a line is asked for a little beyond it: closer to the edge than that, nothing is found.
  const margin = FARTHEST_PIXELS;
  const [us, vs] = [rangeOf(columns), rangeOf(rows)];
  const cutOff = us[0] <= margin || vs[0] <= margin || us[1] >= width - 1 - margin || vs[1] >= height - 1 - margin;
  return { pixels, colour: inkColour(picture, ink, pixels), form: formOf(points.x, points.y), x, y, heightM, cutOff };
}

/**
 * The colour of the ink without its ground. What is missing beside the ground is the ink's share of a pixel times what
 * the ink swallows; ink swallows nearly all of the component it swallows most of.
 */
function inkColour({ observation, whiteLight }: Picture, { at }: Ink, pixels: Uint32Array): Colour {
  const { colorSrgb } = observation;
  const there = [0, 0, 0];
  const ground = [0, 0, 0];
  for (const pixel of pixels) {
    const [a, b] = at.get(pixel) ?? [pixel, pixel];
    for (let k = 0; k < 3; k++) {
      there[k] += LINEAR[colorSrgb[3 * pixel + k]];
      ground[k] += (LINEAR[colorSrgb[3 * a + k]] + LINEAR[colorSrgb[3 * b + k]]) / 2;
    }
  }
  const missing = [0, 1, 2].map((k) => 1 - there[k] / Math.max(1e-6, ground[k]));
  const share = Math.max(...missing, 1e-6);
  const own = [0, 1, 2].map((k) => (ground[k] / pixels.length) * Math.max(0, 1 - missing[k] / share) + 0.004);
  const sum = own[0] + own[1] + own[2];
  return {
    redShare: own[0] / sum,
    greenShare: own[1] / sum,
    brightness: Math.max(...own) / Math.max(0.02, whiteLight),
  };
}

/** Regular forms are told apart by how the distance from the middle changes with the direction. */
function formOf(x: Float64Array, y: Float64Array): DrawnForm {
  const around = smallestRectangle(x, y, 0);
  if (around === undefined) return 'other';
  const [short, long] = [around.sizeX, around.sizeY].sort((a, b) => a - b);
  if (long > LINE_STRETCH * short) return 'line';
  let [middleX, middleY] = [mean(x), mean(y)];
  const radius = new Float64Array(DIRECTIONS);
  const counts = new Uint32Array(DIRECTIONS);
  for (let pass = 0; pass < 4; pass++) {
    radius.fill(0);
    counts.fill(0);
    for (let i = 0; i < x.length; i++) {
      const [dx, dy] = [x[i] - middleX, y[i] - middleY];
      const turn = (atan2(dy, dx) / (2 * Math.PI) + 1) * DIRECTIONS;
      const bin = Math.floor(turn) % DIRECTIONS;
      radius[bin] += Math.sqrt(dx * dx + dy * dy);
      counts[bin]++;
    }
    for (let bin = 0; bin < DIRECTIONS; bin++) if (counts[bin] > 0) radius[bin] /= counts[bin];
    const [alongX, alongY] = harmonic(radius, counts, 1);
    middleX += alongX;
    middleY += alongY;
  }
  const closed = counts.filter((count) => count > 0).length / DIRECTIONS;
  if (closed < LEAST_CLOSED) return 'other';
  const usual = mean(radius.filter((_, bin) => counts[bin] > 0));
  const ripple = (fold: number) => {
    const [a, b] = harmonic(radius, counts, fold);
    return Math.sqrt(a * a + b * b) / usual;
  };
  if (ripple(2) > RIPPLE.square) return 'other';
  const [three, four, six] = [ripple(3), ripple(4), ripple(6)];
  if (three > RIPPLE.triangle) return 'triangle';
  if (four > RIPPLE.square) return 'square';
  if (Math.max(three, four) > RIPPLE.square) return 'other';
  return six > RIPPLE.hexagon ? 'hexagon' : 'circle';
}

/** Cosine and sine part of a wave of the distance that repeats so many times around. */
function harmonic(radius: Float64Array, counts: Uint32Array, fold: number): readonly [number, number] {
  let [n, a, b] = [0, 0, 0];
  for (let bin = 0; bin < DIRECTIONS; bin++) {
    if (counts[bin] === 0) continue;
    const angle = ((bin + 0.5) * 2 * Math.PI) / DIRECTIONS;
    a += radius[bin] * cos(fold * angle);
    b += radius[bin] * sin(fold * angle);
    n++;
  }
  return n === 0 ? [0, 0] : [(2 * a) / n, (2 * b) / n];
}

function rangeOf(values: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: Float64Array): number {
  return values.slice().sort()[values.length >> 1];
}
