// Owns one arm of the fake robot: its joints, its gripper, and what stands between the pads. Must never move by itself.

import { ReferenceMotion } from '../../sim/control/reference-motion.ts';
import { createLinkFrames, forwardKinematics, framePose, TOOL_FRAME } from '../../sim/robots/panda/kinematics.ts';
import { FRANKA_HAND_LIMITS, JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import { compose, type Pose } from '../../sim/spatial.ts';
import type { ArmSide, ArmState, GripperCommand } from '../robot.ts';

export class FakeArm {
  readonly side: ArmSide;
  /** Where it is, and how it moves while a lease lasts: it follows exactly. */
  readonly motion: ReferenceMotion;
  widthM: number = FRANKA_HAND_LIMITS.maxWidthM;
  holding = false;
  /** Width of the thing between the pads, metres; null where there is none. */
  objectM: number | null = null;
  readonly #arm0FromBase: Pose;

  constructor(side: ArmSide, arm0FromBase: Pose, jointsRad: readonly number[]) {
    this.side = side;
    this.#arm0FromBase = arm0FromBase;
    this.motion = new ReferenceMotion(jointsRad);
  }

  get jointsRad(): readonly number[] {
    return Array.from(this.motion.jointsRad);
  }

  /** Where a command takes the pads, metres: as told, or onto what stands between them. */
  gripEndM({ widthM }: GripperCommand): number {
    return this.objectM !== null && this.objectM <= this.widthM ? Math.max(widthM, this.objectM) : widthM;
  }

  letGo(): void {
    this.holding = false;
    this.objectM = null;
  }

  /** The arm as measured: exactly where it was put, and at rest but for what a lease moves. */
  measure(): ArmState {
    const frames = createLinkFrames();
    forwardKinematics(this.jointsRad, frames);
    return {
      jointPositionsRad: this.jointsRad,
      jointVelocitiesRadPerS: Array.from(this.motion.speedsRadPerS),
      commandedPositionsRad: this.jointsRad,
      externalTorquesNm: new Array<number>(JOINT_COUNT).fill(0),
      tool: compose(this.#arm0FromBase, framePose(frames, TOOL_FRAME)),
      gripperWidthM: this.widthM,
      holding: this.holding,
    };
  }
}
