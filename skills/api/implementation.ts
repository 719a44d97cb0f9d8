// Owns the port between the API and whatever carries it out on a robot: types only.
// Must never hold behaviour.

import type { ArmSide, GripperResult, MotionResult } from '../../drivers/robot.ts';
import type { Pose, Quat, Vec3 } from '../../sim/spatial.ts';

export interface ApiCall {
  /** Aborted on stop; the implementation brings the arm to rest and throws `PolicyError` STOPPED. */
  readonly signal: AbortSignal;
}

export interface ArmChoice {
  readonly arm?: ArmSide;
}

export interface ObjectPose extends Pose {
  /** Full side lengths, metres. */
  readonly extent: Vec3;
}

export interface GraspPose extends Pose {
  /** Opening the object needs between the fingers, metres. */
  readonly widthM: number;
  /** 0..1. */
  readonly score: number;
}

/**
 * What carries out the functions of tiers S1 and S2. Arguments are valid already: quaternions are unit, numbers finite
 * and in range. Every expected failure is thrown as `PolicyError` with a code of the definition.
 */
export type HighLevelImplementation = {
  getObjectPose(args: { name: string; options?: ArmChoice }, call: ApiCall): Promise<ObjectPose>;
  sampleGraspPose(args: { name: string; options?: ArmChoice }, call: ApiCall): Promise<GraspPose>;
  gotoPose(
    args: { position: Vec3; quatWxyz: Quat; options?: ArmChoice & { zApproach?: number; speedScale?: number } },
    call: ApiCall,
  ): Promise<MotionResult>;
  /** Robots with two arms only. */
  gotoPoses?(
    args: { left: Pose; right: Pose; options?: { speedScale?: number } },
    call: ApiCall,
  ): Promise<MotionResult>;
  openGripper(args: { options?: ArmChoice & { widthM?: number } }, call: ApiCall): Promise<GripperResult>;
  closeGripper(args: { options?: ArmChoice & { forceN?: number } }, call: ApiCall): Promise<GripperResult>;
  homePose(args: { options?: ArmChoice }, call: ApiCall): Promise<MotionResult>;
  say(args: { text: string }, call: ApiCall): Promise<void>;
  sleep(args: { seconds: number }, call: ApiCall): Promise<void>;
};
