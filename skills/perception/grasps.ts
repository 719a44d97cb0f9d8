// Owns where the hand can take hold: pairs of opposed edges of a seen thing that fit between the pads, with room for
// fingers and palm, best first. Base frame; tool at the fingertip centre, z along the approach, y along the closing.
// Must never move anything.

import { cos, exp, sin } from '../../sim/portable-math.ts';
import { type Pose, quatFromMat3, type Vec3 } from '../../sim/spatial.ts';
import { ENOUGH_ROOM_M, handClearance } from './hand-clearance.ts';
import { uprightBox } from './oriented-box.ts';
import { removeLonely } from './outliers.ts';
import { filterCloud, mergeClouds, type PointCloud, thinCloud } from './point-cloud.ts';

export interface Grasp {
  /** Pose of the fingertip centre, when the pads close. */
  readonly pose: Pose;
  /** 0..1, for the order among grasps. */
  readonly score: number;
  /** Thickness of the thing between the pads, metres. */
  readonly widthM: number;
  /** Opening to come in with, metres. */
  readonly openingM: number;
  /** Least room between the open hand and everything seen, on the way in too, metres. */
  readonly clearanceM: number;
  readonly approach: 'above' | 'side';
}

/** What is to be held. A PerceivedObject is one. */
export interface Graspable {
  readonly cloud: PointCloud;
  readonly supportHeightM?: number;
  /** The measured box, if there is one: it knows the sides that no camera sees. */
  readonly pose?: Pose;
  readonly extent?: Vec3;
  /** As measured; only a solid form lets the box speak for the thing. */
  readonly form?: 'box' | 'round' | 'ball' | 'open' | 'irregular';
}

export interface GraspSettings {
  readonly approaches?: readonly Grasp['approach'][];
  /** At most so many, best first. */
  readonly most?: number;
}

/** The pads open to 80 mm; the thing needs a little room at both sides. */
const WIDEST_M = 0.074;
const WIDEST_OPENING_M = 0.08;
const SIDE_ROOM_M = 0.008;
/** How deep below the top the middle of the pads goes: a pad is 17.6 mm high, and twice that is enough to hold. */
const DEEPEST_M = 0.022;
/** The middle of the pads stays this far above the support: half a pad, and 3 mm for what is not exact. */
const ABOVE_SUPPORT_M = 0.012;
const HALF_PAD_M = 0.0088;
const SLICE_M = 0.008;
const CELL_M = 0.004;
/** Cells without points that a run may have: far pixels are farther apart than a cell. */
const GAP_CELLS = 2;
/** Straightness below which edges slip out: slanted by some 45 degrees. */
const LEAST_HOLD = 0.12;
const TURNS = 18;
const ROUND_TURNS = 12;
const VOXEL_M = 0.004;
/** A point of a surface has so many neighbours this near; a flying one has not. */
const COMPANY = 5;
const COMPANY_WITHIN_M = 0.0085;
/** How far a depth may lie off a measured box and still be its own, metres: three deviations. */
const NOISE_M = 0.007;
/** Points beyond this from the middle of the thing are out of the hand's reach, metres. */
const NEAR_M = 0.25;
/** Grasps closer than this in place and turn are one. */
const SAME_PLACE_M = 0.012;
const SAME_TURN = 0.97;

interface Scene {
  readonly thing: PointCloud;
  readonly all: PointCloud;
  readonly supportM: number | undefined;
  readonly middle: Vec3;
  readonly box: { readonly pose: Pose; readonly extent: Vec3 };
  /** The measured form, when the thing fills its box. */
  readonly form: 'box' | 'round' | 'ball' | undefined;
}

/**
 * Grasps of a thing, best first; empty when none fits.
 * @param surroundings everything else that was seen: a whole picture's cloud will do, the thing's own points included
 */
