// Owns the measures by which shapes are told apart: height, outline of the top, openings, roundness. From depth alone.
// Base frame, metres. Must never know words or colours.

import { cos, sin } from '../../sim/portable-math.ts';
import { quatConjugate, rotate } from '../../sim/spatial.ts';
import type { Picture } from './picture.ts';
import { fitSides, type Rectangle, smallestRectangle } from './rectangle-fit.ts';
import { type CircleFit, fitCircle, fitSphere, type SphereFit } from './round-fits.ts';
import { planeHeightM, planeUnder, type SupportPlane } from './support-plane.ts';
import { levelPoints, type Outline, outlineAt } from './top-outline.ts';

export interface ShapeFeatures {
  /** Height of what it stands on. */
  readonly supportM: number;
  /** Height of its top above the support, and of its lowest seen points. */
  readonly heightM: number;
  readonly bottomM: number;
  /** The smallest rectangle around everything that was seen of it, from above. */
  readonly footprint: Rectangle;
  /** Longer and shorter side of the footprint. */
  readonly lengthM: number;
  readonly widthM: number;
  /** 0 where the outline of the top is a rectangle, 1 where it is a circle, in between where it could be both. */
  readonly roundness: number;
  readonly circle: CircleFit | undefined;
  readonly rectangle: Rectangle | undefined;
  /** 0..1: how well the seen surface is a ball. */
  readonly ballness: number;
  readonly sphere: SphereFit | undefined;
  /** Share of the inside of the top's outline that lies lower than the top. */
  readonly opening: number;
  /** Of that, the share that shows the thing's own inside, as in a bowl, and not what lies behind it, as in a ring. */
  readonly hollow: number;
  /** Share of the inside of the top's outline that something nearer covers. */
  readonly covered: number;
  /** Middle of the opening. */
  readonly openingX: number;
  readonly openingY: number;
  /** Radius of a circle as large as it; 0 where nothing opens. */
  readonly openingRadiusM: number;
  /** Height of its underside above the support: 0 for what stands on it, more for a handle that stands off its pot. */
  readonly undersideM: number;
  /** Another thing stands on it: only its sides are seen, and its outline is a guess. */
  readonly topped: boolean;
  /** Seen pixels with a depth. */
  readonly seen: number;
}

/** Depth below the highest points that still counts as the top, metres, and as a share of the height. */
const TOP_BAND_M = 0.005;
const TOP_BAND_SHARE = 0.08;
/** Noise of a calmed depth, metres: residuals are judged against it. */
const NOISE_M = 0.0009;
const MOST_POINTS = 600;
/** What begins this high above the plane may stand on something else, metres: above what noise and overhang hide. */
const CARRIED_M = 0.018;
/** Neighbours are looked for so many pixels beyond the rim, so that the edge between both is left out. */
const BEYOND_PIXELS = 3;
/** Sine of the angle between line of sight and plumb line below which a thing is seen from straight above. */
const LEAST_PLUMB = 0.12;
/** Shares of the rim that touch a carrier or a load, and that hang free although the thing is held at its ends. */
const SHARE_TOUCHING = 0.6;
/** What is no longer than this many times its width may stand half beside its carrier; a bar would be held at its ends. */
const COMPACT = 1.5;
const SHARE_CARRIED = 0.4;
const SHARE_FREE = 0.35;
/** A top that is covered shows no more than this share of all that is seen of a thing. */
const COVERED_TOP = 0.45;
/** The carrier is above the plane by this, and its depth differs by no more than that, metres. */
const CARRIER_M = 0.006;
const CARRIER_STEP_M = 0.035;

/** Measures of masks that were measured before: programs ask for the same thing again and again. */
const known = new WeakMap<
  ArrayLike<number>,
  { readonly picture: Picture; readonly shape: ShapeFeatures | undefined }
>();

/** Marks per pixel, all 0 between two uses: a whole picture of them per thing would keep the collector busy. */
let insideMarks = new Uint8Array(0);
let ownMarks = new Uint8Array(0);

/** Measures what the pixels show; undefined when fewer than eight have a depth or nothing level is in sight. */
export function measureShape(picture: Picture, pixels: Uint32Array): ShapeFeatures | undefined {
  const before = known.get(pixels);
  if (before !== undefined && before.picture === picture) return before.shape;
  const shape = measure(picture, pixels);
  known.set(pixels, { picture, shape });
  return shape;
}

