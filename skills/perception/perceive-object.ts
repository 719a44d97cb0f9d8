// Owns measuring one thing from one look or several: where it stands, how it is turned, how large it is. Its faces are
// found from the silhouette at the height of its top and from the depth of its sides. Base frame, metres, radians.
// Must never read anything but observations.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { invert, type Pose, quatFromAxisAngle, transformPoint, type Vec3 } from '../../sim/spatial.ts';
import { type Detector, type Mask, PerceptionError } from './detector.ts';
import { type Drawing, drawingOf } from './drawings.ts';
import { removeOutliers } from './outliers.ts';
import { type Picture, readPicture } from './picture.ts';
import { cloudFromPicture, mergeClouds, type PointCloud, thinCloud } from './point-cloud.ts';
import { fitSides, type Rectangle, type SidesFit, smallestRectangle } from './rectangle-fit.ts';
import { fitCircle, fitSphere } from './round-fits.ts';
import { measureShape, outerOnly, type ShapeFeatures } from './shape-features.ts';
import { outlineAt } from './top-outline.ts';

export interface PerceivedObject {
  /** What the detector takes it for, for people. */
  readonly label: string;
  /** Middle of the box around the thing; z up. */
  readonly pose: Pose;
  /** Full side lengths along the box's own axes, metres. */
  readonly extent: Vec3;
  /** The detector's, 0..1. */
  readonly score: number;
  /** What was seen of it, thinned and without outliers. */
  readonly cloud: PointCloud;
  /** Height of what it stands on, metres in the base frame. */
  readonly supportHeightM: number;
  /** Which form was measured. A round thing has no turn: its yaw is 0. */
  readonly form: 'box' | 'round' | 'ball' | 'open' | 'irregular';
  /** Cameras that saw it. */
  readonly cameras: readonly string[];
}

interface View {
  readonly observation: Observation;
  readonly picture: Picture;
  readonly mask: Mask;
  readonly shape: ShapeFeatures;
}

/** Views whose middles lie farther apart do not see the same thing, metres. */
const SAME_THING_M = 0.05;
/** Points of sides keep clear of the top and of the support by this, metres: three deviations of the depth. */
const SIDE_CLEARANCE_M = 0.007;
/** A point of a side is one noisy depth; a point of the silhouette is as good as the pixels are small. */
const SIDE_WEIGHT = 0.35;
/** Pixels from a pixel without depth in which its height is looked for. */
const WIDEST_HOLE = 4;
/** Shares of the outline that are set aside beyond each side for further guesses. */
const TRIMS = [0.06, 0.12];
const VOXEL_M = 0.003;
const FEWEST_PIXELS = 12;
/** Supports seen at heights farther apart than this are two, metres. */
const SAME_SUPPORT_M = 0.02;
/** A box has this height at least, metres. */
const THINNEST_M = 0.002;

/**
 * Measures the thing that a phrase names.
 * @param observations of the same moment, the scene camera first
 * @throws PerceptionError NOTHING_FOUND, UNSURE, NO_DEPTH, and what the detector throws
 */
export async function perceiveObject(
  observations: readonly Observation[],
  detector: Detector,
  text: string,
  signal?: AbortSignal,
): Promise<PerceivedObject> {
  if (observations.length === 0) {
    throw new PerceptionError('BAD_INPUT', 'there is no picture to look at', 'Take a picture first.');
  }
  const found: { readonly observation: Observation; readonly mask: Mask }[] = [];
  const unsure: (Rivals & { readonly error: PerceptionError })[] = [];
  let nothing: PerceptionError | undefined;
  for (const observation of observations) {
    const answer = await detector.segmentText(observation, text, signal);
    if (answer.kind === 'found') found.push({ observation, mask: answer.masks[0] });
    else if (answer.kind === 'unsure') {
      const error = new PerceptionError('UNSURE', answer.message, answer.hint);
      unsure.push({ observation, masks: answer.masks, error });
    } else nothing ??= new PerceptionError('NOTHING_FOUND', answer.message, answer.hint);
  }
  for (const rivals of unsure) {
    // Who sees one of two cubes takes it for the only one.
    if (!found.some(({ observation }) => showsAll(observation, rivals))) throw rivals.error;
  }
  if (found.length === 0) {
    throw nothing ?? new PerceptionError('NOTHING_FOUND', `no picture shows "${text}"`, 'Look again.');
  }
  return measureObject(found);
}