export function planGrasps(
  graspable: Graspable,
  surroundings: PointCloud,
  { approaches = ['above', 'side'], most = 20 }: GraspSettings = {},
): readonly Grasp[] {
  const thing = thinCloud(graspable.cloud, VOXEL_M);
  if (thing.count < 4) return [];
  const { supportHeightM: supportM, pose, extent } = graspable;
  const measured = pose !== undefined && extent !== undefined;
  const box = measured
    ? { pose, extent }
    : uprightBox(thing, supportM === undefined ? {} : { supportHeightM: supportM });
  const middle = box.pose.position;
  const near = filterCloud(surroundings, (i) => {
    const dx = surroundings.positions[i * 3] - middle[0];
    const dy = surroundings.positions[i * 3 + 1] - middle[1];
    const dz = surroundings.positions[i * 3 + 2] - middle[2];
    // The support itself is checked as a plane, not as noisy points.
    if (supportM !== undefined && surroundings.positions[i * 3 + 2] < supportM + 0.006) return false;
    return dx * dx + dy * dy + dz * dz < NEAR_M * NEAR_M;
  });
  const company = removeLonely(thinCloud(mergeClouds([thing, near]), VOXEL_M), COMPANY, COMPANY_WITHIN_M);
  const form = measured && isSolid(graspable.form) ? graspable.form : undefined;
  // The measured box stands for the thing's own noisy points: the pads come in beside it.
  const all = form !== undefined ? filterCloud(company, (i) => !isInBox(box, company.positions, i)) : company;
  const scene: Scene = { thing, all, supportM, middle, box, form };
  const grasps: Grasp[] = [];
  if (approaches.includes('above')) graspsFromAbove(scene, grasps);
  if (approaches.includes('side')) graspsFromSide(scene, grasps);
  return distinct(grasps.sort(inOrder)).slice(0, most);
}

function isSolid(form: Graspable['form']): form is 'box' | 'round' | 'ball' {
  return form === 'box' || form === 'round' || form === 'ball';
}

/** Whether a point lies in a box or within the noise around it. */
function isInBox({ pose, extent }: Scene['box'], positions: Float32Array, i: number): boolean {
  const { x, y } = boxAxes({ pose, extent });
  const dx = positions[i * 3] - pose.position[0];
  const dy = positions[i * 3 + 1] - pose.position[1];
  const dz = positions[i * 3 + 2] - pose.position[2];
  return (
    Math.abs(dx * x[0] + dy * x[1]) < extent[0] / 2 + NOISE_M &&
    Math.abs(dx * y[0] + dy * y[1]) < extent[1] / 2 + NOISE_M &&
    Math.abs(dz) < extent[2] / 2 + NOISE_M
  );
}

function inOrder(a: Grasp, b: Grasp): number {
  const [p, q] = [a.pose.position, b.pose.position];
  return b.score - a.score || p[0] - q[0] || p[1] - q[1] || p[2] - q[2] || a.pose.quatWxyz[0] - b.pose.quatWxyz[0];
}

function distinct(grasps: readonly Grasp[]): Grasp[] {
  const kept: Grasp[] = [];
  for (const grasp of grasps) {
    const twin = kept.some(({ pose }) => {
      const [a, b] = [pose.position, grasp.pose.position];
      const turn = pose.quatWxyz.reduce((sum, q, i) => sum + q * grasp.pose.quatWxyz[i], 0);
      const off = Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]);
      return off < SAME_PLACE_M && Math.abs(turn) > SAME_TURN;
    });
    if (!twin) kept.push(grasp);
  }
  return kept;
}

/** Yaw of the measured box, from its x axis. */
function boxAxes({ pose, extent }: Scene['box']): { readonly x: Vec3; readonly y: Vec3; readonly extent: Vec3 } {
  const [w, i, j, k] = pose.quatWxyz;
  return {
    x: [1 - 2 * (j * j + k * k), 2 * (i * j + w * k), 2 * (i * k - w * j)],
    y: [2 * (i * j - w * k), 1 - 2 * (i * i + k * k), 2 * (j * k + w * i)],
    extent,
  };
}

function graspsFromAbove(scene: Scene, grasps: Grasp[]): void {
  const axes = boxAxes(scene.box);
  const [ex, ey] = axes.extent;
  if (scene.form === 'box') {
    boxGrasps(scene, axes.y, axes.x, ey, ex, grasps);
    boxGrasps(scene, axes.x, axes.y, ex, ey, grasps);
  } else if (scene.form !== undefined) {
    // What is round can be taken from any side.
    for (let turn = 0; turn < ROUND_TURNS; turn++) {
      const angle = (Math.PI * turn) / ROUND_TURNS;
      const closing: Vec3 = [cos(angle), sin(angle), 0];
      boxGrasps(scene, closing, [-closing[1], closing[0], 0], ex, 0, grasps);
    }
  }
  if (grasps.length > 0) return;
  const directions = [axes.y, axes.x].map((axis) => ({ c: axis[0], s: axis[1] }));
  for (let turn = 0; turn < TURNS; turn++) {
    const angle = (Math.PI * turn) / TURNS;
    directions.push({ c: cos(angle), s: sin(angle) });
  }
  for (const direction of directions) sliceGrasps(scene, direction, grasps);
}