function measure(picture: Picture, pixels: Uint32Array): ShapeFeatures | undefined {
  const plane = planeUnder(picture, pixels);
  const { depthM, x, y, z } = picture;
  const seen: number[] = [];
  for (let i = 0; i < pixels.length; i++) if (depthM[pixels[i]] > 0) seen.push(pixels[i]);
  if (seen.length < 8 || plane === undefined) return undefined;
  const heights = Float64Array.from(seen, (pixel) => z[pixel] - planeHeightM(plane, x[pixel], y[pixel]));
  const sorted = heights.slice().sort();
  const heightM = sorted[Math.floor((sorted.length - 1) * 0.96)];
  const bottomM = sorted[Math.floor((sorted.length - 1) * 0.03)];
  const every = Math.max(1, Math.ceil(seen.length / MOST_POINTS));
  const some = seen.filter((_, i) => i % every === 0);
  const footprint = smallestRectangle(
    some.map((pixel) => x[pixel]),
    some.map((pixel) => y[pixel]),
    0.015,
  );
  if (footprint === undefined) return undefined;
  const mid = planeHeightM(plane, footprint.x, footprint.y);

  const band = Math.max(TOP_BAND_M, TOP_BAND_SHARE * heightM);
  if (insideMarks.length < depthM.length) {
    insideMarks = new Uint8Array(depthM.length);
    ownMarks = new Uint8Array(depthM.length);
  }
  const inside = insideMarks;
  const top: number[] = [];
  seen.forEach((pixel, i) => {
    if (heights[i] < heightM - band) return;
    inside[pixel] = 1;
    top.push(pixel);
  });
  const outline = outlineAt(picture, inside, top, mid + heightM);
  const hole = findOpening(picture, pixels, inside, top, mid + heightM);
  for (const pixel of top) inside[pixel] = 0;
  const outer = hole.size > 0 ? outerOnly(outline, hole.x, hole.y, hole.radiusM) : outline;
  const circle = fitCircle(outer.x, outer.y);
  const start = smallestRectangle(outer.x, outer.y, 0.02);
  const rectangle = start === undefined ? undefined : fitSides(outer.x, outer.y, start);
  const sphere = fitSphere(
    some.map((pixel) => x[pixel]),
    some.map((pixel) => y[pixel]),
    some.map((pixel) => z[pixel]),
  );
  const topped = top.length < COVERED_TOP * seen.length && carriesSomething(picture, pixels, plane, heightM);
  const compact = Math.max(footprint.sizeX, footprint.sizeY) < COMPACT * Math.min(footprint.sizeX, footprint.sizeY);
  const leastShare = compact ? SHARE_CARRIED : SHARE_TOUCHING;
  const carriedM = bottomM > CARRIED_M && standsOnSomething(picture, pixels, plane, leastShare) ? bottomM : 0;
  // Of what hangs free only the upper side may be seen: it is taken to be as thick as it is wide.
  const hangs = carriedM === 0 && bottomM > CARRIED_M && hangsFree(picture, pixels);
  return {
    supportM: mid + carriedM,
    heightM: heightM - carriedM,
    bottomM,
    footprint,
    lengthM: Math.max(footprint.sizeX, footprint.sizeY),
    widthM: Math.min(footprint.sizeX, footprint.sizeY),
    roundness: topped ? 0.5 : roundnessOf(outer, circle, rectangle),
    circle,
    rectangle,
    ballness: ballnessOf(sphere, heightM, footprint),
    sphere,
    opening: hole.opening,
    hollow: hole.hollow,
    covered: hole.covered,
    openingX: hole.x,
    openingY: hole.y,
    openingRadiusM: hole.radiusM,
    undersideM: hangs ? Math.max(0, Math.min(bottomM, heightM - Math.min(footprint.sizeX, footprint.sizeY))) : 0,
    topped,
    seen: seen.length,
  };
}

/** Which way a thing's neighbours are looked for: below its lowest pixels, or above its highest. */
type Side = 'below' | 'above';

/**
 * Whether another thing carries it: below its lowest pixels there is a surface that goes on at its depth, above the
 * plane. Behind what covers it, the depth jumps nearer; under what overhangs, the plane itself is seen.
 */
function standsOnSomething(picture: Picture, pixels: Uint32Array, plane: SupportPlane, leastShare: number): boolean {
  const share = shareBeside(
    picture,
    pixels,
    'below',
    (far, pixel) => isLevelWith(picture, far, pixel) && aboveM(picture, plane, far) > CARRIER_M,
  );
  return share > leastShare;
}

/**
 * Whether another thing stands on it and covers its top: above its highest pixels there is a surface that goes on at
 * its depth and is at least as high. Behind a thing with a free top, what lies behind it is lower or farther away.
 */
function carriesSomething(picture: Picture, pixels: Uint32Array, plane: SupportPlane, heightM: number): boolean {
  const share = shareBeside(
    picture,
    pixels,
    'above',
    (far, pixel) => isLevelWith(picture, far, pixel) && aboveM(picture, plane, far) > heightM - TOP_BAND_M,
  );
  return share > SHARE_TOUCHING;
}

