// Owns turning what a source holds at its cursor into what the scene's worker draws: the description, and the packed
// poses, interpolated between messages. Must never draw, and must treat live and replay alike.

import type { EpisodeMessage, TopicName } from '../../drivers/episode/reader.ts';
import { type Pose, slerp } from '../../sim/spatial.ts';
import type { Source } from '../source/source.ts';
import {
  ARM_BASE_AT,
  ARM_COMMANDED_AT,
  ARM_JOINTS_AT,
  ARM_NUMBERS,
  ARM_WIDTH_AT,
  type ArmDescription,
  type ArmSide,
  type CameraDescription,
  JOINTS,
  type MarkLayerDrawn,
  POSE_NUMBERS,
  posesLength,
  type SceneDescription,
} from './scene-messages.ts';

const CAMERAS = ['scene', 'wrist', 'right_wrist'] as const;
const SIDES: readonly ArmSide[] = ['left', 'right'];
/** A gap in the recording is not drawn as one slow motion, seconds. */
const LONGEST_STEP_S = 0.25;
/** Marks of older files say nothing of how they look. */
const PLAIN_MARK = { diameterM: 0.008, surfaceM: -0.112, colorSrgb: [0.25, 0.2, 0.35] } as const;

/** What there is to draw now; the same object as before while nothing in it has changed. */
export class SceneReader {
  #from: readonly unknown[] = [];
  #description: SceneDescription | undefined;

  /** Undefined while the source knows of no robot. */
  read(source: Source): SceneDescription | undefined {
    const scene = source.latest('/scene');
    const state = source.latest('/robot/state');
    const calibrations = CAMERAS.map((name) => source.latest(`/camera/${name}/calibration`));
    const armCount = state?.message.arms.length ?? 0;
    const from = [source, scene?.message, armCount, ...calibrations.map((one) => one?.message)];
    if (this.#description !== undefined && from.every((one, index) => one === this.#from[index])) {
      return this.#description;
    }
    this.#from = from;
    const entities = scene?.message.entities ?? [];
    if (entities.length === 0 && armCount === 0) {
      this.#description = undefined;
      return undefined;
    }
    const arms = armsOf(
      entities.map(({ id }) => id),
      armCount,
    );
    const frames: string[] = [];
    const frameOf = (name: string) => {
      if (!frames.includes(name)) frames.push(name);
      return frames.indexOf(name);
    };
    const bodies = entities
      .filter(({ id }) => !isArmPart(id))
      .map(({ id, frame, shapes }) => {
        const fixed = frame === 'base';
        return {
          name: id,
          kind: fixed ? ('furniture' as const) : ('thing' as const),
          frame: fixed ? -1 : frameOf(frame),
          shapes,
        };
      });
    const cameras = calibrations.flatMap((calibration, index): CameraDescription[] => {
      if (calibration === undefined) return [];
      const { width, height, intrinsics, frame } = calibration.message;
      const { fx, fy, cx, cy } = intrinsics;
      return [{ name: CAMERAS[index], frame: frameOf(frame), widthPx: width, heightPx: height, fx, fy, cx, cy }];
    });
    this.#description = { arms, bodies, cameras, frames, volumes: scene?.message.volumes ?? [] };
    return this.#description;
  }
}

const isArmPart = (id: string): boolean => SIDES.some((side) => id.startsWith(`${side}/`));

function armsOf(ids: readonly string[], armCount: number): ArmDescription[] {
  const named = SIDES.filter((side) => ids.some((id) => id.startsWith(`${side}/`)));
  const sides = named.length > 0 ? named : SIDES.slice(0, armCount);
  return sides.map((side) => {
    if (ids.includes(`${side}/tool_pad`)) return { side, tool: 'pad' };
    if (ids.includes(`${side}/tool_tip`)) return { side, tool: 'pen' };
    return { side, tool: 'hand' };
  });
}