/** Across two opposite sides of a measured box, at places along it; the box knows the sides that no camera saw. */
function boxGrasps(
  scene: Scene,
  closing: Vec3,
  lengthwise: Vec3,
  widthM: number,
  lengthM: number,
  grasps: Grasp[],
): void {
  if (widthM > WIDEST_M) return;
  const [x, y, z] = scene.box.pose.position;
  const top = z + scene.box.extent[2] / 2;
  const [c, s] = [closing[0], closing[1]];
  // What hangs free and is thin is taken at its middle: there is nothing below to hold.
  const hangs = scene.supportM !== undefined && z - scene.box.extent[2] / 2 > scene.supportM + ABOVE_SUPPORT_M;
  const toolZ = hangs ? Math.max(z, top - DEEPEST_M) : toolHeight(top, scene.supportM);
  const farthest = Math.max(0, lengthM / 2 - HALF_PAD_M);
  for (let step = 0; step * SLICE_M <= farthest; step++) {
    for (const at of step === 0 ? [0] : [step * SLICE_M, -step * SLICE_M]) {
      const position: Vec3 = [x + lengthwise[0] * at, y + lengthwise[1] * at, toolZ];
      addGrasp(scene, grasps, { position, quatWxyz: downQuat(c, s) }, widthM, 1, 'above', Math.abs(at));
    }
  }
}

/** The pads go as deep as they hold, but stay above the support. */
function toolHeight(top: number, supportM: number | undefined): number {
  const floor = supportM === undefined ? top - DEEPEST_M : supportM + ABOVE_SUPPORT_M;
  return Math.max(top - DEEPEST_M, Math.min(floor, top - 0.004));
}

/** Straight down, closing along (c, s). */
function downQuat(c: number, s: number): Pose['quatWxyz'] {
  return quatFromMat3([-s, c, 0, c, s, 0, 0, 0, -1]);
}

/** Cuts the thing into slices as wide as the pads, across a closing direction, and looks for what fits between them. */
function sliceGrasps(scene: Scene, { c, s }: { readonly c: number; readonly s: number }, grasps: Grasp[]): void {
  const { thing, middle, supportM } = scene;
  const n = thing.count;
  const across = new Float64Array(n);
  const along = new Float64Array(n);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    const dx = thing.positions[i * 3] - middle[0];
    const dy = thing.positions[i * 3 + 1] - middle[1];
    // The closing runs along (c, s); slices lie along (s, -c), so that z points down with y closing.
    across[i] = c * dx + s * dy;
    along[i] = s * dx - c * dy;
    low = Math.min(low, along[i]);
    high = Math.max(high, along[i]);
  }
  const slices = [0];
  for (let at = SLICE_M; at <= Math.max(high, -low); at += SLICE_M) {
    if (at <= high) slices.push(at);
    if (-at >= low) slices.push(-at);
  }
  for (const at of slices) {
    const inSlice: number[] = [];
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      if (Math.abs(along[i] - at) > HALF_PAD_M) continue;
      inSlice.push(i);
      top = Math.max(top, thing.positions[i * 3 + 2]);
    }
    if (inSlice.length < 4) continue;
    const toolZ = toolHeight(top, supportM);
    for (const run of runsOf(scene, inSlice, across, toolZ)) {
      const [a, b] = [run.low, run.high];
      const widthM = b - a;
      if (widthM > WIDEST_M || widthM < 0.003) continue;
      const t = (a + b) / 2;
      const position: Vec3 = [middle[0] + c * t + s * at, middle[1] + s * t - c * at, toolZ];
      // Points show less of a side than there is: the measured box is worth more where there is one.
      const straight = (scene.form === undefined ? 1 : 0.7) * edgeStraightness(inSlice, across, along, at, a, b);
      addGrasp(
        scene,
        grasps,
        { position, quatWxyz: downQuat(c, s) },
        widthM,
        straight,
        'above',
        Math.sqrt(at * at + t * t),
      );
    }
  }
}

interface Run {
  readonly low: number;
  readonly high: number;
}

/** Stretches of a slice that reach above the pads' middle, with nothing of the thing beside them for a finger to hit. */
function runsOf(scene: Scene, inSlice: readonly number[], across: Float64Array, toolZ: number): readonly Run[] {
  const { positions } = scene.thing;
  const sorted = inSlice
    .filter((i) => positions[i * 3 + 2] > toolZ - 0.003)
    .sort((i, j) => across[i] - across[j] || i - j);
  const runs: Run[] = [];
  let from = 0;
  for (let k = 1; k <= sorted.length; k++) {
    if (k < sorted.length && across[sorted[k]] - across[sorted[k - 1]] < (GAP_CELLS + 1) * CELL_M) continue;
    if (k - from >= 3) runs.push({ low: across[sorted[from]], high: across[sorted[k - 1]] });
    from = k;
  }
  return runs;
}