/** Whether a pixel shows something as far away as another does. */
function isLevelWith({ depthM }: Picture, far: number, pixel: number): boolean {
  return Math.abs(depthM[far] - depthM[pixel]) < CARRIER_STEP_M;
}

/** Whether it stands on nothing: just below its lowest pixels, what is seen is much farther away. */
function hangsFree(picture: Picture, pixels: Uint32Array): boolean {
  const { depthM } = picture;
  // Where something nearer begins, that hides what is below.
  const asks = (far: number, pixel: number) => depthM[far] > depthM[pixel] - CARRIER_M;
  const farther = (far: number, pixel: number) => depthM[far] > depthM[pixel] + CARRIED_M;
  return shareBeside(picture, pixels, 'below', farther, asks) > SHARE_FREE;
}

function aboveM({ x, y, z }: Picture, plane: SupportPlane, pixel: number): number {
  return z[pixel] - planeHeightM(plane, x[pixel], y[pixel]);
}

/**
 * The share of what is seen just below or just above a thing, along the plumb line as the camera sees it, that fits; 0
 * where too little of it is seen.
 * @param asks which pairs of pixels count: the one beyond, and the thing's own
 */
function shareBeside(
  { depthM, width, height, observation }: Picture,
  pixels: Uint32Array,
  side: Side,
  fits: (far: number, pixel: number) => boolean,
  asks: (far: number, pixel: number) => boolean = () => true,
): number {
  const { intrinsics, worldFromCamera } = observation;
  const [dx, dy, dz] = rotate(quatConjugate(worldFromCamera.quatWxyz), [0, 0, side === 'below' ? -1 : 1]);
  const own = ownMarks;
  for (let i = 0; i < pixels.length; i++) own[pixels[i]] = 1;
  let touching = 0;
  let asked = 0;
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i];
    if (depthM[pixel] === 0) continue;
    const u = pixel % width;
    const v = (pixel - u) / width;
    // The way of a point in the picture that moves along the plumb line.
    const du = intrinsics.fx * dx - (u - intrinsics.cx) * dz;
    const dv = intrinsics.fy * dy - (v - intrinsics.cy) * dz;
    const length = Math.sqrt(du * du + dv * dv);
    // Seen from straight above, nothing is below.
    if (length < LEAST_PLUMB * intrinsics.fx) continue;
    const nextU = Math.round(u + du / length);
    const nextV = Math.round(v + dv / length);
    const farU = Math.round(u + (BEYOND_PIXELS * du) / length);
    const farV = Math.round(v + (BEYOND_PIXELS * dv) / length);
    if (farU < 0 || farV < 0 || farU >= width || farV >= height) continue;
    const far = farV * width + farU;
    if (own[nextV * width + nextU] === 1 || own[far] === 1 || depthM[far] === 0) continue;
    if (!asks(far, pixel)) continue;
    asked++;
    if (fits(far, pixel)) touching++;
  }
  for (let i = 0; i < pixels.length; i++) own[pixels[i]] = 0;
  return asked < 3 ? 0 : touching / asked;
}

/** Compares how far the outline lies from a circle and from a rectangle. */
function roundnessOf(
  outline: { readonly x: Float64Array; readonly y: Float64Array },
  circle: CircleFit | undefined,
  rectangle: Rectangle | undefined,
): number {
  if (rectangle === undefined || circle === undefined || outline.x.length < 8) return 0.5;
  const longer = Math.max(rectangle.sizeX, rectangle.sizeY);
  // An outline far longer than wide is no circle, whatever its ends look like; nor is a circle far larger than it.
  if (circle.radiusM > longer) return 0.05;
  const c = cos(rectangle.yawRad);
  const s = sin(rectangle.yawRad);
  let offCircle = 0;
  let offSides = 0;
  for (let i = 0; i < outline.x.length; i++) {
    const dx = outline.x[i] - rectangle.x;
    const dy = outline.y[i] - rectangle.y;
    const du = Math.abs(Math.abs(c * dx + s * dy) - rectangle.sizeX / 2);
    const dv = Math.abs(Math.abs(-s * dx + c * dy) - rectangle.sizeY / 2);
    const cx = outline.x[i] - circle.x;
    const cy = outline.y[i] - circle.y;
    const dr = Math.min(0.01, Math.abs(Math.sqrt(cx * cx + cy * cy) - circle.radiusM));
    const ds = Math.min(0.01, du, dv);
    offCircle += dr * dr;
    offSides += ds * ds;
  }
  const floor = outline.x.length * NOISE_M * NOISE_M * 0.5;
  const a = offSides + floor;
  const b = offCircle + floor;
  // Squares of residuals: twice the distance is four times the evidence.
  return (a * a) / (a * a + b * b);
}

