// Owns what the looking functions of tiers S3 and S4 do: pictures, masks, points, boxes, grasps. All of it comes from the
// pixels of a look the program took.
//
// Frames and units: metres in the base frame of arm 0; pixels count from the top left corner.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import type { ArmSide } from '../../drivers/robot.ts';
import { distance, type Pose, type Quat, type Vec3 } from '../../sim/spatial.ts';
import type { Mask, Segmentation } from '../perception/detector.ts';
import { freeBox, uprightBox } from '../perception/oriented-box.ts';
import { removeOutliers } from '../perception/outliers.ts';
import { measureObject } from '../perception/perceive-object.ts';
import { cloudFromPicture, type PointCloud, thinCloud } from '../perception/point-cloud.ts';
import { supportHeightUnder } from '../perception/support-plane.ts';
import { PolicyError, sentence } from './errors.ts';
import type { GraspProposal } from './grasp-proposals.ts';
import { FULL_WIDTH_M } from './grip.ts';
import type { ApiCall, ArmChoice } from './implementation.ts';
import type { MotionPorts } from './motions.ts';
import { type SeenScene, seeing } from './seen-scene.ts';

/** A mask as programs hold it. */
export interface MaskValue {
  readonly label: string;
  readonly score: number;
  readonly box: readonly [number, number, number, number];
  readonly pixels: readonly number[];
  /** The look it was found in; a mask that a program made itself may leave it out. */
  readonly observationId?: string;
}

export interface ObservationValue {
  readonly id: string;
  readonly camera: string;
  readonly width: number;
  readonly height: number;
  readonly depthM: readonly number[];
  readonly colorSrgb?: readonly number[];
  readonly intrinsics: Observation['intrinsics'] & { readonly width: number; readonly height: number };
  readonly worldFromCamera: Pose;
  readonly timeS: number;
}

interface OfObservation {
  readonly observationId: string;
}

export interface SeeingFunctions {
  getObservation(args: { options?: { camera?: string; color?: boolean } }, call: ApiCall): Promise<ObservationValue>;
  segmentText(
    args: OfObservation & { phrase: string; options?: { all?: boolean } },
    call: ApiCall,
  ): Promise<readonly MaskValue[]>;
  segmentPoint(args: OfObservation & { u: number; v: number }, call: ApiCall): Promise<MaskValue>;
  pointAt(args: OfObservation & { phrase: string }, call: ApiCall): Promise<{ u: number; v: number; score: number }>;
  maskPoints(args: OfObservation & { mask: MaskValue; options?: { maxPoints?: number } }): Promise<readonly Vec3[]>;
  supportHeight(args: OfObservation & { mask: MaskValue }): Promise<number>;
  orientedBoundingBox(args: {
    points: readonly Vec3[];
    options?: { free?: boolean; supportHeightM?: number };
  }): Promise<{ position: Vec3; quatWxyz: Quat; extent: Vec3 }>;
  planGrasp(
    args: OfObservation & { mask: MaskValue; options?: ArmChoice },
    call: ApiCall,
  ): Promise<readonly GraspProposal[]>;
}

export interface SeeingPorts extends Pick<MotionPorts, 'planner'> {
  readonly scene: SeenScene;
}

const DEFAULT_POINTS = 2000;
/** Points of one thing are thinned to at most one per cube of this side, metres. */
const VOXEL_M = 0.002;
/** Grasps a program is offered. */
const MOST_GRASPS = 8;
const FEWEST_PIXELS = 1;
/** Points closer to each other than this are one point, metres. */
const SAME_PLACE_M = 1e-4;

