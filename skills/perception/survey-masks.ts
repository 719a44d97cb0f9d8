// Owns finding everything that stands or lies in the cell in one look: it points at what is in sight and belongs to
// nothing yet, and asks the detector what is there. Works with every detector. Must never know words or names.
//
// Frames and units: metres in the base frame of arm 0.

import type { BodyBall } from '../../sim/robots/panda/body-balls.ts';
import { type Detector, type Mask, PerceptionError } from './detector.ts';
import { isInBall } from './obstacles.ts';
import type { Picture } from './picture.ts';
import { measureShape } from './shape-features.ts';
import { FLAT_M } from './shape-words.ts';
import { planeBandM, planeHeightM, type SupportPlane } from './support-plane.ts';

/** Pixels between two places that are pointed at: a cube of 4 cm shows 17 across in the scene camera. */
const STRIDE = 3;
/** What is no higher above its surface than this is the surface itself, or a mark on it, metres. */
const ABOVE_M = 0.008;
/** A mask that lies in the robot by this share is the robot. */
const ROBOT_SHARE = 0.3;
/** Larger things are furniture, or the wall; metres. */
const LARGEST_M = 0.6;
/** A mask with more than this share of pixels of things found before shows one of them. */
const KNOWN_SHARE = 0.3;
/** Masks with fewer pixels say nothing about a thing. */
const FEWEST_PIXELS = 20;
/** Colour shares and light by which a mark differs from the surface it lies on. */
const MARK_SHARE = 0.055;
const MARK_LIGHT = 0.4;
/** So many things are more than a table holds: the detector has lost its way. */
const MOST_MASKS = 60;

export interface FoundMask {
  readonly mask: Mask;
  /** The surface it stands above, or lies on. */
  readonly plane: SupportPlane;
  /** It is as flat as a mark. */
  readonly flat: boolean;
}

/** Everything in sight on these surfaces that is not the robot, in the order of the picture. */
export async function surveyMasks(
  picture: Picture,
  planes: readonly SupportPlane[],
  robot: readonly BodyBall[],
  detector: Detector,
  signal?: AbortSignal,
): Promise<readonly FoundMask[]> {
  const { width, height } = picture;
  const taken = new Uint8Array(width * height);
  const found: FoundMask[] = [];
  for (let v = 1; v + 1 < height; v += STRIDE) {
    for (let u = 1; u + 1 < width; u += STRIDE) {
      const pixel = v * width + u;
      if (taken[pixel] === 1 || found.length === MOST_MASKS) continue;
      const plane = planeBelow(picture, planes, pixel);
      if (plane === undefined || !isSomething(picture, plane, pixel) || isRobot(picture, pixel, robot)) continue;
      signal?.throwIfAborted();
      const mask = await maskAt(picture, detector, u, v, signal);
      if (mask === undefined) {
        taken[pixel] = 1;
        continue;
      }
      const known = mask.pixels.filter((own) => taken[own] === 1).length;
      for (const own of mask.pixels) taken[own] = 1;
      taken[pixel] = 1;
      // Beside a thing, the detector answers with the thing.
      if (known > KNOWN_SHARE * mask.pixels.length) continue;
      const shape = measureShape(picture, mask.pixels);
      if (shape === undefined || mask.pixels.length < FEWEST_PIXELS || shape.lengthM > LARGEST_M) continue;
      if (robotShare(picture, mask, robot) > ROBOT_SHARE) continue;
      const { x, y } = shape.footprint;
      // What the detector calls one thing with a table's neighbour stands elsewhere.
      if (Math.abs(x - plane.middleX) > plane.reachX || Math.abs(y - plane.middleY) > plane.reachY) continue;
      found.push({ mask, plane, flat: shape.heightM <= FLAT_M });
    }
  }
  return found;
}

/** The surface right below a point: the highest that reaches there and lies no higher. */
export function planeBelow(
  { depthM, x, y, z }: Picture,
  planes: readonly SupportPlane[],
  pixel: number,
): SupportPlane | undefined {
  if (depthM[pixel] === 0) return undefined;
  return planes.find(
    (plane) =>
      Math.abs(x[pixel] - plane.middleX) < plane.reachX &&
      Math.abs(y[pixel] - plane.middleY) < plane.reachY &&
      z[pixel] > planeHeightM(plane, x[pixel], y[pixel]) - 2 * planeBandM(depthM[pixel]),
  );
}

/** Whether a pixel shows anything but the surface: it stands above it, or has another colour. */
function isSomething(picture: Picture, plane: SupportPlane, pixel: number): boolean {
  const { x, y, z, redShare, greenShare, light } = picture;
  if (z[pixel] - planeHeightM(plane, x[pixel], y[pixel]) > ABOVE_M) return true;
  const dr = redShare[pixel] - plane.redShare;
  const dg = greenShare[pixel] - plane.greenShare;
  const off = dr * dr + dg * dg + (dr + dg) * (dr + dg);
  return off > MARK_SHARE * MARK_SHARE || light[pixel] < MARK_LIGHT * plane.light;
}

function isRobot({ x, y, z }: Picture, pixel: number, robot: readonly BodyBall[]): boolean {
  return robot.some((ball) => isInBall([x[pixel], y[pixel], z[pixel]], ball));
}

function robotShare(picture: Picture, { pixels }: Mask, robot: readonly BodyBall[]): number {
  const some = pixels.filter((pixel, i) => i % STRIDE === 0 && picture.depthM[pixel] > 0);
  let within = 0;
  for (const pixel of some) if (isRobot(picture, pixel, robot)) within += 1;
  return some.length === 0 ? 1 : within / some.length;
}

/** @throws PerceptionError when the detector cannot be asked at all */
async function maskAt(
  { observation }: Picture,
  detector: Detector,
  u: number,
  v: number,
  signal: AbortSignal | undefined,
): Promise<Mask | undefined> {
  try {
    const answer = await detector.segmentPoint(observation, u, v, signal);
    return answer.kind === 'found' ? answer.masks[0] : undefined;
  } catch (error) {
    if (error instanceof PerceptionError && error.code === 'BAD_QUERY') return undefined;
    throw error;
  }
}