/** Where everything is at the cursor, packed as scene-messages.ts says. */
export function readPoses(source: Source, description: SceneDescription): Float32Array<ArrayBuffer> {
  const { arms, frames } = description;
  const numbers = new Float32Array(posesLength(description)).fill(Number.NaN);
  const { cursorS } = source.playback();
  readArms(source, cursorS, arms, numbers);
  const [before, after] = source.around('/tf');
  if (before === undefined) return numbers;
  const share = shareOf(before, after, cursorS);
  const later = new Map(
    after?.message.transforms.map(({ childFrame, parentFromChild }) => [childFrame, parentFromChild]),
  );
  for (const { childFrame, parentFromChild } of before.message.transforms) {
    const next = later.get(childFrame);
    const pose = next === undefined || share === 0 ? parentFromChild : between(parentFromChild, next, share);
    const frame = frames.indexOf(childFrame);
    if (frame >= 0) pack(numbers, arms.length * ARM_NUMBERS + frame * POSE_NUMBERS, pose);
    const arm = arms.findIndex(({ side }) => childFrame === `${side}/link0`);
    if (arm >= 0) pack(numbers, arm * ARM_NUMBERS + ARM_BASE_AT, pose);
  }
  return numbers;
}

function readArms(source: Source, cursorS: number, arms: readonly ArmDescription[], numbers: Float32Array): void {
  const [joints, jointsAfter] = source.around('/robot/joint_states');
  const [state, stateAfter] = source.around('/robot/state');
  const jointShare = joints === undefined ? 0 : shareOf(joints, jointsAfter, cursorS);
  const stateShare = state === undefined ? 0 : shareOf(state, stateAfter, cursorS);
  arms.forEach(({ side }, index) => {
    const at = index * ARM_NUMBERS;
    const measured = state?.message.arms[index];
    const measuredAfter = stateAfter?.message.arms[index];
    const mix = (value: number, next: number | undefined, share: number) =>
      next === undefined ? value : value + (next - value) * share;
    if (measured !== undefined) {
      numbers[at + ARM_WIDTH_AT] = mix(measured.gripperWidthM, measuredAfter?.gripperWidthM, stateShare);
      for (let j = 0; j < JOINTS; j++) {
        const position = measured.jointPositionsRad[j] ?? Number.NaN;
        const wanted = measured.commandedPositionsRad[j] ?? Number.NaN;
        numbers[at + ARM_JOINTS_AT + j] = mix(position, measuredAfter?.jointPositionsRad[j], stateShare);
        numbers[at + ARM_COMMANDED_AT + j] = mix(wanted, measuredAfter?.commandedPositionsRad[j], stateShare);
      }
    }
    // The faster topic, where there is one.
    const first = joints?.message.joints.findIndex(({ name }) => name === `${side}/joint1`) ?? -1;
    if (joints === undefined || first < 0) return;
    for (let j = 0; j < JOINTS; j++) {
      const position = joints.message.joints[first + j]?.position ?? Number.NaN;
      numbers[at + ARM_JOINTS_AT + j] = mix(position, jointsAfter?.message.joints[first + j]?.position, jointShare);
    }
  });
}

/** How far the cursor has come from one message to the next, 0..1. */
function shareOf<T extends TopicName>(
  before: EpisodeMessage<T>,
  after: EpisodeMessage<T> | undefined,
  cursorS: number,
): number {
  if (after === undefined) return 0;
  const stepS = after.timeS - before.timeS;
  if (!(stepS > 0) || stepS > LONGEST_STEP_S) return 0;
  return Math.min(Math.max((cursorS - before.timeS) / stepS, 0), 1);
}

function between(a: Pose, b: Pose, share: number): Pose {
  const mix = (axis: 0 | 1 | 2) => a.position[axis] + (b.position[axis] - a.position[axis]) * share;
  return { position: [mix(0), mix(1), mix(2)], quatWxyz: slerp(a.quatWxyz, b.quatWxyz, share) };
}

function pack(numbers: Float32Array, at: number, { position, quatWxyz }: Pose): void {
  numbers.set(position, at);
  numbers.set(quatWxyz, at + 3);
}

/** Smaller changes cannot be seen, metres or radians: a robot at rest is never quite still. */
const UNSEEN = 3e-5;

export function looksTheSame(a: Float32Array | undefined, b: Float32Array): boolean {
  if (a === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) !== Number.isNaN(b[i]) || Math.abs(a[i] - b[i]) > UNSEEN) return false;
  }
  return true;
}

export function marksOf(source: Source): readonly MarkLayerDrawn[] {
  const layers = source.latest('/marks')?.message.layers ?? [];
  return layers.map(({ name, points, look = PLAIN_MARK }) => {
    const { diameterM, surfaceM, colorSrgb } = look;
    return { name, points, diameterM, surfaceM, colorSrgb: [colorSrgb[0], colorSrgb[1], colorSrgb[2]] };
  });
}