export function seeingFunctions({ scene, planner }: SeeingPorts): SeeingFunctions {
  return {
    getObservation: async ({ options }, { signal }) => {
      const { id, observation } = await scene.look(options?.camera ?? scene.cameraNames[0], signal);
      const { camera, width, height, intrinsics, worldFromCamera, timeS } = observation;
      return {
        id,
        camera,
        width,
        height,
        // Whole millimetres: what 16-bit depth pictures carry, and what travels cheaply.
        depthM: Array.from(observation.depthM, (depth) => Math.round(depth * 1000) / 1000),
        ...(options?.color === true ? { colorSrgb: Array.from(observation.colorSrgb) } : {}),
        intrinsics: { width, height, ...intrinsics },
        worldFromCamera,
        timeS,
      };
    },

    segmentText: async ({ observationId, phrase, options }, { signal }) => {
      const observation = scene.observation(observationId);
      const answer = await seeing(() => scene.detector.segmentText(observation, phrase, signal));
      const masks = answer.kind === 'unsure' && options?.all === true ? answer.masks : certain(answer);
      return masks.map((mask) => maskValue(mask, observationId));
    },

    segmentPoint: async ({ observationId, u, v }, { signal }) => {
      const observation = scene.observation(observationId);
      assertInPicture(u, v, observation);
      const answer = await seeing(() => scene.detector.segmentPoint(observation, u, v, signal));
      return maskValue(certain(answer)[0], observationId);
    },

    pointAt: async ({ observationId, phrase }, { signal }) => {
      const observation = scene.observation(observationId);
      const answer = await seeing(() => scene.detector.pointAt(observation, phrase, signal));
      if (answer.kind !== 'found') throw notCertain(answer);
      return { u: answer.u, v: answer.v, score: answer.score };
    },

    maskPoints: async ({ observationId, mask, options }) => {
      const observation = scene.observation(observationId);
      assertOfObservation(mask, observationId);
      const cloud = await cloudOf(observation, mask);
      return spread(cloud, options?.maxPoints ?? DEFAULT_POINTS);
    },

    supportHeight: async ({ observationId, mask }) => {
      const observation = scene.observation(observationId);
      assertOfObservation(mask, observationId);
      const height = await seeing(() => supportHeightUnder(observation, detectorMask(mask, observation)));
      if (height !== undefined) return height;
      throw new PolicyError({
        code: 'NO_SUPPORT',
        stage: 'perception',
        message: 'No level surface is in sight around the mask. The arm is still.',
        hint: 'Look with another camera, or take the height of the table from the task.',
      });
    },

    orientedBoundingBox: async ({ points, options }) => {
      const positions = Float32Array.from(points.flat());
      const cloud: PointCloud = { count: points.length, positions };
      if (points.every((point) => distance(point, points[0]) < SAME_PLACE_M))
        throw noBox(points, 'they are all in one place');
      try {
        const { supportHeightM } = options ?? {};
        const { pose, extent } =
          options?.free === true
            ? freeBox(cloud)
            : uprightBox(cloud, supportHeightM === undefined ? {} : { supportHeightM });
        return { ...pose, extent };
      } catch (cause) {
        throw noBox(points, cause instanceof Error ? cause.message : 'they are too few', cause);
      }
    },

    planGrasp: async ({ observationId, mask, options }, { signal }) => {
      const arm: ArmSide = options?.arm ?? 'left';
      const observation = scene.observation(observationId);
      assertOfObservation(mask, observationId);
      await cloudOf(observation, mask);
      const thing = await seeing(() => measureObject([{ observation, mask: detectorMask(mask, observation) }]));
      const object = scene.keep(thing.label, thing, [observation]);
      const free: GraspProposal[] = [];
      const proposals = await scene.grasps(object, arm);
      for (const proposal of proposals) {
        signal.throwIfAborted();
        if (await planner.isFree(arm, proposal)) free.push(proposal);
        if (free.length === MOST_GRASPS) break;
      }
      if (free.length > 0)
        return free.map(({ position, quatWxyz, widthM, score }) => ({ position, quatWxyz, widthM, score }));
      throw new PolicyError({
        code: 'NO_GRASP',
        stage: 'grasp',
        message:
          proposals.length === 0
            ? `The thing is too wide for the hand, which opens ${FULL_WIDTH_M} m. The arm is still.`
            : `All ${proposals.length} grasps are blocked or out of reach. The arm is still.`,
        hint: 'Look from another side, or move what stands in the way.',
      });
    },
  };
}

function maskValue({ label, score, box, pixels }: Mask, observationId: string): MaskValue {
  return { label, score, box, pixels: Array.from(pixels), observationId };
}

