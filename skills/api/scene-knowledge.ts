// Owns the port through which the high-level functions know the scene: by ground truth at tier S1, by looking at every
// other tier. Types only.

import type { ArmSide } from '../../drivers/robot.ts';
import type { Pose, Vec3 } from '../../sim/spatial.ts';
import type { GraspProposal } from './grasp-proposals.ts';

/** A thing with its place, as far as it is known. */
export interface FoundObject {
  readonly name: string;
  readonly pose: Pose;
  /** Full side lengths along its own axes, metres. */
  readonly extent: Vec3;
}

/** Watches what becomes of a held thing that is let go. */
export interface Release {
  /** What fell, and how far in metres; undefined when nothing is known to have fallen. */
  afterwards(): Promise<{ readonly name: string; readonly fellM: number } | undefined>;
}

export interface SceneKnowledge {
  /** How far the surfaces of what is known may be off, metres: 0 where they are the truth. */
  readonly uncertaintyM: number;
  /** What is there by name: at tier S1 every thing, and those of these marks; at the tiers that look those of these names that can be seen. */
  names(asked: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** Colour of a thing, sRGB 0..255. @throws PolicyError as `find` */
  colorRgb(name: string, signal: AbortSignal): Promise<Vec3>;
  /** Everything known to stand about, furniture left out and things in the hands included, as of the last look. */
  known(): Promise<readonly FoundObject[]>;
  /** @throws PolicyError UNKNOWN_OBJECT, NOT_FOUND, UNSURE or PERCEPTION_DOWN */
  find(name: string, arm: ArmSide, signal: AbortSignal): Promise<FoundObject>;
  /** Grasps of a thing just found, best first; whether the arm can get there is not looked at. */
  grasps(object: FoundObject, arm: ArmSide): Promise<readonly GraspProposal[]>;
  /** Called when fingers have closed on something. */
  afterGrip(arm: ArmSide): Promise<void>;
  /** Called before fingers open; undefined when nothing is known to be held. */
  beforeRelease(arm: ArmSide): Promise<Release | undefined>;
}