/** Things that one picture could not tell apart. */
interface Rivals {
  readonly observation: Observation;
  readonly masks: readonly Mask[];
}

/** Whether the place of each rival lies in another picture: only then does what was found there decide among them. */
function showsAll(other: Observation, { observation, masks }: Rivals): boolean {
  const { width, height, intrinsics, worldFromCamera } = other;
  const cameraFromWorld = invert(worldFromCamera);
  return masks.every((mask) => {
    const { count, positions } = cloudFromPicture(observation, mask);
    if (count === 0) return false;
    const middle: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < 3 * count; i++) middle[i % 3] += positions[i] / count;
    const [x, y, z] = transformPoint(cameraFromWorld, middle);
    const [u, v] = [(intrinsics.fx * x) / z + intrinsics.cx, (intrinsics.fy * y) / z + intrinsics.cy];
    return z > 0 && u >= 0 && v >= 0 && u < width && v < height;
  });
}

/**
 * Measures the thing that masks of the same moment show.
 * @param seen masks of one thing, each with its picture
 * @throws PerceptionError NO_DEPTH when too little of it has a depth
 */
export function measureObject(
  seen: readonly { readonly observation: Observation; readonly mask: Mask }[],
): PerceivedObject {
  const views: View[] = [];
  for (const { observation, mask } of seen) {
    const picture = readPicture(observation);
    const shape = measureShape(picture, mask.pixels);
    if (shape !== undefined && mask.pixels.length >= FEWEST_PIXELS) views.push({ observation, picture, mask, shape });
  }
  // A view that shows a part of it up to the border of the picture does not say how large it is: others know better.
  const whole = views.filter((view) => !isCutOff(view));
  const agreeing = agree(whole.length > 0 ? whole : views);
  if (agreeing.length === 0) {
    throw new PerceptionError(
      'NO_DEPTH',
      'the thing was found, but too few of its pixels have a depth',
      'It is too small, too far or too dark for the depth camera: look from nearer by, or from another side.',
    );
  }
  const best = agreeing[0];
  // Views that disagree do not see the same support: the nearer one is believed.
  const alike = agreeing.filter((view) => Math.abs(supportOf(view) - supportOf(best)) < SAME_SUPPORT_M);
  const supportHeightM = mean(alike.map(supportOf));
  const topM = mean(agreeing.map((view) => supportOf(view) + topHeight(view)));
  const cloud = removeOutliers(
    thinCloud(mergeClouds(agreeing.map(({ observation, mask }) => cloudFromPicture(observation, mask))), VOXEL_M),
  );
  const drawn = drawnAmong(views);
  const common = {
    label: best.mask.label,
    score: Math.max(...agreeing.map(({ mask }) => mask.score)),
    cloud,
    supportHeightM,
    cameras: agreeing.map(({ observation }) => observation.camera),
  };
  if (drawn !== undefined) return { ...common, ...measureDrawing(drawn) };
  return { ...common, ...measureForm(agreeing, topM, supportHeightM) };
}

/** Measures what one mask shows; undefined when too little of it has a depth. */
export function measureIfSeen(observation: Observation, mask: Mask): PerceivedObject | undefined {
  try {
    return measureObject([{ observation, mask }]);
  } catch (error) {
    if (error instanceof PerceptionError && error.code === 'NO_DEPTH') return undefined;
    throw error;
  }
}