/** 1 where both edges of a slice run straight across the pads, falling with their slant: slanted edges slip or turn. */
function edgeStraightness(
  inSlice: readonly number[],
  across: Float64Array,
  along: Float64Array,
  at: number,
  low: number,
  high: number,
): number {
  const BINS = 4;
  let slant = 0;
  for (const side of [-1, 1]) {
    const ends = new Float64Array(BINS).fill(Number.NaN);
    for (const i of inSlice) {
      if (across[i] < low - 1e-9 || across[i] > high + 1e-9) continue;
      const bin = Math.min(BINS - 1, Math.max(0, Math.floor(((along[i] - at) / (2 * HALF_PAD_M) + 0.5) * BINS)));
      const reach = side * across[i];
      if (!(ends[bin] >= reach)) ends[bin] = reach;
    }
    const known = [...ends.keys()].filter((bin) => !Number.isNaN(ends[bin]));
    if (known.length < 2) return 0.3;
    const [first, last] = [known[0], known[known.length - 1]];
    slant = Math.max(slant, Math.abs(ends[last] - ends[first]) / ((last - first) * ((2 * HALF_PAD_M) / BINS)));
  }
  const scaled = slant / 0.6;
  return exp(-scaled * scaled);
}

function graspsFromSide(scene: Scene, grasps: Grasp[]): void {
  const { box, supportM } = scene;
  const axes = boxAxes(box);
  const [ex, ey, ez] = box.extent;
  const [, , z] = box.pose.position;
  const faces = [
    { toward: axes.x, deep: ex, across: axes.y, width: ey },
    { toward: axes.y, deep: ey, across: axes.x, width: ex },
  ];
  for (const { toward, deep, across, width } of faces) {
    for (const sign of [1, -1]) {
      const approach: Vec3 = [sign * toward[0], sign * toward[1], 0];
      // No deeper than the pads hold: the palm stays clear of the thing.
      const inward = Math.max(0, deep / 2 - 0.02);
      const place = (height: number): Vec3 => [
        box.pose.position[0] - approach[0] * inward,
        box.pose.position[1] - approach[1] * inward,
        height,
      ];
      // Closing level, the hand upright beside a standing thing.
      if (width <= WIDEST_M) {
        const height = supportM === undefined ? z : Math.max(z, Math.min(supportM + 0.045, z + ez / 2 - 0.012));
        const closing: Vec3 = [across[0], across[1], 0];
        addGrasp(scene, grasps, sidePose(place(height), approach, closing), width, 0.85, 'side', Math.abs(height - z));
      }
      // Closing upright, as on the bar of a handle.
      if (ez <= WIDEST_M) {
        addGrasp(scene, grasps, sidePose(place(z), approach, [0, 0, 1]), ez, 0.85, 'side', 0);
      }
    }
  }
}

function sidePose(position: Vec3, approach: Vec3, closing: Vec3): Pose {
  const [zx, zy, zz] = approach;
  const [yx, yy, yz] = closing;
  const x: Vec3 = [yy * zz - yz * zy, yz * zx - yx * zz, yx * zy - yy * zx];
  return { position, quatWxyz: quatFromMat3([x[0], yx, zx, x[1], yy, zy, x[2], yz, zz]) };
}

function addGrasp(
  scene: Scene,
  grasps: Grasp[],
  pose: Pose,
  widthM: number,
  hold: number,
  approach: Grasp['approach'],
  offM: number,
): void {
  const openingM = Math.min(WIDEST_OPENING_M, widthM + 2 * SIDE_ROOM_M);
  if (hold < LEAST_HOLD) return;
  const clearanceM = handClearance(pose, openingM, scene.all, scene.supportM);
  if (clearanceM < 0.001) return;
  const room = Math.min(1, clearanceM / 0.006);
  const narrow = 1 - 0.35 * (widthM / WIDEST_M);
  const central = 1 / (1 + (offM * offM) / (0.03 * 0.03));
  const score = hold * (0.4 + 0.6 * room) * narrow * (0.35 + 0.65 * central);
  grasps.push({ pose, score, widthM, openingM, clearanceM: Math.min(clearanceM, ENOUGH_ROOM_M), approach });
}