function noBox({ length }: readonly Vec3[], why: string, cause?: unknown): PolicyError {
  return new PolicyError(
    {
      code: 'NO_BOX',
      stage: 'perception',
      message: `No box fits these ${length} points: ${why}. The arm is still.`,
      hint: 'Use more points of one thing, as maskPoints gives them.',
    },
    { cause },
  );
}

/** @throws PolicyError INVALID_ARGUMENT */
function assertInPicture(u: number, v: number, { width, height }: Observation): void {
  const [column, row] = [Math.round(u), Math.round(v)];
  if (column >= 0 && row >= 0 && column < width && row < height) return;
  throw new PolicyError({
    code: 'INVALID_ARGUMENT',
    stage: 'code',
    message: `The pixel u = ${u}, v = ${v} lies outside this picture of ${width} x ${height} pixels. Nothing moved.`,
    hint: `u counts columns, 0 to ${width - 1}; v counts rows, 0 to ${height - 1}. Metres are no pixels: pointAt and segmentText find things by name.`,
  });
}

/** A mask of another look would be measured in the wrong place, silently. @throws PolicyError INVALID_ARGUMENT */
function assertOfObservation(mask: MaskValue, observationId: string): void {
  if (mask.observationId === undefined || mask.observationId === observationId) return;
  throw new PolicyError({
    code: 'INVALID_ARGUMENT',
    stage: 'code',
    message: `The mask was found in "${mask.observationId}", but observationId is "${observationId}". Nothing moved.`,
    hint: `Pass mask.observationId with it, or look for the thing again in "${observationId}" with segmentText.`,
  });
}

/** The masks of an answer that is certain. @throws PolicyError NOT_FOUND, UNSURE */
function certain(answer: Segmentation): readonly Mask[] {
  if (answer.kind === 'found') return answer.masks;
  throw notCertain(answer);
}

function notCertain({
  kind,
  message,
  hint,
}: {
  kind: 'nothing' | 'unsure';
  message: string;
  hint: string;
}): PolicyError {
  return new PolicyError({
    code: kind === 'nothing' ? 'NOT_FOUND' : 'UNSURE',
    stage: 'perception',
    message: `${sentence(message)} The arm is still.`,
    hint: sentence(hint),
  });
}

/** A program's mask as perception takes it. @throws PolicyError EMPTY_MASK */
function detectorMask({ label, score, box, pixels }: MaskValue, { width, height }: Observation): Mask {
  if (pixels.length < FEWEST_PIXELS) throw emptyMask('the mask has no pixels');
  const sorted = Uint32Array.from(new Set(pixels)).sort();
  const bad = pixels.find((pixel) => !Number.isInteger(pixel) || pixel < 0 || pixel >= width * height);
  if (bad === undefined) return { label, score, box, pixels: sorted };
  throw new PolicyError({
    code: 'INVALID_ARGUMENT',
    stage: 'code',
    message: `The mask has the pixel ${bad}, but this picture has the pixels 0 to ${width * height - 1}. Nothing moved.`,
    hint: 'Pass a mask with the observation it was made from.',
  });
}

async function cloudOf(observation: Observation, mask: MaskValue): Promise<PointCloud> {
  const cloud = await seeing(() =>
    removeOutliers(thinCloud(cloudFromPicture(observation, detectorMask(mask, observation)), VOXEL_M)),
  );
  if (cloud.count === 0) throw emptyMask('none of the pixels of the mask has a measured depth');
  return cloud;
}

function emptyMask(why: string): PolicyError {
  return new PolicyError({
    code: 'EMPTY_MASK',
    stage: 'perception',
    message: `There is nothing to measure: ${why}. The arm is still.`,
    hint: 'Check the mask before using it; another camera may see the thing better.',
  });
}

/** At most so many points of a cloud, evenly taken. */
function spread({ count, positions }: PointCloud, most: number): Vec3[] {
  const step = Math.max(1, count / most);
  const points: Vec3[] = [];
  for (let at = 0; at < count && points.length < most; at += step) {
    const i = 3 * Math.floor(at);
    points.push([positions[i], positions[i + 1], positions[i + 2]]);
  }
  return points;
}