/** The drawing that the views show, as the one shows it that sees it whole and best. */
function drawnAmong(views: readonly View[]): Drawing | undefined {
  const drawings = views
    .map(({ mask }) => drawingOf(mask.pixels))
    .filter((drawing) => drawing !== undefined)
    .sort((a, b) => b.pixels.length - a.pixels.length);
  return drawings.find(({ cutOff }) => !cutOff) ?? drawings[0];
}

/** The box around a drawing runs along the axes of the base and has no height. */
function measureDrawing({ x, y, heightM }: Drawing): Pick<PerceivedObject, 'pose' | 'extent' | 'form'> {
  return {
    form: 'irregular',
    pose: { position: [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2, heightM], quatWxyz: [1, 0, 0, 0] },
    extent: [x[1] - x[0], y[1] - y[0], 0],
  };
}

/** The views that see the same thing as the one with most pixels. */
function agree(views: readonly View[]): readonly View[] {
  const sorted = [...views].sort((a, b) => b.shape.seen - a.shape.seen);
  return sorted.filter(({ shape }) => {
    const dx = shape.footprint.x - sorted[0].shape.footprint.x;
    const dy = shape.footprint.y - sorted[0].shape.footprint.y;
    return dx * dx + dy * dy < SAME_THING_M * SAME_THING_M;
  });
}

/** Whether a mask reaches the border of its picture: the thing may go on beyond it. */
function isCutOff({ observation: { width, height }, mask }: View): boolean {
  return mask.pixels.some((pixel) => {
    const u = pixel % width;
    const v = (pixel - u) / width;
    return u === 0 || v === 0 || u === width - 1 || v === height - 1;
  });
}

function supportOf({ shape }: View): number {
  return shape.supportM;
}

/** Height of the upper face above the support: the mean of the depths about it, found by moving a narrow window. */
function topHeight({ picture, mask, shape }: View): number {
  const heights: number[] = [];
  for (const pixel of mask.pixels) {
    if (picture.depthM[pixel] > 0) heights.push(picture.z[pixel] - shape.supportM);
  }
  let top = shape.heightM - 0.0012;
  for (let pass = 0; pass < 4; pass++) {
    let [n, sum] = [0, 0];
    for (const height of heights) {
      if (height < top - 0.0035 || height > top + 0.0035) continue;
      n++;
      sum += height;
    }
    if (n < 6) break;
    top = sum / n;
  }
  return top;
}

function measureForm(
  views: readonly View[],
  topM: number,
  supportM: number,
): Pick<PerceivedObject, 'pose' | 'extent' | 'form'> {
  const { shape } = views[0];
  if (shape.ballness > 0.55 && shape.opening < 0.1) {
    const ball = ballThrough(views);
    if (ball !== undefined) return ball;
  }
  const evidence = gatherEvidence(views, topM, supportM);
  // A view that shows it from straight above cannot say that it hangs free.
  const hung = views.filter((view) => view.shape.undersideM > 0).map((view) => supportOf(view) + view.shape.undersideM);
  const undersideM = Math.min(topM - THINNEST_M, Math.max(supportM, ...hung));
  const height = topM - undersideM;
  const middleZ = (topM + undersideM) / 2;
  if (shape.roundness > 0.6 && shape.lengthM < 1.6 * shape.widthM) {
    const circle = fitCircle(evidence.x, evidence.y);
    if (circle !== undefined && circle.radiusM < shape.lengthM && circle.residualM < 0.004) {
      return {
        form: shape.opening > 0.14 ? 'open' : 'round',
        pose: { position: [circle.x, circle.y, middleZ], quatWxyz: [1, 0, 0, 0] },
        extent: [2 * circle.radiusM, 2 * circle.radiusM, height],
      };
    }
  }
  const start = smallestRectangle(evidence.x, evidence.y, 0.02) ?? shape.footprint;
  const sides = bestSides(evidence, start);
  const plain = sides.residualM < 0.0025 && shape.opening < 0.14;
  const from = plain || shape.opening >= 0.14 ? sides : start;
  return {
    form: shape.opening > 0.14 ? 'open' : plain ? 'box' : 'irregular',
    pose: { position: [from.x, from.y, middleZ], quatWxyz: quatFromAxisAngle([0, 0, 1], from.yawRad) },
    extent: [from.sizeX, from.sizeY, height],
  };
}