function ballnessOf(sphere: SphereFit | undefined, heightM: number, footprint: Rectangle): number {
  if (sphere === undefined || sphere.radiusM < 0.008 || sphere.radiusM > 0.15) return 0;
  const across = Math.max(footprint.sizeX, footprint.sizeY);
  if (across > 2.6 * sphere.radiusM || heightM < 0.7 * sphere.radiusM) return 0;
  const allowed = NOISE_M + 0.035 * sphere.radiusM;
  const ratio = sphere.residualM / allowed;
  const square = ratio * ratio;
  return 1 / (1 + square * square);
}

interface Opening {
  readonly opening: number;
  readonly hollow: number;
  readonly covered: number;
  readonly x: number;
  readonly y: number;
  /** Cells of the opening. */
  readonly size: number;
  readonly radiusM: number;
}

const NO_OPENING: Opening = { opening: 0, hollow: 0, covered: 0, x: 0, y: 0, size: 0, radiusM: 0 };

/**
 * Looks through the outline of the top: pixels with the top on both sides, along the row and along the column, that are
 * not the top themselves and not covered by something nearer.
 */
function findOpening(
  picture: Picture,
  pixels: Uint32Array,
  inside: Uint8Array,
  top: readonly number[],
  topM: number,
): Opening {
  const { width, depthM, z } = picture;
  if (top.length < 12) return NO_OPENING;
  let [u0, v0, u1, v1] = [width, picture.height, 0, 0];
  for (const pixel of top) {
    const u = pixel % width;
    const v = (pixel - u) / width;
    if (u < u0) u0 = u;
    if (u > u1) u1 = u;
    if (v < v0) v0 = v;
    if (v > v1) v1 = v;
  }
  const own = ownMarks;
  for (let i = 0; i < pixels.length; i++) own[pixels[i]] = 1;
  const columns = u1 - u0 + 1;
  const first = new Int32Array(columns).fill(-1);
  const last = new Int32Array(columns).fill(-1);
  for (const pixel of top) {
    const u = pixel % width;
    const v = (pixel - u) / width;
    if (first[u - u0] < 0) first[u - u0] = v;
    last[u - u0] = v;
  }
  let [whole, open, hollow, covered] = [0, 0, 0, 0];
  let [su, sv] = [0, 0];
  const cells: number[] = [];
  for (let v = v0; v <= v1; v++) {
    let left = -1;
    let right = -1;
    for (let u = u0; u <= u1; u++) {
      if (inside[v * width + u] === 1) {
        if (left < 0) left = u;
        right = u;
      }
    }
    if (left < 0) continue;
    for (let u = left; u <= right; u++) {
      if (v < first[u - u0] || v > last[u - u0]) continue;
      const pixel = v * width + u;
      whole++;
      if (inside[pixel] === 1 || depthM[pixel] === 0) continue;
      // Lower than the top by more than its noise, and not something that stands out above it.
      if (z[pixel] > topM - 0.008) {
        if (own[pixel] === 0) covered++;
        continue;
      }
      open++;
      su += u;
      sv += v;
      cells.push(pixel);
      if (own[pixel] === 1) hollow++;
    }
  }
  for (let i = 0; i < pixels.length; i++) own[pixels[i]] = 0;
  const hidden = whole > 0 ? covered / whole : 0;
  if (open < 6) return { ...NO_OPENING, opening: whole > 0 ? open / whole : 0, covered: hidden };
  const { intrinsics } = picture.observation;
  const depth = depthM[top[top.length >> 1]];
  const middle = levelPointAt(picture, topM, su / open, sv / open);
  return {
    opening: open / whole,
    hollow: hollow / open,
    covered: hidden,
    ...middle,
    size: open,
    radiusM: Math.sqrt((open * depth * depth) / (intrinsics.fx * intrinsics.fy) / Math.PI),
  };
}

function levelPointAt(picture: Picture, heightM: number, u: number, v: number): { x: number; y: number } {
  const { x, y } = levelPoints(picture, heightM, [u], [v]);
  return { x: x[0], y: y[0] };
}

/** The points of an outline that are farther out than the rim of an opening. */
export function outerOnly(outline: Outline, openingX: number, openingY: number, openingRadiusM: number): Outline {
  const distances = Float64Array.from(outline.x, (x, i) => {
    const dx = x - openingX;
    const dy = outline.y[i] - openingY;
    return Math.sqrt(dx * dx + dy * dy);
  });
  const farthest = distances.slice().sort()[Math.floor((distances.length - 1) * 0.9)] ?? 0;
  const limit = Math.max(openingRadiusM * 1.15, 0.55 * farthest);
  const kept = Array.from(distances.keys()).filter((i) => distances[i] > limit);
  return {
    x: Float64Array.from(kept, (i) => outline.x[i]),
    y: Float64Array.from(kept, (i) => outline.y[i]),
  };
}