/** Flying points make the first guess too wide: of several guesses, the one whose sides explain most points. */
function bestSides({ x, y, weight }: Evidence, start: Rectangle): SidesFit {
  let best = fitSides(x, y, start, weight);
  for (const trim of TRIMS) {
    const other = smallestRectangle(x, y, trim);
    if (other === undefined) continue;
    const fit = fitSides(x, y, other, weight);
    if (fit.held > best.held) best = fit;
  }
  return best;
}

function ballThrough(views: readonly View[]): Pick<PerceivedObject, 'pose' | 'extent' | 'form'> | undefined {
  const cloud = mergeClouds(views.map(({ observation, mask }) => cloudFromPicture(observation, mask)));
  const axis = (k: number) => Float64Array.from({ length: cloud.count }, (_, i) => cloud.positions[i * 3 + k]);
  const sphere = fitSphere(axis(0), axis(1), axis(2));
  if (sphere === undefined) return undefined;
  const across = 2 * sphere.radiusM;
  return {
    form: 'ball',
    pose: { position: [sphere.x, sphere.y, sphere.z], quatWxyz: [1, 0, 0, 0] },
    extent: [across, across, across],
  };
}

interface Evidence {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weight: Float64Array;
}

/** Points through which the sides of a thing run, seen from above. */
function gatherEvidence(views: readonly View[], topM: number, supportM: number): Evidence {
  const x: number[] = [];
  const y: number[] = [];
  const weight: number[] = [];
  for (const { observation, picture, mask, shape } of views) {
    const own = new Uint8Array(picture.depthM.length);
    for (const pixel of mask.pixels) own[pixel] = 1;
    // The silhouette of the top: rim pixels as high as the top, or beside such when they have no depth themselves.
    const upper = mask.pixels.filter((pixel) => heightAt(picture, own, pixel) > topM - SIDE_CLEARANCE_M);
    const { openingX, openingY, openingRadiusM } = shape;
    const rims = outlineAt(picture, own, upper, topM);
    // The rim of an opening is no side of the thing.
    const outline = openingRadiusM > 0 ? outerOnly(rims, openingX, openingY, openingRadiusM) : rims;
    for (let i = 0; i < outline.x.length; i++) {
      x.push(outline.x[i]);
      y.push(outline.y[i]);
      weight.push(1);
    }
    if (shape.opening > 0.14) continue;
    const cloud = cloudFromPicture(observation, mask);
    for (let i = 0; i < cloud.count; i++) {
      const z = cloud.positions[i * 3 + 2];
      if (z > topM - SIDE_CLEARANCE_M || z < supportM + SIDE_CLEARANCE_M) continue;
      x.push(cloud.positions[i * 3]);
      y.push(cloud.positions[i * 3 + 1]);
      weight.push(SIDE_WEIGHT);
    }
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y), weight: Float64Array.from(weight) };
}

/** Height of what a pixel of a mask shows, or of the nearest pixels of the mask that have a depth; base frame. */
function heightAt(picture: Picture, own: Uint8Array, pixel: number): number {
  const { width, height, depthM, z } = picture;
  if (depthM[pixel] > 0) return z[pixel];
  const u = pixel % width;
  const v = (pixel - u) / width;
  for (let ring = 1; ring <= WIDEST_HOLE; ring++) {
    let [n, sum] = [0, 0];
    for (let nv = Math.max(0, v - ring); nv <= Math.min(height - 1, v + ring); nv++) {
      for (let nu = Math.max(0, u - ring); nu <= Math.min(width - 1, u + ring); nu++) {
        const next = nv * width + nu;
        if (own[next] === 0 || depthM[next] === 0) continue;
        n++;
        sum += z[next];
      }
    }
    if (n > 0) return sum / n;
  }
  return Number.NEGATIVE_INFINITY;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
